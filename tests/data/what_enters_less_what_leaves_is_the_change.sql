-- Customers of a segment on a date are those of the date before, and who entered, less
-- who left; a row here is a segment whose movement does not add up.
with steps as (
    select distinct
        as_of_date,
        previous_date
    from {{ ref("segment_steps") }}
),

told as (
    select
        dates.as_of_date,
        history.rfm_segment,
        count(*) as customer_count
    from {{ ref("customer_history") }} as history
    inner join {{ ref("told_dates") }} as dates
        on
            history.slice_id = dates.slice_id
            and history.as_of_date = dates.as_of_date
    group by dates.as_of_date, history.rfm_segment
),

came as (
    select
        as_of_date,
        to_segment as rfm_segment,
        sum(customer_count) as customer_count
    from {{ ref("segment_migration") }}
    group by as_of_date, to_segment
),

went as (
    select
        previous_date as as_of_date,
        from_segment as rfm_segment,
        sum(customer_count) as customer_count
    from {{ ref("segment_migration") }}
    group by previous_date, from_segment
),

stayed as (
    select
        steps.as_of_date,
        history.rfm_segment,
        count(*) as customer_count
    from {{ ref("segment_history") }} as history
    inner join steps
        on
            history.entered_date <= steps.as_of_date
            and coalesce(history.left_date > steps.as_of_date, true)
    group by steps.as_of_date, history.rfm_segment
),

counted as (
    select
        told.as_of_date,
        told.rfm_segment,
        told.customer_count,
        came.customer_count as came_count,
        stayed.customer_count as stay_count
    from told
    inner join steps on told.as_of_date = steps.as_of_date
    left join came
        on told.as_of_date = came.as_of_date and told.rfm_segment = came.rfm_segment
    left join stayed
        on told.as_of_date = stayed.as_of_date and told.rfm_segment = stayed.rfm_segment
    union all
    select
        told.as_of_date,
        told.rfm_segment,
        told.customer_count,
        went.customer_count as came_count,
        told.customer_count as stay_count
    from told
    inner join steps on told.as_of_date = steps.previous_date
    left join went
        on told.as_of_date = went.as_of_date and told.rfm_segment = went.rfm_segment
),

final as (
    select * from counted
    where
        customer_count is distinct from came_count
        or customer_count is distinct from stay_count
)

select * from final
