{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="slice_id",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- What marketing was told of a customer on a date: grades by tier and by segment use
-- these words, not those that today's seeds would give.
with values_ahead as (select * from {{ ref("customer_value") }}),

segments as (select * from {{ ref("customer_segments") }}),

final as (
    select
        cast(values_ahead.as_of_date as varchar) || '/' || values_ahead.model_version
            as slice_id,
        values_ahead.customer_id,
        values_ahead.as_of_date,
        values_ahead.model_version,
        values_ahead.value_tier,
        segments.rfm_segment
    from values_ahead
    inner join segments on values_ahead.customer_id = segments.customer_id
)

select * from final
