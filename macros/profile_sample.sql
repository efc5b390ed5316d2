{% macro profile_sample() %}
  {#- One customer in so many is looked at, so that about a hundred thousand are. -#}
  {%- set features = ref("customer_features") -%}
  {%- set query = "select greatest(1, count(*) // 100000) from " ~ features -%}
  {{ return(run_query(query).columns[0].values()[0] if is_built(features) else 1) }}
{% endmacro %}
