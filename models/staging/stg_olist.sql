{{ config(enabled=is_read("olist")) }}

{{ require_columns("olist", [
    "order_id", "customer_id", "order_status", "order_purchase_timestamp",
], table="olist_orders_dataset") }}
{{ require_columns("olist", [
    "order_id", "order_item_id", "product_id", "price", "freight_value",
], table="olist_order_items_dataset") }}
{{ require_columns("olist", [
    "customer_id", "customer_unique_id",
], table="olist_customers_dataset") }}

with items as (
    select
        *,
        {{ number("price") }} as price_paid,
        {{ number("freight_value") }} as freight_paid,
        filename as file_name
    from {{ raw_table("olist", "olist_order_items_dataset", [
        "order_id", "order_item_id",
    ]) }}
),

orders as (
    select * from {{ raw_table("olist", "olist_orders_dataset", ["order_id"]) }}
),

-- Every order has a customer_id of its own; the person is customer_unique_id.
people as (
    select
        customer_id,
        declared_source,
        customer_unique_id
    from {{ raw_table("olist", "olist_customers_dataset", ["customer_id"]) }}
),

products as (
    select
        product_id,
        declared_source,
        product_category_name
    from {{ raw_table("olist", "olist_products_dataset", ["product_id"], [
        "product_category_name",
    ]) }}
),

final as (
    select
        trim(items.order_id) as order_id,
        trim(people.customer_unique_id) as customer_id,
        try_cast(orders.order_purchase_timestamp as timestamp) as ordered_at,
        trim(items.product_id) as product_id,
        products.product_category_name as category,
        1 as quantity,
        items.price_paid as gross_amount,
        items.price_paid as net_amount,
        items.freight_paid as shipping_amount,
        'sale' as line_type,
        coalesce(items.declared_currency, 'BRL') as currency,
        cast(null as timestamp) as recorded_at,
        items.declared_source as source_name,
        case
            when orders.order_status in ('canceled', 'unavailable', 'created')
                then 'order_status: not paid, or cancelled'
        end as source_reject_reason,
        items.file_name
    from items
    left join orders using (order_id, declared_source)
    left join people using (customer_id, declared_source)
    left join products using (product_id, declared_source)
)

select * from final
