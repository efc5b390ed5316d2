{{ config(enabled=is_read("fivetran_shopify")) }}

with orders as (select * from {{ ref("stg_fivetran_shopify_orders") }}),

order_lines as (select * from {{ ref("stg_fivetran_shopify_lines") }}),

refunds as (select * from {{ ref("stg_fivetran_shopify_refunds") }}),

sales as (
    select
        order_lines.*,
        orders.* exclude (order_id, declared_source),
        'sale' as line_type,
        orders.created_at as ordered_at,
        order_lines.listed_amount - order_lines.discount_amount as amount,
        case when order_lines.line_number = 1 then orders.shipping_paid else 0 end
            as shipping_amount
    from order_lines
    left join orders using (order_id, declared_source)
),

-- A refund is a line of the day on which it was made, and of the order that it is of.
returns as (
    select
        refunds.*,
        orders.* exclude (order_id, declared_source),
        refunds.refunded_at as ordered_at,
        refunds.amount as listed_amount
    from refunds
    left join orders using (order_id, declared_source)
),

signed as (
    select * from sales
    union all by name
    select * from returns
),

untaxed as (
    select
        *,
        case when has_tax then tax_amount else 0 end as tax_within
    from signed
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        product_id,
        vendor as category,
        quantity,
        try_cast(listed_amount - tax_within as decimal(18, 4)) as gross_amount,
        try_cast(amount - tax_within as decimal(18, 4)) as net_amount,
        try_cast(tax_amount as decimal(18, 4)) as tax_amount,
        try_cast(shipping_amount as decimal(18, 4)) as shipping_amount,
        line_type,
        currency,
        cast(null as timestamp) as recorded_at,
        declared_source as source_name,
        source_reject_reason,
        file_name
    from untaxed
)

select * from final
