-- A limit on amounts is for slips of the pen; in a currency of small worth it would set
-- aside the best customers. It is judged by its share of all that was delivered so far,
-- for one slip in a small file is none.
with deliveries as (
    select
        file_name,
        sum(line_count) as line_count
    from {{ ref("stg_deliveries") }}
    group by file_name
),

set_aside as (
    select
        file_name,
        count(*) as large_line_count,
        median(abs(net_amount)) as large_amount
    from {{ ref("rejected_lines") }}
    where
        column_name = 'net_amount'
        and reason = 'beyond the setting largest_line_amount'
    group by file_name
),

summed as (
    select
        sum(deliveries.line_count) as line_count,
        sum(set_aside.large_line_count) as large_line_count,
        median(set_aside.large_amount) as large_amount,
        max_by(deliveries.file_name, set_aside.large_line_count)
        filter (where new_files.file_name is not null) as file_name
    from deliveries
    left join set_aside on deliveries.file_name = set_aside.file_name
    left join {{ ref("new_deliveries") }} as new_files
        on deliveries.file_name = new_files.file_name
),

final as (
    select
        'large_amounts' as kind,
        file_name,
        cast(null as date) as order_date,
        format(
            '{} of {} lines set aside ({:.1f}%, limit {:.1f}%): larger than the '
            || 'setting largest_line_amount, {}. If the amounts are right, give it in '
            || '--vars, as largest_line_amount: {:.0f}',
            large_line_count, line_count, 100 * large_line_count / line_count,
            100 * {{ var("large_amounts_share") }}, {{ var("largest_line_amount") }},
            -- the power of ten above ten times the usual one of these
            pow(10, ceil(log10(10 * large_amount)))
        ) as finding
    from summed
    where
        file_name is not null
        and line_count >= {{ var("fewest_lines_judged") }}
        and large_line_count > {{ var("large_amounts_share") }} * line_count
)

select * from final
