-- The same line in two files means that a delivery came twice, under another name or
-- with an overlap: it would count twice in every amount. Where orders have no number,
-- one customer may buy the same at two tills on one day: then it takes half of what a
-- file brings for the days that it shares, and ten lines.
with order_lines as (
    select
        *,
        contains(order_id, 'unnumbered-') as is_unnumbered
    from {{ ref("shared_lines") }}
),

equal_lines as (
    select
        is_unnumbered,
        max(new_file) as file_name,
        case when max(new_file) = min(file_name) then max(file_name) else min(file_name)
        end as other_file,
        any_value(order_id) as order_id,
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
    having min(file_name) != max(file_name) and count(new_file) > 0
),

files as (
    select
        file_name,
        count(*) as line_count
    from order_lines
    where is_unnumbered
    group by file_name
),

pairs as (
    select
        file_name,
        other_file,
        is_unnumbered,
        cast(sum(pair_count) as bigint) as line_count,
        min(order_id) filter (where not is_unnumbered) as order_id
    from equal_lines
    group by file_name, other_file, is_unnumbered
),

final as (
    select
        'repeated_lines' as kind,
        pairs.file_name,
        cast(null as date) as order_date,
        format(
            '{}: lines that stand in {} as well: {}{}. They would count twice: take '
            || 'out the file that repeats the other, or these lines of it',
            regexp_extract(pairs.file_name, '[^/]*/[^/]*$'),
            regexp_extract(pairs.other_file, '[^/]*/[^/]*$'),
            pairs.line_count,
            coalesce(', as of order ' || pairs.order_id, '')
        ) as finding
    from pairs
    left join files as one on pairs.file_name = one.file_name
    left join files as other on pairs.other_file = other.file_name
    where
        not pairs.is_unnumbered
        or pairs.line_count >= greatest(10, least(one.line_count, other.line_count) / 2)
)

select * from final
