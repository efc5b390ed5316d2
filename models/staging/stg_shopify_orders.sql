{{ config(enabled=is_read("shopify")) }}

{{ require_columns("shopify", [
    "name", "email", "financial status", "currency", "subtotal", "shipping", "taxes",
    "total", "created at", "lineitem quantity", "lineitem name", "lineitem price",
]) }}

-- A time is the shop's own, with its distance from UTC behind it.
with raw_lines as (
    select
        *,
        regexp_replace(cast("Created at" as varchar), ' [+-][0-9:]+$', '') as created_at
    from {{ raw_lines("shopify", [
        "lineitem discount", "cancelled at", "canceled at", "refunded amount",
        "payment method",
    ]) }}
),

-- What belongs to the order stands in its first row only.
orders as (
    select
        filename as file_name,
        declared_source,
        trim(cast(name as varchar)) as order_id,
        lower(max(trim(email))) as customer_id,
        max({{ moment("created_at") }}) as ordered_at,
        lower(max(trim("Financial Status"))) as financial_status,
        max(trim(currency)) as currency,
        max(coalesce(
            cast("Cancelled at" as varchar), cast("Canceled at" as varchar)
        )) as cancelled_at,
        bool_or(contains(lower(cast("Payment Method" as varchar)), 'bogus')) as is_test,
        max({{ number("subtotal") }}) as subtotal,
        coalesce(max({{ number("shipping") }}), 0) as shipping,
        coalesce(max({{ number("taxes") }}), 0) as taxes,
        max({{ number("total") }}) as total,
        coalesce(max({{ number('"Refunded Amount"') }}), 0) as refunded,
        sum(
            cast({{ number('"Lineitem quantity"') }} as decimal(38, 4))
            * {{ number('"Lineitem price"') }}
            - coalesce({{ number('"Lineitem discount"') }}, 0)
        ) as listed
    from raw_lines
    group by filename, declared_source, name
),

-- Prices hold the tax already where the total, tip or not, does not have it on top.
untaxed as (
    select
        *,
        case
            when
                total > subtotal + shipping - 0.01
                and total < subtotal + shipping + taxes - 0.01
                then 1 - taxes / nullif(cast(subtotal + shipping as double), 0)
            else 1
        end as untaxed_share
    from orders
),

final as (
    select
        *,
        coalesce(untaxed_share * subtotal / nullif(listed, 0), 0) as paid_share,
        refunded / nullif(cast(total as double), 0) as refunded_share,
        case
            when is_test then 'Payment Method: a test order'
            when coalesce(cancelled_at, '') != '' then 'Cancelled at: cancelled'
            when financial_status in ('pending', 'authorized', 'voided', 'expired')
                then 'Financial Status: not paid'
            when subtotal is null then 'Subtotal: missing or not a number'
        end as source_reject_reason
    from untaxed
)

select * from final
