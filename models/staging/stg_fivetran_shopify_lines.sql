{{ config(enabled=is_read("fivetran_shopify")) }}

{{ require_columns("fivetran_shopify", [
    "id", "order_id", "product_id", "quantity", "price",
], table="order_line") }}

with discounts as (
    select
        trim(cast(order_line_id as varchar)) as line_id,
        declared_source,
        sum({{ number("amount") }}) as discount_amount
    from {{ raw_table("fivetran_shopify", "discount_allocation", [
        "order_line_id", "index",
    ], ["amount", "declared_decimal_comma"]) }}
    group by order_line_id, declared_source
),

taxes as (
    select
        trim(cast(order_line_id as varchar)) as line_id,
        declared_source,
        sum({{ number("price") }}) as tax_amount
    from {{ raw_table("fivetran_shopify", "tax_line", ["order_line_id", "index"], [
        "price", "declared_decimal_comma",
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
        -- the product of two decimals of 18 digits has 18 itself: too few here
        try_cast(
            cast({{ number("quantity") }} as decimal(38, 4)) * {{ number("price") }}
            as decimal(18, 4)
        ) as listed_amount
    from {{ raw_table("fivetran_shopify", "order_line", ["id"], ["vendor"]) }}
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
