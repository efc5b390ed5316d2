-- MetricFlow asks for a calendar, whether a metric needs one or not.
with scoring_runs as (select * from {{ ref("scoring_runs") }}),

ends as (
    select
        min(as_of_date) as first_day,
        max(as_of_date) as last_day
    from scoring_runs
),

final as (
    select
        cast(
            unnest(generate_series(first_day, last_day, interval 1 day)) as date
        ) as metric_day
    from ends
)

select * from final
