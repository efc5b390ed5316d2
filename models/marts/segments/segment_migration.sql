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
        this_run.value_basis,
        this_run.currency,
        this_run.horizon_days,
        summed.customer_count,
        summed.predicted_value
    from summed
    cross join {{ ref("this_run") }} as this_run
)

select * from final
