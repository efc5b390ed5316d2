{{ config(enabled=is_read("cdnow")) }}

{{ require_columns("cdnow", [
    "customer_id|line", "date|line", "number_of_cds|line", "dollar_value|line",
]) }}

{#- the text file: words between blanks, and a header that begins with customer_id -#}
with raw_lines as (
    select
        *,
        regexp_extract_all(cast(line as varchar), '\S+') as words
    from {{ raw_lines("cdnow", [
        "row_no", "customer_id", "date", "number_of_cds", "dollar_value",
        "line", "line_number",
    ]) }}
    where
        line is null
        or (trim(line) != '' and not starts_with(trim(line), 'customer_id'))
),

-- A customer stands first in a line of text; a sample also has a number of its own.
typed as (
    select
        trim(coalesce(cast(customer_id as varchar), words[1])) as customer_id,
        coalesce(
            {{ moment("date") }},
            try_strptime(coalesce(cast(date as varchar), words[-3]), '%Y%m%d')
        ) as ordered_at,
        try_cast(coalesce(cast(number_of_cds as varchar), words[-2]) as bigint)
            as quantity,
        coalesce({{ number("dollar_value") }}, {{ number("words[-1]") }}) as net_amount,
        coalesce(cast(row_no as varchar), cast(line_number as varchar)) as row_id,
        declared_source,
        filename
    from raw_lines
),

-- A row is an order: equal rows are orders of one customer on one day, and both count.
final as (
    select
        coalesce(row_id, 'unnumbered-' || ordered_at || '-' || row_number() over (
            partition by filename, customer_id, ordered_at
            order by net_amount, quantity
        ) || '-' || hash(filename) % 1000000) as order_id,
        customer_id,
        ordered_at,
        'CD' as product_id,
        'CD' as category,
        quantity,
        net_amount as gross_amount,
        net_amount,
        'sale' as line_type,
        'USD' as currency,
        ordered_at as recorded_at,
        declared_source as source_name,
        cast(null as varchar) as source_reject_reason,
        filename as file_name
    from typed
)

select * from final
