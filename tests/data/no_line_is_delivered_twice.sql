-- The same line in two files means that a delivery came twice, under another name or
-- with an overlap: it would count twice in every amount.
with shared_days as (
    select order_date
    from {{ ref("stg_deliveries") }}
    group by order_date
    having count(distinct file_name) > 1
),

order_lines as (
    select order_lines.*
    from {{ ref("stg_order_lines") }} as order_lines
    inner join shared_days on order_lines.order_date = shared_days.order_date
    where order_lines.reject_reason is null
),

final as (
    select
        order_id,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        net_amount,
        min(file_name) as one_file,
        max(file_name) as other_file
    from order_lines
    group by order_id, customer_id, ordered_at, product_id, quantity, net_amount
    having min(file_name) != max(file_name)
)

select * from final
