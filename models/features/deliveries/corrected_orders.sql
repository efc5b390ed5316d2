-- An order that is delivered again with other amounts counts twice, and no line of it
-- equals another.
with versions as (
    select
        customer_id,
        order_id,
        order_date,
        file_name,
        any_value(new_file) as new_file,
        min(known_date) as known_date,
        count(*) as line_count,
        list_sort(list(coalesce(product_id, ''))) as products,
        sum(net_amount) as sale_amount
    from {{ ref("shared_lines") }}
    where line_type = 'sale'
    group by customer_id, order_id, order_date, file_name
),

-- The lines of one order may come in two files: late ones are of other products, or say
-- when they were recorded. Whoever repeats all of its products repeats the order.
orders as (
    select
        customer_id,
        order_id,
        order_date,
        max(new_file) as file_name,
        count(distinct products) = 1
        and count(distinct sale_amount) > 1
        and (
            count(distinct known_date) = 1
            or (
                min(line_count) > 1
                and not list_contains(any_value(products), '')
            )
        ) as is_corrected
    from versions
    group by customer_id, order_id, order_date
    having count(*) > 1 and count(new_file) > 0
),

final as (
    select
        'corrected_orders' as kind,
        mode(file_name) filter (where is_corrected) as file_name,
        cast(null as date) as order_date,
        format(
            '{} orders stand in two files, with the same products and other amounts, '
            || 'and would count twice: {}. Deliver a corrected order in the file that '
            || 'had it first, or take it out of that file',
            count(*) filter (where is_corrected),
            array_to_string(
                list_sort(list(order_id) filter (where is_corrected))[:3], ', '
            )
        ) as finding
    from orders
    having
        count(*) filter (where is_corrected) >= {{ var("corrected_orders_needed") }}
        -- where most orders in two files are of other products, the same are chance
        and avg(cast(is_corrected as integer)) > 0.5
)

select * from final
