{% macro is_asked_for(words, rule) %}
  {#- Whether a customer's words are among those that a rule lists, divided by bars; a
      rule that lists none asks for all. -#}
  {%- set conditions = [] -%}
  {%- for column in ["rfm_segment", "value_tier", "churn_risk_band", "lifecycle_stage"] -%}
    {%- set listed, word = rule ~ "." ~ column, words ~ "." ~ column -%}
    {%- do conditions.append(
      "(" ~ listed ~ " is null or list_contains(string_split("
      ~ listed ~ ", '|'), " ~ word ~ "))"
    ) -%}
  {%- endfor -%}
  {{ conditions | join("\n  and ") }}
{%- endmacro %}
