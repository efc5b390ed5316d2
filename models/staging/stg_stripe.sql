{{ config(enabled=is_read("stripe")) }}

{{ require_columns("stripe", ["id", "created", "amount", "currency", "status",
    "customer_id|customer"], table=["charges", "charge"]) }}

with charges as (
    select
        trim(cast(id as varchar)) as order_id,
        coalesce(
            nullif(trim(cast(customer_id as varchar)), ''),
            nullif(trim(cast(customer as varchar)), ''),
            nullif(lower(trim(cast(receipt_email as varchar))), '')
        ) as customer_id,
        {{ shop_time("created") }} as ordered_at,
        -- what was not captured counts as refunded there
        {{ number("amount") }} as amount,
        coalesce({{ number("amount_refunded") }}, 0) as amount_refunded,
        upper(trim(currency)) as currency,
        'sale' as line_type,
        case
            when not try_cast(livemode as boolean) then 'livemode: a test charge'
            when status != 'succeeded' then 'status: not succeeded'
            when not try_cast(captured as boolean) then 'captured: not captured'
        end as source_reject_reason,
        declared_source,
        filename as file_name
    from {{ raw_table("stripe", ["charges", "charge"], ["id"], [
        "customer_id", "customer", "receipt_email", "amount_refunded", "livemode",
        "captured",
    ]) }}
),

refunds as (
    select
        trim(coalesce(cast(charge_id as varchar), cast(charge as varchar))) as order_id,
        {{ shop_time("created") }} as refunded_at,
        {{ number("amount") }} as refunded_amount,
        status as refund_status,
        declared_source,
        filename as file_name
    from {{ raw_table("stripe", ["refunds", "refund"], ["id"], [
        "charge_id", "charge", "created", "amount", "status", "filename",
        "declared_time_zone", "declared_decimal_comma",
    ]) }}
),

-- A refund is a line of its own day; where none was delivered, of the charge's.
returns as (
    select
        refunds.order_id,
        charges.customer_id,
        refunds.refunded_at as ordered_at,
        -refunds.refunded_amount as amount,
        charges.currency,
        'return' as line_type,
        case
            when refunds.refund_status != 'succeeded' then 'status: refund failed'
            else charges.source_reject_reason
        end as source_reject_reason,
        refunds.declared_source,
        refunds.file_name
    from refunds
    left join charges using (order_id, declared_source)
    union all by name
    select
        charges.* replace (
            -charges.amount_refunded as amount,
            'return' as line_type
        )
    from charges
    anti join refunds using (order_id, declared_source)
    where charges.amount_refunded > 0
),

signed as (
    select * from charges
    union all by name
    select * from returns
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        cast(null as varchar) as product_id,
        'payment' as category,
        case when line_type = 'sale' then 1 else -1 end as quantity,
        {{ from_minor_units("amount", ["ISK", "UGX"], ["MGA"]) }} as gross_amount,
        gross_amount as net_amount,
        line_type,
        currency,
        cast(null as timestamp) as recorded_at,
        declared_source as source_name,
        source_reject_reason,
        file_name
    from signed
)

select * from final
