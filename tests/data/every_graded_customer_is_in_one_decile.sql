-- A scorecard and the deciles behind it are of the same customers and the same money; a
-- row here is a grade that does not add up.
with deciles as (
    select
        slice_id,
        sum(customer_count) as customer_count,
        sum(realised_value) as realised_value
    from {{ ref("value_calibration") }}
    where group_kind = 'predicted_decile'
    group by slice_id
),

final as (
    select
        scorecard.slice_id,
        scorecard.customer_count,
        deciles.customer_count as customer_count_of_deciles,
        scorecard.realised_value,
        deciles.realised_value as realised_value_of_deciles
    from {{ ref("model_scorecard") }} as scorecard
    full outer join deciles on scorecard.slice_id = deciles.slice_id
    where
        scorecard.customer_count is distinct from deciles.customer_count
        or abs(scorecard.realised_value - deciles.realised_value) > 0.01
)

select * from final
