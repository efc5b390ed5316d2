{% macro told_slice() %}
  {#- What customer_history holds of the nearest earlier date of the last hysteresis_days
      that was told in the same value basis and currency; nothing if there is none. -#}
  {%- set dates = adapter.get_relation(
    this.database, this.schema, "told_dates"
  ) if execute -%}
  {%- set history = adapter.get_relation(
    this.database, this.schema, "customer_history"
  ) if dates -%}
  {%- if history -%}
    select history.*
    from {{ history }} as history
    inner join (
        select max_by(told.slice_id, told.as_of_date) as slice_id
        from {{ dates }} as told
        inner join {{ ref("this_run") }} as this_run
            on
                told.as_of_date < this_run.as_of_date
                and told.as_of_date >= this_run.as_of_date - {{ var("hysteresis_days") }}
                and told.value_basis = this_run.value_basis
                and told.currency = this_run.currency
    ) as latest on history.slice_id = latest.slice_id
  {%- else -%}
    select
        null as customer_id,
        null as as_of_date,
        null as recency_score,
        null as frequency_score,
        null as monetary_score,
        null as value_tier,
        null as churn_risk_band
    where false
  {%- endif -%}
{% endmacro %}
