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

stays as (
    select history.*
    from {{ ref("segment_history") }} as history
    inner join this_run
        on
            history.entered_date <= this_run.as_of_date
            and coalesce(history.left_date > this_run.as_of_date, true)
),

clusters as (
    select
        ledger.customer_id,
        ledger.behaviour_cluster
    from {{ ref("predictions") }} as ledger
    inner join this_run
        on ledger.run_id = this_run.run_id and ledger.as_of_date = this_run.as_of_date
),

final as (
    select
        scores.customer_id,
        scores.as_of_date,
        this_run.value_basis,
        this_run.currency,

        scores.recency_days,
        scores.order_count,
        scores.spend,

        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.recency_score || '' || scores.frequency_score || scores.monetary_score
            as rfm_code,
        scores.rfm_segment,

        clusters.behaviour_cluster,
        scores.lifecycle_stage,

        stays.entered_date as segment_entered_date,
        scores.as_of_date - stays.entered_date as days_in_segment,
        stays.previous_segment,
        stays.segment_direction,

        contacts.has_consent,
        case
            when {{ may_be_written_to() }} then actions.recommended_action
        end as recommended_action,
        case
            when {{ may_be_written_to() }}
                then {{ action_reason("actions.reason") }}
            else 'No consent'
        end as action_reason
    from {{ ref("rfm_scores") }} as scores
    inner join told on scores.customer_id = told.customer_id
    inner join stays on scores.customer_id = stays.customer_id
    cross join this_run
    left join {{ ref("chosen_actions") }} as actions
        on
            told.rfm_segment = actions.rfm_segment
            and told.value_tier = actions.value_tier
            and told.churn_risk_band = actions.churn_risk_band
            and told.lifecycle_stage = actions.lifecycle_stage
    left join clusters on scores.customer_id = clusters.customer_id
    left join {{ ref("contacts") }} as contacts
        on scores.customer_id = contacts.customer_id
)

select * from final
