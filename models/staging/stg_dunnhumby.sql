{{ config(enabled=is_read("dunnhumby")) }}

{%- set tables = ["transactions", "transaction_data", "transactions_sample"] %}

{{ require_columns("dunnhumby", [
    "household_id|household_key", "basket_id", "product_id", "quantity", "sales_value",
    "retail_disc", "coupon_match_disc", "transaction_timestamp|day",
], table=tables) }}

with raw_lines as (
    select * from {{ raw_table("dunnhumby", tables, [], [
        "household_id", "household_key", "transaction_timestamp", "day", "trans_time",
    ]) }}
),

products as (
    select
        trim(cast(product_id as varchar)) as product_id,
        declared_source,
        min(department) as category
    from {{ raw_table("dunnhumby", ["products", "product"], [], [
        "product_id", "department",
    ]) }}
    group by product_id, declared_source
),

-- What the shop gets holds a maker's coupon, which the maker pays back. One edition of
-- the data writes discounts below zero, the other above.
typed as (
    select
        trim(cast(basket_id as varchar)) as order_id,
        trim(coalesce(cast(household_id as varchar), cast(household_key as varchar)))
            as customer_id,
        coalesce(
            try_cast(transaction_timestamp as timestamp),
            cast(declared_first_day as date)
            + to_days(cast(try_cast(day as bigint) - 1 as integer))
            + to_minutes(
                coalesce(try_cast(trans_time as bigint), 0) // 100 * 60
                + coalesce(try_cast(trans_time as bigint), 0) % 100
            )
        ) as ordered_at,
        trim(cast(product_id as varchar)) as product_id,
        {{ whole_number("quantity") }} as quantity,
        {{ number("sales_value") }} as net_amount,
        abs({{ number("retail_disc") }}) + abs({{ number("coupon_match_disc") }})
            as discount,
        declared_source,
        coalesce(declared_currency, 'USD') as currency,
        filename as file_name
    from raw_lines
),

final as (
    select
        typed.order_id,
        typed.customer_id,
        typed.ordered_at,
        typed.product_id,
        products.category,
        typed.quantity,
        typed.net_amount + typed.discount as gross_amount,
        typed.net_amount,
        'sale' as line_type,
        typed.currency,
        cast(null as timestamp) as recorded_at,
        typed.declared_source as source_name,
        cast(null as varchar) as source_reject_reason,
        typed.file_name
    from typed
    left join products using (product_id, declared_source)
)

select * from final
