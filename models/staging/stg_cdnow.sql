{{ config(enabled=var("source_format") == "cdnow") }}

{{ require_columns([
    "row_no", "customer_id", "date", "number_of_cds", "dollar_value",
]) }}

-- A row is an order: equal rows are orders of one customer on one day, and both count.
with raw_lines as (select * from {{ raw_lines() }}),

final as (
    select
        trim(cast(row_no as varchar)) as order_id,
        trim(cast(customer_id as varchar)) as customer_id,
        try_cast(date as timestamp) as ordered_at,
        'CD' as product_id,
        'CD' as category,
        try_cast(number_of_cds as bigint) as quantity,
        try_cast(dollar_value as decimal(18, 4)) as gross_amount,
        try_cast(dollar_value as decimal(18, 4)) as net_amount,
        'sale' as line_type,
        'USD' as currency,
        try_cast(date as timestamp) as recorded_at,
        'cdnow' as source_name,
        cast(null as varchar) as source_reject_reason,
        filename as file_name
    from raw_lines
)

select * from final
