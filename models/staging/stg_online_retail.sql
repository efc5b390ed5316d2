{{ config(enabled=var("source_format") == "online_retail") }}

{{ require_columns([
    "invoice", "stockcode", "description", "quantity", "invoicedate", "price",
    "customer id", "country",
]) }}

with raw_lines as (select * from {{ raw_lines() }}),

-- The two sheets of the workbook overlap by nine days, and some lines were entered
-- twice: of lines alike in every column, the first one counts.
numbered as (
    select
        *,
        row_number() over (
            partition by
                invoice, stockcode, description, quantity, invoicedate, price,
                "Customer ID", country
            order by filename
        ) as copy_number
    from raw_lines
),

typed as (
    select
        upper(trim(cast(invoice as varchar))) as order_id,
        -- spreadsheets write whole numbers as 12345.0
        regexp_replace(trim(cast("Customer ID" as varchar)), '\.0$', '') as customer_id,
        try_cast(invoicedate as timestamp) as ordered_at,
        upper(trim(cast(stockcode as varchar))) as product_id,
        case
            when try_cast(quantity as bigint) = try_cast(quantity as double)
                then try_cast(quantity as bigint)
        end as quantity,
        try_cast(price as decimal(18, 4)) as price,
        copy_number,
        filename
    from numbered
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        product_id,
        case
            when regexp_matches(product_id, '^([0-9]{5}|DCGS|SP1|PADS)') then 'goods'
            when product_id in ('POST', 'DOT', 'C2', 'C3') then 'postage'
            when product_id like 'GIFT%' then 'gift voucher'
            when product_id in ('AMAZONFEE', 'BANK CHARGES', 'CRUK') then 'fee'
            when product_id = 'D' then 'discount'
            when product_id = 'S' then 'sample'
            when product_id like 'TEST%' then 'test'
            when product_id = 'B' or product_id like 'ADJUST%' then 'adjustment'
            else 'other'
        end as category,
        quantity,
        quantity * price as gross_amount,
        quantity * price as net_amount,
        case
            when order_id like 'A%' then 'adjustment'
            when order_id like 'C%' or quantity < 0 then 'return'
            else 'sale'
        end as line_type,
        'GBP' as currency,
        ordered_at as recorded_at,
        'online_retail' as source_name,
        case
            when copy_number > 1 then 'line: exact duplicate of another line'
            when quantity is null then 'Quantity: missing or not a whole number'
            when quantity = 0 then 'Quantity: zero'
            when price is null then 'Price: missing or not a number'
            when price <= 0 and order_id not like 'A%' then 'Price: not above zero'
        end as source_reject_reason,
        filename as file_name
    from typed
)

select * from final
