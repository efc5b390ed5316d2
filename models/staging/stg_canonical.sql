{{ config(enabled=is_read("canonical")) }}

{{ require_columns("canonical", [
    "order_id", "customer_id", "ordered_at", "product_id", "category", "quantity",
    "gross_amount", "net_amount", "line_type", "currency", "recorded_at", "source_name",
]) }}

with raw_lines as (
    select
        *,
        cast(category as varchar) as category_text,
        cast(recorded_at as varchar) as recorded_text
    from {{ raw_lines("canonical", [
        "tax_amount", "shipping_amount", "unit_cost",
    ]) }}
),

final as (
    select
        cast(order_id as varchar) as order_id,
        cast(customer_id as varchar) as customer_id,
        {{ moment("ordered_at") }} as ordered_at,
        cast(product_id as varchar) as product_id,
        {{ trimmed("category_text") }} as category,
        {{ whole_number("quantity") }} as quantity,
        {{ number("gross_amount") }} as gross_amount,
        {{ number("net_amount") }} as net_amount,
        {{ number("tax_amount") }} as tax_amount,
        {{ number("shipping_amount") }} as shipping_amount,
        {{ number("unit_cost") }} as unit_cost,
        lower(trim(cast(line_type as varchar))) as line_type,
        upper(trim(cast(currency as varchar))) as currency,
        {{ moment("recorded_at") }} as recorded_at,
        {% if var("sources") | length > 1 -%} declared_source {%- else -%}
            trim(cast(source_name as varchar))
        {%- endif %} as source_name,
        {{ unreadable_recorded_at(moment("recorded_at")) }} as source_reject_reason,
        filename as file_name
    from raw_lines
)

select * from final
