{{ config(enabled=var("source_format") == "canonical") }}

{{ require_columns([
    "order_id", "customer_id", "ordered_at", "product_id", "category", "quantity",
    "gross_amount", "net_amount", "line_type", "currency", "recorded_at", "source_name",
]) }}

with raw_lines as (
    select
        *,
        cast(order_id as varchar) as order_text,
        cast(customer_id as varchar) as customer_text,
        cast(product_id as varchar) as product_text,
        cast(category as varchar) as category_text
    from {{ raw_lines() }}
),

final as (
    select
        {{ trimmed("order_text") }} as order_id,
        {{ trimmed("customer_text") }} as customer_id,
        try_cast(ordered_at as timestamp) as ordered_at,
        {{ trimmed("product_text") }} as product_id,
        {{ trimmed("category_text") }} as category,
        -- a cast to a whole number alone would round 1.5
        case
            when try_cast(quantity as bigint) = try_cast(quantity as double)
                then try_cast(quantity as bigint)
        end as quantity,
        try_cast(gross_amount as decimal(18, 4)) as gross_amount,
        try_cast(net_amount as decimal(18, 4)) as net_amount,
        lower(trim(cast(line_type as varchar))) as line_type,
        upper(trim(cast(currency as varchar))) as currency,
        try_cast(recorded_at as timestamp) as recorded_at,
        trim(cast(source_name as varchar)) as source_name,
        cast(null as varchar) as source_reject_reason,
        filename as file_name
    from raw_lines
)

select * from final
