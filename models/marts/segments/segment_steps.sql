-- From the date before to this one, and from this one to the next if that was told
-- already: a date that is filled in later splits a step in two.
with dates as (
    select
        as_of_date,
        slice_id,
        lag(as_of_date) over (order by as_of_date) as previous_date,
        lag(slice_id) over (order by as_of_date) as previous_slice_id
    from {{ ref("told_dates") }}
),

steps as (
    select dates.*
    from dates
    inner join {{ ref("this_run") }} as this_run
        on
            dates.as_of_date = this_run.as_of_date
            or dates.previous_date = this_run.as_of_date
),

history as (select * from {{ ref("customer_history") }}),

then_told as (
    select
        steps.as_of_date,
        history.customer_id,
        history.rfm_segment,
        history.predicted_value
    from history
    inner join steps
        on
            history.slice_id = steps.previous_slice_id
            and history.as_of_date = steps.previous_date
),

now_told as (
    select
        steps.as_of_date,
        history.customer_id,
        history.rfm_segment,
        history.predicted_value
    from history
    inner join steps
        on
            history.slice_id = steps.slice_id and history.as_of_date = steps.as_of_date
),

-- Whose orders were deleted leaves without entering; a value that is gone is the last.
joined as (
    select
        as_of_date,
        customer_id,
        then_told.rfm_segment as from_segment,
        now_told.rfm_segment as to_segment,
        coalesce(now_told.predicted_value, then_told.predicted_value) as predicted_value
    from now_told
    full outer join then_told using (customer_id, as_of_date)
),

final as (
    select
        joined.as_of_date,
        steps.previous_date,
        joined.customer_id,
        joined.from_segment,
        joined.to_segment,
        case
            when joined.from_segment is null then 'in'
            when joined.to_segment is null then 'out'
            when joined.from_segment = joined.to_segment then 'stay'
            when later.standing > earlier.standing then 'up'
            when later.standing < earlier.standing then 'down'
            else 'side'
        end as segment_direction,
        joined.predicted_value
    from joined
    inner join steps on joined.as_of_date = steps.as_of_date
    left join {{ ref("segment_names") }} as earlier
        on joined.from_segment = earlier.rfm_segment
    left join {{ ref("segment_names") }} as later
        on joined.to_segment = later.rfm_segment
)

select * from final
