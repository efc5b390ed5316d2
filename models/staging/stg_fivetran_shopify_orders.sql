{{ config(enabled=is_read("fivetran_shopify")) }}

{{ require_columns("fivetran_shopify", [
    "id", "created_at", "customer_id", "email", "currency", "financial_status",
    "cancelled_at", "test", "taxes_included",
], table="order") }}

with raw_orders as (
    select * from {{ raw_table("fivetran_shopify", "order", ["id"], [
        "_fivetran_deleted",
    ]) }}
),

shipping as (
    select
        trim(cast(order_id as varchar)) as order_id,
        declared_source,
        sum({{ number("discounted_price") }}) as shipping_paid
    from {{ raw_table("fivetran_shopify", "order_shipping_line", ["id"], [
        "order_id", "discounted_price", "declared_decimal_comma",
    ]) }}
    group by order_id, declared_source
),

orders as (
    select
        trim(cast(id as varchar)) as order_id,
        declared_source,
        -- a guest has no number, but an address
        coalesce(
            nullif(trim(cast(customer_id as varchar)), ''),
            nullif(lower(trim(cast(email as varchar))), '')
        ) as customer_id,
        {{ shop_time("created_at") }} as created_at,
        upper(trim(cast(currency as varchar))) as currency,
        coalesce(try_cast(taxes_included as boolean), false) as has_tax,
        case
            when try_cast(_fivetran_deleted as boolean) then 'order: deleted'
            when try_cast(test as boolean) then 'test: a test order'
            when coalesce(cast(cancelled_at as varchar), '') != ''
                then 'cancelled_at: cancelled'
            when financial_status in ('pending', 'authorized', 'voided', 'expired')
                then 'financial_status: not paid'
        end as source_reject_reason
    from raw_orders
),

final as (
    select
        orders.*,
        coalesce(shipping.shipping_paid, 0) as shipping_paid
    from orders
    left join shipping using (order_id, declared_source)
)

select * from final
