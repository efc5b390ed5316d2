-- Of several sources each is judged by itself: one that still delivers hides no other.
with delivered as (
    select
        files.source_name,
        deliveries.order_date,
        bool_and(new_files.file_name is not null) as is_new,
        max(deliveries.modified_at) filter (where new_files.file_name is null)
            as known_at,
        max(deliveries.file_name) as file_name
    from {{ ref("stg_deliveries") }} as deliveries
    inner join {{ ref("stg_files") }} as files
        on deliveries.file_name = files.file_name
    -- a line that was set aside makes no day
    inner join {{ ref("delivered_days") }} as delivered_days
        on deliveries.order_date = delivered_days.order_date
    left join {{ ref("new_deliveries") }} as new_files
        on deliveries.file_name = new_files.file_name
    group by files.source_name, deliveries.order_date
),

holes as (
    select
        *,
        order_date
        - lag(order_date) over (partition by source_name order by order_date)
            as hole_days
    from delivered
),

-- The longest hole but one: a hole is not its own measure.
sources as (
    select
        source_name,
        greatest(
            {{ var("longest_hole_days") }},
            2 * coalesce(list_sort(list(hole_days), 'desc', 'nulls last')[2], 0)
        ) as hole_limit,
        max(order_date) as last_date,
        max(order_date) filter (where not is_new) as known_date,
        max(known_at) as known_at,
        max_by(file_name, order_date) as file_name,
        count(*) over () > 1 as is_one_of_several
    from holes
    group by source_name
),

run as (
    select date '{{ run_started_at.strftime("%Y-%m-%d") }}' as run_date
),

final as (
    select
        sources.source_name,
        sources.file_name,
        sources.last_date,
        format(
            'the last order {}is of {}, {} days before this run (limit {})',
            case
                when sources.is_one_of_several
                    then 'from ' || sources.source_name || ' '
                else ''
            end,
            sources.last_date, run.run_date - sources.last_date, sources.hole_limit
        ) as finding
    from sources
    cross join run
    where
        {{ var("as_of_date") is none }}
        and run.run_date - sources.last_date > sources.hole_limit
        -- a source that still sells: its last fold was no older than that
        and cast(sources.known_at as date) - sources.known_date
        between -1 and sources.hole_limit
)

select * from final
