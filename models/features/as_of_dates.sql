{{ config(materialized="table") }}

with scored as (select as_of_date from {{ ref("this_run") }}),

first_day as (select min(order_date) as first_date from {{ ref("customer_days") }}),

-- none for a scheduled run
steps as (
    select unnest(range(
        {{ var("training_cutoffs") if var("spine") == "training" else 0 }}
    )) as step
),

-- Cut-offs whose outcome is known by the as-of date, the latest first. The earliest
-- leaves half a horizon of history before it: a young shop learns from what there is.
cutoffs as (
    select
        scored.as_of_date - {{ var("horizon_days") }}
        - cast(steps.step * {{ var("training_step_days") }} as integer) as as_of_date,
        first_day.first_date
    from scored
    cross join steps
    cross join first_day
),

final as (
    select
        as_of_date,
        true as is_scored
    from scored
    union all
    select
        as_of_date,
        false as is_scored
    from cutoffs
    where as_of_date >= first_date + {{ var("horizon_days") }} // 2
)

select * from final
