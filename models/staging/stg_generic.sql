{{ config(enabled=is_read("generic")) }}

{{ require_generic_columns() }}

with raw_lines as (
    select * from {{ raw_lines("generic", [
        "order_id", "product_id", "category", "quantity", "currency", "gross_amount",
        "tax_amount", "shipping_amount", "unit_cost", "recorded_at",
    ]) }}
),

typed as (
    select
        trim(cast(order_id as varchar)) as order_id,
        cast(customer_id as varchar) as customer_id,
        {{ moment("ordered_at") }} as ordered_at,
        cast(product_id as varchar) as product_id,
        trim(cast(category as varchar)) as category,
        quantity is null as has_no_quantity,
        {{ whole_number("quantity") }} as quantity,
        {{ number("amount") }} as net_amount,
        {{ number("gross_amount") }} as gross_amount,
        {{ number("tax_amount") }} as tax_amount,
        {{ number("shipping_amount") }} as shipping_amount,
        {{ number("unit_cost") }} as unit_cost,
        upper(trim(coalesce(cast(currency as varchar), declared_currency))) as currency,
        {{ moment("recorded_at") }} as recorded_at,
        cast(recorded_at as varchar) as recorded_text,
        declared_source as source_name,
        filename as file_name
    from raw_lines
),

-- Without an order's number each line is an order of its file; without a quantity, a
-- piece.
final as (
    select
        coalesce(order_id, 'unnumbered-' || ordered_at || '-' || row_number() over (
            partition by file_name, customer_id, ordered_at
            order by net_amount, product_id, quantity
        ) || '-' || hash(file_name) % 1000000) as order_id,
        customer_id,
        ordered_at,
        product_id,
        category,
        case
            when has_no_quantity then case when net_amount < 0 then -1 else 1 end
            when net_amount < 0 then -abs(quantity)
            else quantity
        end as quantity,
        coalesce(gross_amount, net_amount) as gross_amount,
        net_amount,
        tax_amount,
        shipping_amount,
        unit_cost,
        case when net_amount < 0 then 'return' else 'sale' end as line_type,
        currency,
        recorded_at,
        source_name,
        case
            when currency is null then 'currency: missing'
            else {{ unreadable_recorded_at("recorded_at") }}
        end as source_reject_reason,
        file_name
    from typed
)

select * from final
