{{ config(enabled=is_read("woocommerce")) }}

{{ require_columns("woocommerce", [
    "order_id", "date|order_date", "status", "order_currency", "billing_email",
    "item_product_id", "item_quantity", "item_subtotal", "item_total", "item_total_tax",
]) }}

-- Every row repeats what belongs to the order.
with raw_lines as (
    select * from {{ raw_lines("woocommerce", [
        "date", "order_date", "customer_id", "item_id", "item_sku", "item_refunded",
        "item_refunded_qty", "shipping_total", "order_total", "refunded_total",
    ]) }}
),

typed as (
    select
        trim(cast(order_id as varchar)) as order_id,
        -- a guest has the number 0, but an address
        coalesce(
            nullif(lower(trim(cast(billing_email as varchar))), ''),
            nullif(nullif(trim(cast(customer_id as varchar)), ''), '0')
        ) as customer_id,
        coalesce({{ moment("date") }}, {{ moment("order_date") }}) as ordered_at,
        coalesce(
            nullif(trim(cast(item_sku as varchar)), ''),
            trim(cast(item_product_id as varchar))
        ) as product_id,
        regexp_replace(lower(trim(status)), '^wc-', '') as status,
        upper(trim(order_currency)) as currency,
        {{ whole_number("item_quantity") }} as quantity,
        {{ number("item_subtotal") }} as gross_amount,
        {{ number("item_total") }} as net_amount,
        coalesce({{ number("item_total_tax") }}, 0) as tax_amount,
        coalesce({{ number("shipping_total") }}, 0) as shipping_total,
        {{ number("order_total") }} as order_total,
        abs(coalesce({{ number("refunded_total") }}, 0)) as refunded_total,
        abs(coalesce({{ number("item_refunded") }}, 0)) as refunded_amount,
        abs(coalesce({{ whole_number("item_refunded_qty") }}, 0)) as returned_quantity,
        row_number() over (
            partition by filename, declared_source, order_id
            order by item_id, item_product_id, item_total
        ) as line_number,
        declared_source as source_name,
        filename as file_name
    from raw_lines
),

-- The tax of a refunded item is not told; it comes back as the price does.
final as (
    select
        *,
        coalesce(try_cast(
            tax_amount / nullif(cast(net_amount as double), 0) * refunded_amount
            as decimal(18, 4)
        ), 0) as refunded_tax
    from typed
)

select * from final
