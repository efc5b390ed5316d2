{{ config(enabled=is_read("fivetran_shopify")) }}

{{ require_columns("fivetran_shopify", [
    "id", "order_id", "product_id", "quantity", "price",
], table="order_line") }}

{{ require_columns("fivetran_shopify", [
    "refund_id", "order_line_id", "quantity", "subtotal",
], table="order_line_refund") }}

{{ require_columns("fivetran_shopify", ["id", "created_at"], table="refund") }}

with discounts as (
    select
        trim(cast(order_line_id as varchar)) as line_id,
        declared_source,
        sum({{ number("amount") }}) as discount_amount
    from {{ raw_table("fivetran_shopify", "discount_allocation", [
        "order_line_id", "amount", "declared_decimal_comma",
    ]) }}
    group by order_line_id, declared_source
),

taxes as (
    select
        trim(cast(order_line_id as varchar)) as line_id,
        declared_source,
        sum({{ number("price") }}) as tax_amount
    from {{ raw_table("fivetran_shopify", "tax_line", [
        "order_line_id", "price", "declared_decimal_comma",
    ]) }}
    group by order_line_id, declared_source
),

order_lines as (
    select
        trim(cast(id as varchar)) as line_id,
        trim(cast(order_id as varchar)) as order_id,
        declared_source,
        filename as file_name,
        trim(cast(product_id as varchar)) as product_id,
        cast(vendor as varchar) as vendor,
        {{ whole_number("quantity") }} as quantity,
        {{ number("quantity") }} * {{ number("price") }} as listed_amount
    from {{ raw_table("fivetran_shopify", "order_line", ["vendor"]) }}
),

final as (
    select
        order_lines.*,
        coalesce(discounts.discount_amount, 0) as discount_amount,
        coalesce(taxes.tax_amount, 0) as tax_amount,
        row_number() over (
            partition by order_lines.declared_source, order_lines.order_id
            order by order_lines.line_id
        ) as line_number
    from order_lines
    left join discounts using (line_id, declared_source)
    left join taxes using (line_id, declared_source)
)

select * from final
