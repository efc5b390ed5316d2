-- Of the rules that a combination of words keeps, the first one. There are few
-- combinations, so the rules are asked once for each, not once for each customer.
with combinations as (
    select distinct
        history.rfm_segment,
        history.value_tier,
        history.churn_risk_band,
        history.lifecycle_stage
    from {{ ref("customer_history") }} as history
    inner join {{ ref("told_dates") }} as told on history.slice_id = told.slice_id
    inner join {{ ref("this_run") }} as this_run
        on
            told.as_of_date = this_run.as_of_date
            and history.as_of_date = this_run.as_of_date
),

rules as (select * from {{ ref("action_rules") }}),

final as (
    select
        combinations.rfm_segment,
        combinations.value_tier,
        combinations.churn_risk_band,
        combinations.lifecycle_stage,
        min_by(rules.recommended_action, rules.priority) as recommended_action,
        min_by(rules.reason, rules.priority) as reason
    from combinations
    inner join rules on {{ is_asked_for("combinations", "rules") }}
    group by
        combinations.rfm_segment, combinations.value_tier,
        combinations.churn_risk_band, combinations.lifecycle_stage
)

select * from final
