{% macro profile_sample() %}
  {#- One customer in so many is looked at, so that about a hundred thousand are. -#}
  {%- set query = "select greatest(1, count(*) // 100000) from " ~ ref("customer_features") -%}
  {{ return(run_query(query).columns[0].values()[0] if execute else 1) }}
{% endmacro %}
