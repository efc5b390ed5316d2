{{ config(enabled=is_read("shopify")) }}

with orders as (select * from {{ ref("stg_shopify_orders") }}),

typed as (
    select
        filename as file_name,
        declared_source,
        trim(cast(name as varchar)) as order_id,
        coalesce(
            nullif(trim(cast("Lineitem sku" as varchar)), ''), trim("Lineitem name")
        ) as product_id,
        cast(vendor as varchar) as category,
        {{ whole_number('"Lineitem quantity"') }} as quantity,
        {{ number('"Lineitem price"') }} as price,
        coalesce({{ number('"Lineitem discount"') }}, 0) as discount
    from {{ raw_lines("shopify", ["lineitem sku", "lineitem discount", "vendor"]) }}
),

-- An order's discount is shared out by amount: its lines add up to its subtotal.
listed as (
    select
        *,
        quantity * price - discount as amount,
        row_number() over in_order as line_number,
        sum(quantity * price - discount) over in_order as amount_so_far
    from typed
    window in_order as (
        partition by file_name, declared_source, order_id
        order by product_id, price, quantity, discount
        rows unbounded preceding
    )
),

joined as (
    select
        listed.*,
        orders.* exclude (file_name, declared_source, order_id)
    from listed
    inner join orders using (file_name, declared_source, order_id)
),

sales as (
    select
        *,
        'sale' as line_type,
        try_cast(quantity * price * untaxed_share as decimal(18, 4)) as gross_amount,
        -- what is shared out up to this line, less what was before it
        try_cast(amount_so_far * paid_share as decimal(18, 4))
        - try_cast((amount_so_far - amount) * paid_share as decimal(18, 4))
            as net_amount,
        case when line_number = 1 then taxes else 0 end as tax_amount,
        case when line_number = 1 then shipping * untaxed_share else 0 end
            as shipping_amount
    from joined
),

-- A refund has neither pieces nor a day of its own, so it counts on the order's day.
refunds as (
    select
        *,
        'refund' as category,
        -1 as quantity,
        'return' as line_type,
        try_cast(-subtotal * untaxed_share * refunded_share as decimal(18, 4))
            as net_amount,
        -taxes * refunded_share as tax_amount,
        -shipping * untaxed_share * refunded_share as shipping_amount
    from orders
    where refunded > 0
),

signed as (
    select * from sales
    union all by name
    select * from refunds
),

final as (
    select
        order_id,
        nullif(customer_id, '') as customer_id,
        ordered_at,
        product_id,
        category,
        quantity,
        coalesce(gross_amount, net_amount) as gross_amount,
        net_amount,
        try_cast(tax_amount as decimal(18, 4)) as tax_amount,
        try_cast(shipping_amount as decimal(18, 4)) as shipping_amount,
        line_type,
        upper(currency) as currency,
        cast(null as timestamp) as recorded_at,
        declared_source as source_name,
        source_reject_reason,
        file_name
    from signed
)

select * from final
