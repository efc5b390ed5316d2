{{ config(enabled=is_read("fivetran_shopify")) }}

with orders as (select * from {{ ref("stg_fivetran_shopify_orders") }}),

order_lines as (select * from {{ ref("stg_fivetran_shopify_lines") }}),

refund_lines as (
    select
        trim(cast(refund_id as varchar)) as refund_id,
        trim(cast(order_line_id as varchar)) as line_id,
        {{ whole_number("quantity") }} as returned_quantity,
        {{ number("subtotal") }} as subtotal,
        coalesce({{ number("total_tax") }}, 0) as tax_amount,
        declared_source,
        filename as file_name
    from {{ raw_table("fivetran_shopify", "order_line_refund", ["total_tax"]) }}
),

refunds as (
    select
        trim(cast(id as varchar)) as refund_id,
        {{ shop_time("created_at") }} as refunded_at,
        declared_source
    from {{ raw_table("fivetran_shopify", "refund") }}
),

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
        order_lines.order_id,
        order_lines.product_id,
        order_lines.vendor,
        orders.* exclude (order_id, declared_source),
        'return' as line_type,
        refund_lines.declared_source,
        -refund_lines.returned_quantity as quantity,
        refunds.refunded_at as ordered_at,
        -refund_lines.subtotal as listed_amount,
        -refund_lines.subtotal as amount,
        -refund_lines.tax_amount as tax_amount,
        0 as shipping_amount,
        refund_lines.file_name
    from refund_lines
    left join refunds using (refund_id, declared_source)
    left join order_lines using (line_id, declared_source)
    left join orders using (order_id, declared_source)
),

signed as (
    select * from sales
    union all by name
    select * from returns
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        product_id,
        vendor as category,
        quantity,
        listed_amount - case when has_tax then tax_amount else 0 end as gross_amount,
        amount - case when has_tax then tax_amount else 0 end as net_amount,
        cast(tax_amount as decimal(18, 4)) as tax_amount,
        cast(shipping_amount as decimal(18, 4)) as shipping_amount,
        line_type,
        currency,
        cast(null as timestamp) as recorded_at,
        declared_source as source_name,
        source_reject_reason,
        file_name
    from signed
)

select * from final
