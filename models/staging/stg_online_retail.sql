{{ config(enabled=is_read("online_retail")) }}

{{ require_columns("online_retail", [
    "invoice|invoiceno", "stockcode", "description", "quantity", "invoicedate",
    "price|unitprice", "customer id|customerid", "country",
]) }}

with raw_lines as (
    select
        *,
        coalesce(cast(invoice as varchar), cast(invoiceno as varchar)) as invoice_text,
        coalesce(cast("Customer ID" as varchar), cast(customerid as varchar))
            as customer_text,
        coalesce({{ number("price") }}, {{ number("unitprice") }}) as price_amount
    from {{ raw_lines("online_retail", [
        "invoice", "invoiceno", "customer id", "customerid", "price", "unitprice",
    ]) }}
),

-- The two sheets of the workbook overlap by nine days, and some lines were entered
-- twice: of lines alike in every column, the first one counts.
numbered as (
    select
        *,
        row_number() over (
            partition by
                invoice_text, stockcode, description, quantity, invoicedate,
                price_amount, customer_text, country
            order by filename
        ) as copy_number
    from raw_lines
),

typed as (
    select
        upper(trim(invoice_text)) as order_id,
        -- spreadsheets write whole numbers as 12345.0
        regexp_replace(trim(customer_text), '\.0$', '') as customer_id,
        {{ moment("invoicedate") }} as ordered_at,
        upper(trim(cast(stockcode as varchar))) as product_id,
        {{ whole_number("quantity") }} as quantity,
        price_amount as price,
        copy_number,
        declared_source,
        declared_currency,
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
        coalesce(declared_currency, 'GBP') as currency,
        ordered_at as recorded_at,
        declared_source as source_name,
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
