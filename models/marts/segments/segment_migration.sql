{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="as_of_date",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

-- Whole cents give the same sum in any order.
with summed as (
    select
        as_of_date,
        previous_date,
        from_segment,
        to_segment,
        segment_direction,
        count(*) as customer_count,
        coalesce(sum(cast(round(predicted_value * 100) as bigint)), 0) / 100
            as predicted_value
    from {{ ref("segment_steps") }}
    group by
        as_of_date, previous_date, from_segment, to_segment, segment_direction
),

final as (
    select
        summed.as_of_date,
        summed.previous_date,
        summed.from_segment,
        summed.to_segment,
        summed.segment_direction,
        told.value_basis,
        told.currency,
        told.horizon_days,
        summed.customer_count,
        summed.predicted_value
    from summed
    inner join {{ ref("told_dates") }} as told on summed.as_of_date = told.as_of_date
)

select * from final
