-- Raw lines to customer days by hand: what is needed for one as-of date and no more. No
-- increments, no late parts kept apart, no mapping. $orders and $as_of_date are filled in.
create view order_lines as
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
        when line_type not in ('sale', 'return', 'adjustment')
            then 'line_type: not sale, return or adjustment'
    end as reject_reason
from read_parquet('$orders', filename = true);

create table rejected_lines as
select
    filename as file_name,
    split_part(reject_reason, ': ', 1) as column_name,
    split_part(reject_reason, ': ', 2) as reason,
    order_id,
    customer_id,
    ordered_at,
    order_date,
    product_id,
    quantity,
    net_amount,
    source_name
from order_lines
where reject_reason is not null;

create table customer_days as
with orders as (
    select
        customer_id,
        order_date,
        count(*) as line_count,
        count(*) filter (where line_type = 'sale') as sale_line_count,
        count(*) filter (where line_type = 'return') as return_line_count,
        sum(quantity) filter (where line_type = 'sale') as item_count,
        sum(net_amount) filter (where line_type = 'sale') as sale_amount,
        -sum(net_amount) filter (where line_type = 'return') as return_amount,
        sum(net_amount) as net_amount,
        bit_or(cast(1 as hugeint) << hash(product_id) % 127)
            filter (where line_type = 'sale') as product_bits,
        max_by(
            category,
            cast(cast(net_amount as double) * 100 as bigint) * 1000003
            + cast(hash(category) % 1000003 as bigint)
        ) filter (where line_type = 'sale') as main_category
    from order_lines
    where
        reject_reason is null
        and order_date <= date '$as_of_date'
        and recorded_at < date '$as_of_date' + 1
    group by customer_id, order_id, order_date
)

select
    customer_id,
    order_date,
    order_date as known_date,
    count(*) filter (where sale_line_count > 0) as order_count,
    cast(sum(line_count) as bigint) as line_count,
    cast(sum(sale_line_count) as bigint) as sale_line_count,
    cast(sum(return_line_count) as bigint) as return_line_count,
    cast(coalesce(sum(item_count), 0) as bigint) as item_count,
    cast(coalesce(sum(sale_amount), 0) as decimal(18, 4)) as sale_amount,
    cast(coalesce(sum(return_amount), 0) as decimal(18, 4)) as return_amount,
    cast(sum(net_amount) as decimal(18, 4)) as net_amount,
    coalesce(sum(sale_amount * sale_amount), 0) as squared_order_amount,
    bit_or(product_bits) as product_bits,
    max(main_category) as main_category
from orders
group by customer_id, order_date;

create table as_of_dates as
select date '$as_of_date' as as_of_date, true as is_scored;
