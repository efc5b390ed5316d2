-- The same work as the build, by hand: no increments, no contracts, no tests, no ledger.
-- {{orders}}, {{as_of_date}} and {{horizon_days}} are filled in before it runs.
create view lines as
select
    *,
    cast(ordered_at as date) as order_date,
    case
        when ordered_at is null then 'ordered_at: missing or not a timestamp'
        when coalesce(customer_id, '') = '' then 'customer_id: missing'
        when coalesce(order_id, '') = '' then 'order_id: missing'
        when quantity is null then 'quantity: missing or not a whole number'
        when quantity = 0 then 'quantity: zero'
        when net_amount is null then 'net_amount: missing or not a number'
        when line_type not in ('sale', 'return', 'adjustment') then 'line_type: unknown'
    end as reject_reason
from read_parquet('{orders}', filename = true);

create table rejected_line_summary as
select
    filename as file_name,
    split_part(reject_reason, ': ', 1) as column_name,
    split_part(reject_reason, ': ', 2) as reason,
    count(*) as line_count,
    min(order_date) as first_order_date,
    max(order_date) as last_order_date
from lines
where reject_reason is not null
group by all;

create table days as
with orders as (
    select
        customer_id,
        order_date,
        count(*) filter (where line_type = 'sale') as sale_line_count,
        count(*) filter (where line_type = 'return') as return_line_count,
        sum(quantity) filter (where line_type = 'sale') as item_count,
        sum(net_amount) filter (where line_type = 'sale') as sale_amount,
        -sum(net_amount) filter (where line_type = 'return') as return_amount,
        sum(net_amount) as net_amount,
        max_by(
            category,
            cast(net_amount * 100 as bigint) * 1000003 + hash(category) % 1000003
        ) filter (where line_type = 'sale') as main_category
    from lines
    where
        reject_reason is null
        and order_date <= date '{as_of_date}'
        and recorded_at < date '{as_of_date}' + 1
    group by customer_id, order_id, order_date
)

select
    customer_id,
    order_date,
    count(*) filter (where sale_line_count > 0) as order_count,
    sum(sale_line_count) as sale_line_count,
    sum(return_line_count) as return_line_count,
    sum(item_count) as item_count,
    sum(sale_amount) as sale_amount,
    sum(return_amount) as return_amount,
    sum(net_amount) as net_amount,
    sum(sale_amount * sale_amount) as squared_order_amount,
    max(main_category) as main_category
from orders
group by customer_id, order_date;

create table customer_features as
with gaps as (
    select
        *,
        case
            when sale_line_count > 0 then order_date - lag(order_date) over (
                partition by customer_id, sale_line_count > 0 order by order_date
            )
        end as gap,
        date '{as_of_date}' - order_date as age
    from days
),

summed as (
    select
        customer_id,
        min(age) filter (where sale_line_count > 0) as recency_days,
        max(age) filter (where sale_line_count > 0) as tenure_days,
        count(gap) as repeat_purchase_days,
        sum(gap * gap) as squared_gap_days,
        sum(order_count) as order_count,
        coalesce(sum(order_count) filter (where age < 30), 0) as order_count_30d,
        coalesce(sum(order_count) filter (where age < 90), 0) as order_count_90d,
        coalesce(sum(order_count) filter (where age < 180), 0) as order_count_180d,
        coalesce(sum(order_count) filter (where age < 365), 0) as order_count_365d,
        sum(net_amount) as spend_total,
        coalesce(sum(net_amount) filter (where age < 30), 0) as spend_30d,
        coalesce(sum(net_amount) filter (where age < 90), 0) as spend_90d,
        coalesce(sum(net_amount) filter (where age < 180), 0) as spend_180d,
        coalesce(sum(net_amount) filter (where age < 365), 0) as spend_365d,
        sum(sale_amount) as sale_amount,
        sum(squared_order_amount) as squared_order_amount,
        sum(sale_line_count) filter (where age < 365) as line_count_365d,
        sum(item_count) filter (where age < 365) as item_count_365d,
        sum(sale_amount) filter (where age < 365) as sale_amount_365d,
        sum(return_amount) as return_amount,
        sum(return_amount) filter (where age < 365) as return_amount_365d,
        min(age) filter (where return_line_count > 0) as return_recency_days,
        sum(order_count) filter (where extract(isodow from order_date) >= 6)
            as weekend_order_count,
        sum(order_count) filter (where age between 365 - {horizon_days} and 364)
            as season_ahead_order_count,
        sum(sale_amount) filter (where age between 365 - {horizon_days} and 364)
            as season_ahead_spend
    from gaps
    group by customer_id
    having sum(sale_amount) > 0
),

categories as (
    select customer_id, main_category, sum(order_count) as order_count
    from days
    where order_date > date '{as_of_date}' - 365 and sale_line_count > 0
    group by customer_id, main_category
),

favourites as (
    select
        customer_id,
        count(main_category) as category_count,
        max(order_count) as top_order_count,
        sum(order_count) as order_count
    from categories
    group by customer_id
),

averaged as (
    select
        *,
        (tenure_days - recency_days)::double / nullif(repeat_purchase_days, 0) as gap,
        sale_amount::double / nullif(order_count, 0) as order_value
    from summed
)

select
    customer_id,
    date '{as_of_date}' as as_of_date,
    recency_days::integer as recency_days,
    tenure_days::integer as tenure_days,
    (tenure_days - recency_days)::integer as active_span_days,
    repeat_purchase_days::integer as repeat_purchase_days,
    averaged.order_count::integer as order_count,
    order_count_30d::integer as order_count_30d,
    order_count_90d::integer as order_count_90d,
    order_count_180d::integer as order_count_180d,
    order_count_365d::integer as order_count_365d,
    gap as average_gap_days,
    case when repeat_purchase_days > 1 then sqrt(greatest(
        squared_gap_days::double - repeat_purchase_days * gap * gap, 0
    ) / (repeat_purchase_days - 1)) end as gap_spread_days,
    recency_days / gap as recency_to_usual_gap,
    spend_total::double as spend_total,
    spend_30d::double as spend_30d,
    spend_90d::double as spend_90d,
    spend_180d::double as spend_180d,
    spend_365d::double as spend_365d,
    order_value as average_order_value,
    case when averaged.order_count > 1 then sqrt(greatest(
        squared_order_amount::double
        - averaged.order_count * order_value * order_value, 0
    ) / (averaged.order_count - 1)) end as order_value_spread,
    (spend_90d::double - (spend_180d::double - spend_90d::double)) / nullif(
        abs(spend_90d::double) + abs(spend_180d::double - spend_90d::double), 0
    ) as spend_trend_180d,
    item_count_365d::double / nullif(favourites.order_count, 0) as items_per_order_365d,
    line_count_365d::double / nullif(favourites.order_count, 0) as lines_per_order_365d,
    sale_amount_365d::double / nullif(item_count_365d, 0) as average_item_price_365d,
    category_count::integer as category_count_365d,
    top_order_count::double / nullif(favourites.order_count, 0)
        as top_category_share_365d,
    coalesce(return_amount_365d, 0)::double as return_amount_365d,
    return_amount_365d::double / nullif(sale_amount_365d::double, 0)
        as return_share_365d,
    return_amount::double / nullif(sale_amount::double, 0) as return_share_total,
    return_recency_days::integer as return_recency_days,
    coalesce(weekend_order_count, 0)::double / averaged.order_count
        as weekend_order_share,
    coalesce(season_ahead_order_count, 0)::integer as season_ahead_order_count,
    coalesce(season_ahead_spend, 0)::double as season_ahead_spend
from averaged
left join favourites using (customer_id);
