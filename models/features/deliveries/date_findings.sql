-- Days where none should be, and none where some should be.
with days as (select * from {{ ref("delivered_days") }}),

holes as (
    select
        *,
        order_date - lag(order_date) over (order by order_date) as hole_days,
        lag(order_date) over (order by order_date) as previous_date,
        count(*) over (order by order_date desc) as days_after,
        bool_and(is_new) over (order by order_date desc) as is_end_new,
        count(*) over (order by order_date) - 1 as days_before,
        bool_and(is_new) over (
            order by order_date rows between unbounded preceding and 1 preceding
        ) as is_start_new
    from days
),

-- The longest hole but one: a hole is not its own measure.
longest as (
    select
        greatest(
            {{ var("longest_hole_days") }},
            2 * coalesce(list_sort(list(hole_days), 'desc', 'nulls last')[2], 0)
        ) as hole_limit
    from holes
),

final as (
    select
        'dates_jump' as kind,
        holes.file_name,
        holes.order_date,
        format(
            '{}: no order between {} and {}, {} days (limit {})',
            split_part(holes.file_name, '/', -1), holes.previous_date,
            holes.order_date, holes.hole_days, longest.hole_limit
        ) as finding
    from holes
    cross join longest
    where
        holes.hole_days > longest.hole_limit
        and (
            (holes.days_after <= 7 and holes.is_end_new and holes.days_before >= 60)
            or (
                holes.days_before <= 7 and holes.is_start_new and holes.days_after >= 60
            )
        )
    union all
    select
        'stale' as kind,
        file_name,
        last_date as order_date,
        finding
    from {{ ref("silent_sources") }}
)

select * from final
