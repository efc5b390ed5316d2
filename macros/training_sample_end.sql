{% macro training_sample_end() %}
  {#- Customers whose hash stands before this one are trained on: the same people at
      every cut-off and in every training, about training_customers of them. -#}
  {%- set days = ref("customer_days") -%}
  {%- if not is_built(days) -%} {{ return("g") }} {%- endif -%}
  {%- set count = run_query(
    "select count(distinct customer_id) from " ~ days
  ).columns[0].values()[0] -%}
  {%- set share = var("training_customers") / [count, 1] | max -%}
  {{ return("%08x" % (share * 16 ** 8) | int if share < 1 else "g") }}
{% endmacro %}
