{{ config(enabled=is_read("woocommerce")) }}

with items as (select * from {{ ref("stg_woocommerce_items") }}),

-- What is left of an order after refunds of its items, and what was refunded beyond.
left_over as (
    select
        order_id,
        source_name,
        file_name,
        max(customer_id) as customer_id,
        max(ordered_at) as ordered_at,
        max(status) as status,
        max(currency) as currency,
        max(refunded_total) as refunded_total,
        max(shipping_total) as shipping_left,
        sum(net_amount - refunded_amount) as net_left,
        sum(tax_amount - refunded_tax) as tax_left,
        max(refunded_total) - sum(refunded_amount + refunded_tax) as refund_left,
        coalesce(max(order_total), max(shipping_total) + sum(net_amount + tax_amount))
        - sum(refunded_amount + refunded_tax) as total_left
    from items
    group by order_id, source_name, file_name
),

-- An order may be refunded as a whole, or by an amount, without a word at its items.
-- Less than a hundredth of a refund is what rounding the tax leaves.
refunds as (
    select
        *,
        case
            when status = 'refunded' then 1
            when refund_left > refunded_total / 100
                then least(refund_left / nullif(cast(total_left as double), 0), 1)
        end as refunded_share
    from left_over
),

signed as (
    select
        *,
        'sale' as line_type,
        case when line_number = 1 then shipping_total else 0 end as shipping_amount
    from items
    union all by name
    select
        * replace (
            -greatest(returned_quantity, 1) as quantity,
            -refunded_amount as gross_amount,
            -refunded_amount as net_amount,
            -refunded_tax as tax_amount
        ),
        'return' as line_type,
        0 as shipping_amount
    from items
    where refunded_amount > 0
    union all by name
    -- no goods come back where only the shipping was left
    select
        *,
        'refund' as category,
        -1 as quantity,
        -net_left * refunded_share as gross_amount,
        -net_left * refunded_share as net_amount,
        -tax_left * refunded_share as tax_amount,
        -shipping_left * refunded_share as shipping_amount,
        case when net_left > 0 then 'return' else 'adjustment' end as line_type
    from refunds
    where refunded_share > 0 and net_left + tax_left + shipping_left > 0
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        product_id,
        category,
        quantity,
        try_cast(gross_amount as decimal(18, 4)) as gross_amount,
        try_cast(net_amount as decimal(18, 4)) as net_amount,
        try_cast(tax_amount as decimal(18, 4)) as tax_amount,
        try_cast(shipping_amount as decimal(18, 4)) as shipping_amount,
        line_type,
        currency,
        cast(null as timestamp) as recorded_at,
        source_name,
        case
            when status in ('pending', 'on-hold', 'failed') then 'status: not paid'
            when status in ('cancelled', 'checkout-draft', 'trash')
                then 'status: cancelled, or never an order'
        end as source_reject_reason,
        file_name
    from signed
)

select * from final
