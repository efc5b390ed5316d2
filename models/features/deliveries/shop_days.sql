{{ config(materialized="table") }}

-- The days near the new ones, as they were folded: no file is read for this.
with delivered as (select * from {{ ref("delivered_days") }}),

-- The last day of what was known before had perhaps not ended yet: it is judged again.
known as (
    select
        min(order_date) filter (where not is_new) as first_date,
        max(order_date) filter (where not is_new) as last_date,
        bool_or(has_new_lines) as has_new_files
    from delivered
),

delivery_days as (
    select
        delivered.*,
        delivered.has_new_lines
        or (
            delivered.order_date = known.last_date
            and known.has_new_files
        ) as is_judged
    from delivered
    cross join known
),

judged as (
    select
        min(order_date) - {{ var("usual_days") }} as from_date,
        max(order_date) + {{ var("usual_days") }} as to_date
    from delivery_days
    where is_judged
),

folded as (
    select
        customers.order_date,
        count(distinct customers.customer_id) as customer_count,
        sum(customers.line_count) as line_count,
        sum(customers.order_count) as order_count,
        sum(customers.sale_amount) as sale_amount,
        sum(customers.repeated_order_count) as repeated_order_count,
        sum(customers.whole_amount_order_count) as whole_amount_order_count,
        sum(customers.log_amount) as log_amount,
        sum(customers.hour_cosine) as hour_cosine,
        sum(customers.hour_sine) as hour_sine
    from {{ ref("customer_days") }} as customers
    inner join judged
        on
            customers.order_date >= judged.from_date
            and customers.order_date <= judged.to_date
    group by customers.order_date
),

first_days as (
    select
        customer_id,
        min(order_date) as order_date
    from {{ ref("customer_days") }}
    group by customer_id
),

new_customers as (
    select
        order_date,
        count(*) as new_customer_count
    from first_days
    group by order_date
),

last_day as (select max(order_date) as last_date from delivered),

final as (
    select
        folded.*,
        coalesce(new_customers.new_customer_count, 0) as new_customer_count,
        delivery_days.file_name,
        delivery_days.has_new_lines,
        delivery_days.is_judged,
        -- at first everybody is new, and a first delivery tells of no usual day
        coalesce(
            folded.order_date > known.first_date + {{ var("usual_days") }}, false
        ) as is_settled,
        folded.order_date < last_day.last_date
        or {{ var("last_day_is_complete") }} as is_complete
    from folded
    cross join last_day
    cross join known
    inner join delivery_days on folded.order_date = delivery_days.order_date
    left join new_customers on folded.order_date = new_customers.order_date
)

select * from final
