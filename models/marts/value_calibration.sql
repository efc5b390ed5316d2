{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="slice_id",
    on_schema_change="append_new_columns",
) }}

with slices as (select * from {{ ref("slices_to_grade") }}),

graded as (
    select
        *,
        -- tied predictions stay together, so a decile may be empty
        ceil(
            5.0 * (
                rank() over (partition by slice_id order by predicted_value)
                + count(*) over (partition by slice_id order by predicted_value)
            ) / count(*) over (partition by slice_id)
        ) as decile
    from {{ ref("graded_predictions") }}
),

grouped as (
    select
        *,
        'predicted_decile' as group_kind,
        lpad(cast(cast(decile as integer) as varchar), 2, '0') as group_name
    from graded
    union all
    select
        *,
        'value_tier' as group_kind,
        value_tier as group_name
    from graded
    where value_tier is not null
    union all
    select
        *,
        'rfm_segment' as group_kind,
        rfm_segment as group_name
    from graded
    where rfm_segment is not null
),

summed as (
    select
        slice_id,
        group_kind,
        group_name,
        bool_and(is_out_of_time) as is_out_of_time,
        count(*) as customer_count,
        {{ exact_sum("predicted_value") }} / 10000 as predicted_value,
        {{ exact_sum("realised_value") }} / 10000 as realised_value,
        {{ exact_sum("baseline_value") }} / 10000 as baseline_value,
        count(*) filter (
            where realised_value between predicted_value_lower and predicted_value_upper
        ) / nullif(count(predicted_value_lower), 0) as interval_coverage,
        {{ exact_sum("probability_active") }} / count(*) / 10000
            as predicted_active_share,
        count(*) filter (where is_active) / count(*) as realised_active_share
    from grouped
    group by slice_id, group_kind, group_name
),

final as (
    select
        summed.slice_id,
        slices.as_of_date,
        slices.model_version,
        slices.score_source,
        slices.horizon_days,
        slices.value_basis,
        slices.currency,
        slices.known_until,
        summed.is_out_of_time,

        summed.group_kind,
        summed.group_name,
        summed.customer_count,

        summed.predicted_value,
        summed.realised_value,
        summed.predicted_value
        / nullif(summed.realised_value, 0) as predicted_to_realised,
        summed.baseline_value,
        summed.baseline_value
        / nullif(summed.realised_value, 0) as baseline_to_realised,

        summed.interval_coverage,
        summed.predicted_active_share,
        summed.realised_active_share
    from summed
    inner join slices on summed.slice_id = slices.slice_id
)

select * from final
