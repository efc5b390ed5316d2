{{ config(enabled=is_read("woocommerce")) }}

with lines as (select * from {{ ref("stg_woocommerce_lines") }}),

signed as (
    select
        *,
        'sale' as line_type,
        case when line_number = 1 then shipping_total else 0 end as shipping_amount
    from lines
    union all by name
    select
        * replace (
            -greatest(returned_quantity, 1) as quantity,
            -refunded_amount as gross_amount,
            -refunded_amount as net_amount,
            -tax_amount * refunded_amount / nullif(net_amount, 0) as tax_amount
        ),
        'return' as line_type,
        case when line_number = 1 then -shipping_total * untold_share else 0 end
            as shipping_amount
    from lines
    where refunded_amount > 0
),

final as (
    select
        * exclude (
            status, shipping_total, refunded_total, item_refunded, returned_quantity,
            line_number, told_refund, order_total, untold_share, refunded_amount
        ) replace (
            cast(tax_amount as decimal(18, 4)) as tax_amount,
            cast(shipping_amount as decimal(18, 4)) as shipping_amount
        ),
        cast(null as varchar) as category,
        cast(null as timestamp) as recorded_at,
        case
            when status in ('pending', 'on-hold', 'failed') then 'status: not paid'
            when status in ('cancelled', 'checkout-draft', 'trash')
                then 'status: cancelled, or never an order'
        end as source_reject_reason
    from signed
)

select * from final
