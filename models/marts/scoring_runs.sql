{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="slice_id",
    on_schema_change="append_new_columns",
    full_refresh=false,
) }}

with this_run as (select * from {{ ref("this_run") }}),

scored as (
    select
        as_of_date,
        model_version,
        score_source,
        scored_at,
        count(*) as customer_count,
        sum(cast(round(predicted_value * 100) as bigint)) / 100 as predicted_value,
        sum(cast(round(historic_value * 100) as bigint)) / 100 as historic_value
    from {{ ref("customer_value") }}
    group by as_of_date, model_version, score_source, scored_at
),

-- the scores of everybody, as the last good run counted them
last_good as (
    select
        as_of_date,
        sum(customer_count) as customer_count,
        sum(figure_sum order by bin) as predicted_value
    from {{ ref("last_good_profile") }}
    where feature = 'predicted_value'
    group by as_of_date
),

final as (
    select
        cast(scored.as_of_date as varchar) || '/' || scored.model_version as slice_id,
        this_run.run_id,
        scored.as_of_date,
        scored.model_version,
        scored.score_source,
        scored.scored_at,

        this_run.horizon_days,
        this_run.value_basis,
        this_run.currency,

        scored.customer_count,
        scored.historic_value,
        scored.predicted_value,

        this_run.line_count,
        this_run.accepted_line_count,
        this_run.rejected_line_count,

        last_good.as_of_date as compared_with_date,
        cast(last_good.customer_count as bigint) as customer_count_before,
        cast(last_good.predicted_value as double) as predicted_value_before
    from scored
    cross join this_run
    left join last_good on scored.as_of_date > last_good.as_of_date
)

select * from final
