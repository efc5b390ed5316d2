{{ config(enabled=is_read("fivetran_shopify")) }}

{{ require_columns("fivetran_shopify", [
    "refund_id", "order_line_id", "quantity", "subtotal",
], table="order_line_refund") }}

{{ require_columns("fivetran_shopify", ["id", "created_at"], table="refund") }}

with orders as (select * from {{ ref("stg_fivetran_shopify_orders") }}),

order_lines as (select * from {{ ref("stg_fivetran_shopify_lines") }}),

refunds as (
    select
        trim(cast(id as varchar)) as refund_id,
        {{ shop_time("created_at") }} as refunded_at,
        declared_source
    from {{ raw_table("fivetran_shopify", "refund", ["id"]) }}
),

refund_lines as (
    select
        trim(cast(refund_id as varchar)) as refund_id,
        trim(cast(order_line_id as varchar)) as line_id,
        -{{ whole_number("quantity") }} as quantity,
        -{{ number("subtotal") }} as amount,
        -coalesce({{ number("total_tax") }}, 0) as tax_amount,
        0 as shipping_amount,
        'return' as line_type,
        declared_source,
        filename as file_name
    from {{ raw_table("fivetran_shopify", "order_line_refund", ["id"], ["total_tax"]) }}
),

returned_lines as (
    select
        refund_lines.* exclude (line_id),
        order_lines.order_id,
        order_lines.product_id,
        order_lines.vendor
    from refund_lines
    left join order_lines using (line_id, declared_source)
),

typed_adjustments as (
    select
        trim(cast(refund_id as varchar)) as refund_id,
        trim(cast(order_id as varchar)) as order_id,
        lower(trim(cast(kind as varchar))) = 'shipping_refund' as is_shipping,
        {{ number("amount") }} as adjusted_amount,
        coalesce({{ number("tax_amount") }}, 0) as adjusted_tax,
        declared_source,
        filename as file_name
    from {{ raw_table("fivetran_shopify", "order_adjustment", ["id"], [
        "refund_id", "order_id", "kind", "amount", "tax_amount", "filename",
        "declared_decimal_comma",
    ]) }}
),

-- Its tax comes on top, also where prices hold theirs.
priced as (
    select
        typed_adjustments.* exclude (adjusted_amount),
        typed_adjustments.adjusted_amount
        + case when orders.has_tax then typed_adjustments.adjusted_tax else 0 end
            as adjusted_amount
    from typed_adjustments
    left join orders using (order_id, declared_source)
    where typed_adjustments.adjusted_amount is distinct from 0
),

-- What was given back without a line is below zero, what was kept of a line's price is
-- above. No goods come back with the shipping, whose tax is not in the sale either.
adjustments as (
    select
        * exclude (is_shipping, adjusted_amount, adjusted_tax),
        -1 as quantity,
        case when is_shipping then 0 else adjusted_amount end as amount,
        case when is_shipping then 0 else adjusted_tax end as tax_amount,
        case when is_shipping then adjusted_amount else 0 end as shipping_amount,
        case when is_shipping or adjusted_amount > 0 then 'adjustment' else 'return' end
            as line_type
    from priced
),

returned as (
    select * from returned_lines
    union all by name
    select * from adjustments
),

final as (
    select
        returned.* exclude (refund_id),
        refunds.refunded_at
    from returned
    left join refunds using (refund_id, declared_source)
)

select * from final
