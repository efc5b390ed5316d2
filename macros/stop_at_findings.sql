{% macro finding_kinds() %}
  {#- Kinds of findings that can be accepted by name. -#}
  {{ return([
    "amounts", "corrected_orders", "dates_jump", "double_day", "empty", "few_customers",
    "few_lines", "hours", "large_amounts", "little_revenue", "long_orders", "manifest",
    "many_rejected", "much_revenue", "new_customers", "repeated_lines", "repeated_orders",
    "short_orders", "stale", "whole_amounts",
  ]) }}
{% endmacro %}

{% macro audit_kinds() %}
  {#- Kinds of findings of the audit before the release, likewise. -#}
  {{ return(["customers", "drift", "nulls", "predicted_value", "shares"]) }}
{% endmacro %}

{% macro stop_at_findings(sentence, setting) %}
  {#- End the run with the findings that nobody accepted, and the words that accept them.
      The table of findings is kept: it was written before. -#}
  {%- if not execute -%} {{ return("") }} {%- endif -%}
  {%- set rows = run_query(
    "select kind, finding, count(*) over (partition by kind) as alike from " ~ this
    ~ " where not is_accepted"
    ~ " qualify row_number() over (partition by kind order by finding) <= 3"
    ~ " order by kind, finding"
  ).rows -%}
  {%- if rows | length > 0 -%}
    {%- set said, kinds = [], rows | map(attribute=0) | unique | list -%}
    {%- for kind, finding, alike in rows -%}
      {%- do said.append("\n  " ~ kind ~ (" (one of " ~ alike ~ ")" if alike > 3) ~ ": " ~ finding) -%}
    {%- endfor -%}
    {{ stop(sentence ~ "." ~ said | join ~ "\nAll of it is in the table " ~ this.name
            ~ ". Correct the orders and run again; or, if this is right, accept it once: "
            ~ "dbt build --vars '{" ~ setting ~ ": [" ~ kinds | join(", ") ~ "]}'") }}
  {%- endif -%}
{% endmacro %}
