-- The same line in two files means that a delivery came twice, under another name or
-- with an overlap: it would count twice in every amount. Where orders have no number,
-- one customer may buy the same at two tills on one day: then it takes half of what a
-- file brings for the days that it shares, and ten lines.
with shared_days as (
    select order_date
    from {{ ref("stg_deliveries") }}
    group by order_date
    having count(distinct file_name) > 1
),

order_lines as (
    select
        order_lines.*,
        contains(order_lines.order_id, 'unnumbered-') as is_unnumbered
    from {{ ref("stg_order_lines") }} as order_lines
    inner join shared_days on order_lines.order_date = shared_days.order_date
    where order_lines.reject_reason is null
),

equal_lines as (
    select
        is_unnumbered,
        case when not is_unnumbered then order_id end as order_id,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        net_amount,
        min(file_name) as one_file,
        max(file_name) as other_file,
        count(*) // 2 as pair_count
    from order_lines
    group by
        is_unnumbered,
        case when not is_unnumbered then order_id end,
        customer_id,
        ordered_at,
        product_id,
        quantity,
        net_amount
    having min(file_name) != max(file_name)
),

files as (
    select
        file_name,
        count(*) as line_count
    from order_lines
    where is_unnumbered
    group by file_name
),

repeated_files as (
    select
        equal_lines.one_file,
        equal_lines.other_file
    from equal_lines
    inner join files as one on equal_lines.one_file = one.file_name
    inner join files as other on equal_lines.other_file = other.file_name
    where equal_lines.is_unnumbered
    group by equal_lines.one_file, equal_lines.other_file
    having
        sum(equal_lines.pair_count)
        >= greatest(10, any_value(least(one.line_count, other.line_count)) / 2)
),

final as (
    select equal_lines.*
    from equal_lines
    left join repeated_files
        on
            equal_lines.one_file = repeated_files.one_file
            and equal_lines.other_file = repeated_files.other_file
    where not equal_lines.is_unnumbered or repeated_files.one_file is not null
)

select * from final
