-- What a file shows by itself.
with deliveries as (
    select
        file_name,
        split_part(file_name, '/', -1) as short_name,
        sum(line_count) as line_count
    from {{ ref("stg_deliveries") }}
    group by file_name
),

set_aside as (
    select
        file_name,
        count(*) as rejected_line_count,
        mode(column_name || ': ' || reason) as usual_reason
    from {{ ref("rejected_lines") }}
    where reason != 'erased on request'
    group by file_name
),

judged as (
    select
        deliveries.*,
        set_aside.usual_reason,
        new_files.file_name is not null as is_new,
        coalesce(set_aside.rejected_line_count, 0) as rejected_line_count,
        coalesce(set_aside.rejected_line_count, 0) / nullif(deliveries.line_count, 0)
            as rejected_share,
        median(set_aside.rejected_line_count / nullif(deliveries.line_count, 0))
        filter (where new_files.file_name is null) over () as usual_share
    from deliveries
    left join set_aside on deliveries.file_name = set_aside.file_name
    left join {{ ref("new_deliveries") }} as new_files
        on deliveries.file_name = new_files.file_name
),

days as (
    select
        *,
        median(large_file_count) over () as usual_file_count
    from {{ ref("delivered_days") }}
),

unusual as (
    select
        order_date,
        exp(usual_figure) as usual_line_count
    from {{ ref("unusual_days") }}
    where measure = 'lines'
),

final as (
    select
        'empty' as kind,
        file_name,
        cast(null as date) as order_date,
        short_name || ': not one line' as finding
    from judged
    where is_new and line_count = 0
    union all
    select
        'many_rejected' as kind,
        file_name,
        cast(null as date) as order_date,
        format(
            '{}: {} of {} lines set aside, usually {:.0f}% (limit {:.0f}%): {}',
            short_name, rejected_line_count, line_count,
            100 * coalesce(usual_share, 0), 100 * {{ var("many_rejected_share") }},
            usual_reason
        ) as finding
    from judged
    where
        is_new
        and (line_count >= {{ var("fewest_lines_judged") }} or rejected_share = 1)
        and rejected_share > {{ var("many_rejected_share") }}
        and rejected_share > coalesce(2 * usual_share, 0)
    union all
    select
        'double_day' as kind,
        days.file_name,
        days.order_date,
        format(
            '{}: brings {} lines for {}, which has {} from elsewhere (usually {:.0f})',
            split_part(days.file_name, '/', -1), days.file_line_count,
            days.order_date, days.line_count - days.file_line_count,
            unusual.usual_line_count
        ) as finding
    from days
    inner join unusual on days.order_date = unusual.order_date
    where
        days.usual_file_count <= 1
        and days.has_new_lines
        and unusual.usual_line_count >= {{ var("fewest_lines_judged") }}
        and days.line_count > {{ var("double_day_times") }} * unusual.usual_line_count
        and days.second_line_count > 0.4 * unusual.usual_line_count
)

select * from final
