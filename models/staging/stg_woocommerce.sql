{{ config(enabled=is_read("woocommerce")) }}

{{ require_columns("woocommerce", [
    "order_id", "date|order_date", "status", "order_currency", "billing_email",
    "item_product_id", "item_quantity", "item_subtotal", "item_total", "item_total_tax",
]) }}

-- Every row repeats what belongs to the order.
with raw_lines as (
    select * from {{ raw_lines("woocommerce", [
        "date", "order_date", "customer_id", "item_id", "item_sku", "item_refunded",
        "item_refunded_qty", "shipping_total", "refunded_total",
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
        abs(coalesce({{ number("item_refunded") }}, 0)) as item_refunded,
        abs(coalesce({{ whole_number("item_refunded_qty") }}, 0)) as returned_quantity,
        row_number() over (
            partition by filename, declared_source, order_id
            order by item_id, item_product_id, item_total
        ) as line_number,
        declared_source as source_name,
        filename as file_name
    from raw_lines
),

-- An order may be refunded as a whole, without a word at its items.
refunded as (
    select
        *,
        case
            when status = 'refunded' and sum(item_refunded) over whole_order = 0
                then net_amount
            else item_refunded
        end as refunded_amount
    from typed
    window whole_order as (partition by file_name, source_name, order_id)
),

signed as (
    select
        *,
        'sale' as line_type,
        case when line_number = 1 then shipping_total else 0 end as shipping_amount
    from refunded
    union all by name
    select
        * replace (
            -greatest(returned_quantity, 1) as quantity,
            -refunded_amount as gross_amount,
            -refunded_amount as net_amount,
            -tax_amount * refunded_amount / nullif(net_amount, 0) as tax_amount
        ),
        'return' as line_type,
        0 as shipping_amount
    from refunded
    where refunded_amount > 0
),

final as (
    select
        * exclude (
            status, shipping_total, item_refunded, returned_quantity, line_number,
            refunded_amount
        ) replace (cast(tax_amount as decimal(18, 4)) as tax_amount),
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
