-- A stay ends where the next move begins, whichever date was run first.
with moves as (
    select
        *,
        lead(as_of_date) over stays as next_date,
        lead(to_segment) over stays as next_segment
    from {{ ref("segment_moves") }}
    window stays as (partition by customer_id order by as_of_date)
),

final as (
    select
        customer_id,
        to_segment as rfm_segment,
        as_of_date as entered_date,
        next_date as left_date,
        next_date - as_of_date as stay_days,
        from_segment as previous_segment,
        next_segment,
        segment_direction,
        predicted_value
    from moves
    where to_segment is not null
)

select * from final
