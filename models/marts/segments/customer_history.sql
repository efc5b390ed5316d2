{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="slice_id",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- What marketing was told of a customer on a date: grades, hysteresis and movement go
-- by these words, not by those that today's seeds would give.
with values_ahead as (select * from {{ ref("customer_value") }}),

models as (select max(model_version) as model_version from values_ahead),

final as (
    select
        cast(scores.as_of_date as varchar) || '/' || models.model_version as slice_id,
        scores.customer_id,
        scores.as_of_date,
        models.model_version,
        coalesce(values_ahead.value_tier, 'not_scored') as value_tier,
        scores.rfm_segment,
        coalesce(values_ahead.churn_risk_band, 'not_scored')
            as churn_risk_band,
        scores.lifecycle_stage,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        values_ahead.predicted_value
    from {{ ref("rfm_scores") }} as scores
    cross join models
    left join values_ahead on scores.customer_id = values_ahead.customer_id
)

select * from final
