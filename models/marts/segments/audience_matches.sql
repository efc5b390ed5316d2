-- Whoever an audience asks for today; the rules are asked once for each combination of
-- words, not once for each customer.
with this_run as (select * from {{ ref("this_run") }}),

told as (
    select history.*
    from {{ ref("customer_history") }} as history
    inner join {{ ref("told_dates") }} as told_dates
        on history.slice_id = told_dates.slice_id
    inner join this_run
        on
            told_dates.as_of_date = this_run.as_of_date
            and history.as_of_date = this_run.as_of_date
),

wanted as (
    select
        actions.rfm_segment,
        actions.value_tier,
        actions.churn_risk_band,
        actions.lifecycle_stage,
        audiences.audience,
        audiences.largest_size,
        audiences.control_share,
        audiences.outcome_days
    from {{ ref("chosen_actions") }} as actions
    cross join this_run
    inner join {{ ref("audience_rules") }} as audiences
        on
            {{ is_asked_for("actions", "audiences") }}
            and coalesce(this_run.as_of_date >= audiences.from_date, true)
            and coalesce(this_run.as_of_date <= audiences.until_date, true)
),

final as (
    select
        wanted.audience,
        told.customer_id,
        wanted.largest_size,
        wanted.control_share,
        wanted.outcome_days,
        told.predicted_value,
        {{ may_be_written_to() }} as may_be_written_to,
        {{ hash_share("wanted.audience", "told.customer_id") }} as hash_share
    from told
    inner join wanted
        on
            told.rfm_segment = wanted.rfm_segment
            and told.value_tier = wanted.value_tier
            and told.churn_risk_band = wanted.churn_risk_band
            and told.lifecycle_stage = wanted.lifecycle_stage
    left join {{ ref("contacts") }} as contacts
        on told.customer_id = contacts.customer_id
)

select * from final
