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
        moves.customer_id,
        moves.to_segment as rfm_segment,
        moves.as_of_date as entered_date,
        moves.next_date as left_date,
        moves.next_date - moves.as_of_date as stay_days,
        moves.from_segment as previous_segment,
        moves.next_segment,
        moves.segment_direction,
        told.value_basis,
        told.currency,
        told.horizon_days,
        moves.predicted_value
    from moves
    left join {{ ref("told_dates") }} as told on moves.as_of_date = told.as_of_date
    where moves.to_segment is not null
)

select * from final
