with sums as (
    select
        slice_id,
        is_model,
        sum(customer_count) as customer_count,
        sum(active_count) as active_count,
        sum(customer_count) - sum(active_count) as inactive_count,
        sum(active_lead) as active_lead,
        -- Naeini, Cooper & Hauskrecht (2015): bins of equal width in probability
        sum(abs(probability_units - 10000 * active_count)) as misjudged_units,

        sum(predicted_units) as predicted_units,
        sum(realised_units) as realised_units,
        sum(absolute_units) as absolute_units,
        sum(error_units) as error_units,
        sum(gain_cents) as gain_cents,
        sum(gain_cents_in_top_tenth)
        + sum(gain_cents_at_edge) * coalesce(max(part_at_edge), 0) as top_tenth_cents,

        sum(gain_by_prediction) as gain_by_prediction,
        sum(gain_by_itself) as gain_by_itself,
        sum(leads_multiplied) as leads_multiplied,
        sum(predicted_lead_squared) as predicted_lead_squared,
        sum(realised_lead_squared) as realised_lead_squared
    from {{ ref("scorer_sums") }}
    group by slice_id, is_model
),

final as (
    select
        slice_id,
        is_model,
        cast(customer_count as bigint) as customer_count,
        predicted_units / 10000 as predicted_value,
        realised_units / 10000 as realised_value,
        predicted_units / nullif(realised_units, 0) as predicted_to_realised,
        gain_by_prediction / nullif(gain_by_itself, 0) as gini,
        leads_multiplied
        / nullif(sqrt(
            cast(predicted_lead_squared as double) * realised_lead_squared
        ), 0) as spearman,
        top_tenth_cents / nullif(gain_cents, 0) as top_tenth_capture,
        error_units / nullif(absolute_units, 0) as wape,
        -- the share of pairs of an active and an inactive customer in the right order
        (active_lead + active_count * inactive_count)
        / nullif(2 * active_count * inactive_count, 0) as auc,
        misjudged_units / customer_count / 10000 as expected_calibration_error
    from sums
)

select * from final
