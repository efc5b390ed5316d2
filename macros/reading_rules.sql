{% macro reading_rules() %}
  {#- A short hash of everything that decides how a raw line is read and folded, so that
      an edited mapping or setting reads every file again by itself. -#}
  {%- set rules = [var("earliest_order_date"), var("largest_line_amount")] -%}
  {%- if execute -%}
    {%- for name in ["stg_" ~ var("source_format"), "stg_order_lines", "customer_days"] -%}
      {%- do rules.append(
        graph.nodes["model." ~ project_name ~ "." ~ name].checksum.checksum
      ) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(local_md5(rules | join("|"))) }}
{% endmacro %}
