{{ config(
    materialized="incremental", incremental_strategy="append",
    meta={"is_folded": true}, pre_hook="{{ forget_changed_days() }}",
) }}

-- An order is one part, or several where some of its lines became known later.
with order_parts as (
    select
        customer_id,
        order_id,
        order_date,
        known_date,
        count(*) as line_count,
        count(*) filter (where line_type = 'sale') as sale_line_count,
        count(*) filter (where line_type = 'return') as return_line_count,
        sum(quantity) filter (where line_type = 'sale') as item_count,
        sum(net_amount) filter (where line_type = 'sale') as sale_amount,
        sum(net_amount) filter (where line_type = 'return') as return_amount,
        sum(net_amount) as net_amount,
        -- a product sets one bit of 127, the same in every order
        bit_or(
            cast(1 as hugeint) << hash(product_id) % 127
        ) filter (where line_type = 'sale' and product_id is not null) as product_bits,
        min(ordered_at) as first_ordered_at,
        bit_xor(hash(product_id, quantity, net_amount)) as line_content,
        -- the dearest line names the order; equal amounts are told apart by a hash
        max_by(
            category,
            cast(least(net_amount, cast(90000000000 as decimal(18, 4))) * 100 as bigint)
            * 1000003 + hash(category) % 1000003
        ) filter (where line_type = 'sale') as main_category
    from {{ ref("stg_order_lines") }} as order_lines
    where reject_reason is null and {{ in_changed_days() }}
    group by customer_id, order_id, order_date, known_date
),

-- A later part is no order: it takes its count back, and lifts a² to (a + b)².
corrections as (
    select
        customer_id,
        order_date,
        later.known_date,
        count(distinct order_id) as repeated_order_count,
        2 * sum(later.sale_amount * earlier.sale_amount) as squared_amount
    from order_parts as later
    inner join order_parts as earlier using (customer_id, order_id, order_date)
    where
        later.known_date > greatest(order_date, earlier.known_date)
        and later.sale_line_count > 0 and earlier.sale_line_count > 0
    group by customer_id, order_date, later.known_date
),

days as (
    select
        customer_id,
        order_date,
        known_date,
        count(*) filter (where sale_line_count > 0) as order_count,
        sum(line_count) as line_count,
        sum(sale_line_count) as sale_line_count,
        sum(return_line_count) as return_line_count,
        sum(item_count) as item_count,
        sum(sale_amount) as sale_amount,
        -sum(return_amount) as return_amount,
        sum(net_amount) as net_amount,
        sum(sale_amount * sale_amount) as squared_amount,
        bit_or(product_bits) as product_bits,
        {{ day_profile() }},
        max(main_category) as main_category
    from order_parts
    group by customer_id, order_date, known_date
),

final as (
    select
        customer_id,
        order_date,
        known_date,
        days.order_count - coalesce(corrections.repeated_order_count, 0) as order_count,
        cast(days.line_count as bigint) as line_count,
        cast(days.sale_line_count as bigint) as sale_line_count,
        cast(days.return_line_count as bigint) as return_line_count,
        cast(coalesce(days.item_count, 0) as bigint) as item_count,
        cast(coalesce(days.sale_amount, 0) as decimal(18, 4)) as sale_amount,
        cast(coalesce(days.return_amount, 0) as decimal(18, 4)) as return_amount,
        cast(days.net_amount as decimal(18, 4)) as net_amount,
        coalesce(days.squared_amount, 0)
        + coalesce(corrections.squared_amount, 0) as squared_order_amount,
        days.product_bits,
        days.main_category,
        days.repeated_order_count,
        days.whole_amount_order_count,
        days.log_amount,
        days.hour_cosine,
        days.hour_sine
    from days
    left join corrections using (customer_id, order_date, known_date)
)

select * from final
