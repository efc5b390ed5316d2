{{ config(materialized="table") }}

-- What the files brought for each day.
with deliveries as (
    select
        deliveries.*,
        new_files.file_name is not null as is_new
    from {{ ref("stg_deliveries") }} as deliveries
    left join {{ ref("new_deliveries") }} as new_files
        on deliveries.file_name = new_files.file_name
),

-- a line that was set aside makes no day
accepted as (select distinct order_date from {{ ref("customer_days") }}),

final as (
    select
        deliveries.order_date,
        bool_and(deliveries.is_new) as is_new,
        bool_or(deliveries.is_new) as has_new_lines,
        max(deliveries.modified_at) filter (where not deliveries.is_new) as known_at,
        sum(deliveries.line_count) as line_count,
        max_by(deliveries.line_count, deliveries.is_new) as file_line_count,
        coalesce(list_sort(list(deliveries.line_count), 'desc')[2], 0)
            as second_line_count,
        count(*) filter (where deliveries.line_count > 5) as large_file_count,
        coalesce(
            max_by(deliveries.file_name, deliveries.line_count)
            filter (where deliveries.is_new),
            max(deliveries.file_name)
        ) as file_name
    from deliveries
    inner join accepted on deliveries.order_date = accepted.order_date
    group by deliveries.order_date
)

select * from final
