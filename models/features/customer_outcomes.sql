{{ config(materialized="table", contract={"enforced": true}) }}

with this_run as (select * from {{ ref("this_run") }}),

-- Only a horizon that has passed by the as-of date has an outcome: a label that lies
-- after it would tell training the future.
dates as (
    select
        spine.as_of_date,
        this_run.horizon_days,
        this_run.as_of_date as known_until
    from {{ ref("as_of_dates") }} as spine
    inner join this_run
        on spine.as_of_date + this_run.horizon_days <= this_run.as_of_date
),

customers as (
    select
        features.customer_id,
        features.as_of_date
    from {{ ref("customer_features") }} as features
    inner join dates on features.as_of_date = dates.as_of_date
),

bought as (
    {{ bought_after("dates") }}
),

final as (
    select
        customer_id,
        as_of_date,
        {{ var("horizon_days") }} as horizon_days,
        cast(coalesce(bought.net_value, 0) as double) as net_value,
        cast(coalesce(bought.order_count, 0) as integer) as order_count,
        coalesce(bought.order_count, 0) > 0 as is_active
    from customers
    left join bought using (customer_id, as_of_date)
)

select * from final
