with purchase_days as (
    select * from {{ ref("known_days") }}
    where sale_line_count > 0 and order_date > as_of_date - 365
),

categories as (
    select
        customer_id,
        as_of_date,
        main_category,
        sum(order_count) as order_count,
        sum(sale_line_count) as sale_line_count,
        sum(item_count) as item_count,
        sum(sale_amount) as sale_amount,
        bit_or(product_bits) as product_bits
    from purchase_days
    group by customer_id, as_of_date, main_category
),

baskets as (
    select
        customer_id,
        as_of_date,
        sum(order_count) as order_count,
        sum(sale_line_count) as sale_line_count,
        sum(item_count) as item_count,
        sum(sale_amount) as sale_amount,
        127 - bit_count(bit_or(product_bits)) as unset_bit_count,
        count(main_category) as category_count,
        max(order_count) as top_category_order_count
    from categories
    group by customer_id, as_of_date
),

final as (
    select
        customer_id,
        as_of_date,

        cast(item_count as double)
        / nullif(order_count, 0) as items_per_order_365d,
        cast(sale_line_count as double)
        / nullif(order_count, 0) as lines_per_order_365d,
        cast(sale_amount as double)
        / nullif(item_count, 0) as average_item_price_365d,

        -- linear counting (Whang, Vander-Zanden and Taylor 1990, eq. 2); of lines that
        -- name no product there is nothing to count
        cast(round(
            -127 * ln(if(unset_bit_count = 0, 1, unset_bit_count) / 127)
        ) as integer) as product_count_365d,
        cast(category_count as integer) as category_count_365d,
        cast(top_category_order_count as double)
        / nullif(order_count, 0) as top_category_share_365d
    from baskets
)

select * from final
