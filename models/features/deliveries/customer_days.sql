{{ config(
    materialized="incremental", incremental_strategy="append",
    meta={"is_folded": true}, pre_hook="{{ forget_changed_days() }}",
) }}
{% set counts = [
    "order_count", "line_count", "sale_line_count", "return_line_count", "item_count",
    "whole_amount_order_count", "log_amount", "hour_cosine", "hour_sine",
] %}
{% set amounts = ["sale_amount", "return_amount", "net_amount"] %}

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
        -sum(net_amount) filter (where line_type = 'return') as return_amount,
        cast(sum(net_amount) as decimal(18, 4)) as net_amount,
        -- a product sets one bit of 127, the same in every order
        bit_or(cast(1 as hugeint) << hash(product_id) % 127)
        filter (where line_type = 'sale' and product_id is not null) as product_bits,
        min(ordered_at) as first_ordered_at,
        bit_xor(hash(product_id, quantity, net_amount)) as line_content,
        {{ dearest_category() }} filter (where line_type = 'sale') as main_category
    from {{ ref("stg_order_lines") }} as order_lines
    where reject_reason is null and {{ in_changed_days() }}
    group by customer_id, order_id, order_date, known_date
),

orders as (
    select
        * replace (
            cast(coalesce(item_count, 0) as bigint) as item_count,
            cast(coalesce(sale_amount, 0) as decimal(18, 4)) as sale_amount,
            cast(coalesce(return_amount, 0) as decimal(18, 4)) as return_amount
        ),
        cast(sale_line_count > 0 as bigint) as order_count,
        coalesce(sale_amount * sale_amount, 0) as squared_order_amount,
        {{ order_profile() }}
    from order_parts
),

-- Nearly all days of a customer hold one order and are as it is: few are added up.
shared_days as (
    select
        customer_id,
        order_date
    from orders
    group by customer_id, order_date
    having count(*) > 1
),

shared as (
    select orders.* from orders semi join shared_days using (customer_id, order_date)
),

-- A later part is no order: it takes its count back, and lifts a² to (a + b)².
added as (
    select * from shared
    union all by name
    select
        customer_id,
        order_date,
        later.known_date,
        -count(distinct order_id) as order_count,
        2 * sum(later.sale_amount * earlier.sale_amount) as squared_order_amount
    from shared as later
    inner join shared as earlier using (customer_id, order_id, order_date)
    where
        later.known_date > greatest(order_date, earlier.known_date)
        and later.sale_line_count > 0 and earlier.sale_line_count > 0
    group by customer_id, order_date, later.known_date
),

final as (
    select orders.* from orders anti join shared_days using (customer_id, order_date)
    union all by name
    select
        customer_id,
        order_date,
        known_date,
        {% for name in counts %} cast(sum({{ name }}) as bigint) as {{ name }},
        {% endfor %}
        {% for name in amounts %} cast(sum({{ name }}) as decimal(18, 4)) as {{ name }},
        {% endfor %}
        sum(squared_order_amount) as squared_order_amount,
        {{ repeated_orders() }} as repeated_order_count,
        bit_or(product_bits) as product_bits,
        max(main_category) as main_category
    from added
    group by customer_id, order_date, known_date
)

select * exclude (order_id, first_ordered_at, line_content) from final
