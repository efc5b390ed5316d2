{% macro may_be_written_to() %}
  {#- Where the shop keeps a file of contacts, only who has consented in it. -#}
  {{ "contacts.has_consent" if var("contacts_path") else "true" }}
{%- endmacro %}

{% macro action_reason(sentence) %}
  {#- The sentence of a rule with the customer's own words and numbers in it. -#}
  {%- set parts = {
    "{churn_risk_band}": "replace(told.churn_risk_band, '_', ' ')",
    "{recency_days}": in_whole_numbers("scores.recency_days"),
    "{order_count}": in_whole_numbers("scores.order_count"),
    "{predicted_value}": in_whole_numbers("told.predicted_value"),
    "{currency}": "this_run.currency",
  } -%}
  {%- set filled = namespace(sql=sentence) -%}
  {%- for part, sql in parts.items() -%}
    {%- set filled.sql = "replace(" ~ filled.sql ~ ", '" ~ part ~ "', coalesce(" ~ sql
        ~ ", ''))" -%}
  {%- endfor -%}
  {{ filled.sql }}
{%- endmacro %}
