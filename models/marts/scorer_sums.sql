-- The model, and the rule that it must beat on the same customers.
with judged as (
    select
        slice_id,
        true as is_model,
        predicted_value,
        probability_active,
        realised_value,
        is_active
    from {{ ref("graded_predictions") }}
    union all
    select
        slice_id,
        false as is_model,
        baseline_value as predicted_value,
        baseline_probability_active as probability_active,
        realised_value,
        is_active
    from {{ ref("graded_predictions") }}
    where baseline_value is not null
),

ranked as (
    select
        *,
        count(*) over (partition by slice_id, is_model) as row_count,
        rank() over (
            partition by slice_id, is_model order by predicted_value
        ) as first_rank,
        {{ twice_rank_of("predicted_value") }} as predicted_rank,
        {{ twice_rank_of("realised_value") }} as realised_rank,
        {{ twice_rank_of("probability_active") }} as active_rank
    from judged
),

-- Whole numbers add up to the same in any order. Ranks are doubled, less their mean.
counted as (
    select
        *,
        cast(round(greatest(realised_value, 0) * 100) as bigint) as gain_cents,
        predicted_rank - row_count - 1 as predicted_lead,
        realised_rank - row_count - 1 as realised_lead,
        active_rank - row_count - 1 as active_lead,
        least(floor(probability_active * 10), 9) as probability_bin,
        -- rows tied at the edge of the top tenth stand in it in part; the last rank of
        -- a tie is twice its mean less its first
        least(greatest(
            (predicted_rank - first_rank - 0.9 * row_count)
            / (predicted_rank - 2 * first_rank + 1), 0
        ), 1) as top_tenth_part
    from ranked
),

final as (
    select
        slice_id,
        is_model,
        cast(probability_bin as integer) as probability_bin,
        count(*) as customer_count,
        {{ exact_sum("predicted_value") }} as predicted_units,
        {{ exact_sum("realised_value") }} as realised_units,
        {{ exact_sum("abs(realised_value)") }} as absolute_units,
        {{ exact_sum("abs(predicted_value - realised_value)") }} as error_units,
        {{ exact_sum("probability_active") }} as probability_units,
        count(*) filter (where is_active) as active_count,
        coalesce(sum(active_lead) filter (where is_active), 0) as active_lead,

        sum(gain_cents) as gain_cents,
        coalesce(sum(gain_cents) filter (where top_tenth_part = 1), 0)
            as gain_cents_in_top_tenth,
        coalesce(sum(gain_cents) filter (where top_tenth_part not in (0, 1)), 0)
            as gain_cents_at_edge,
        max(top_tenth_part) filter (where top_tenth_part < 1) as part_at_edge,
        sum(gain_cents * predicted_lead) as gain_by_prediction,
        -- where there is a gain, it ranks as what came does
        sum(gain_cents * realised_lead) as gain_by_itself,

        sum(predicted_lead * realised_lead) as leads_multiplied,
        sum(predicted_lead * predicted_lead) as predicted_lead_squared,
        sum(realised_lead * realised_lead) as realised_lead_squared
    from counted
    group by slice_id, is_model, probability_bin
)

select * from final
