-- The difference is told in money, the lift in shares of what is usual; one of the two
-- intervals shows a gain, if the other does not contradict it.
with comparisons as (
    select
        *,
        {{ var("lift_spreads") }} * standard_error as margin
    from {{ ref("campaign_comparisons") }}
),

money as (
    select * from comparisons
    where measure = 'money'
),

-- What is left alone and sends back more than it buys has no shares.
shares as (
    select * from comparisons
    where measure = 'share' and usual_mean > 0
),

measured as (
    select
        money.audience,
        money.value_basis,
        money.currency,
        money.outcome_days,
        money.first_entered_date,
        money.last_entered_date,
        money.treated_count,
        money.control_count,
        money.treated_mean / 100 as treated_value,
        money.control_mean / 100 as control_value,
        money.difference / 100 as difference,
        (money.difference - money.margin) / 100 as difference_lower,
        (money.difference + money.margin) / 100 as difference_upper,
        shares.difference / shares.usual_mean as lift,
        (shares.difference - shares.margin) / shares.usual_mean as lift_lower,
        (shares.difference + shares.margin) / shares.usual_mean as lift_upper,
        money.difference / 100 * money.treated_count as gained_value
    from money
    left join shares
        on
            money.audience = shares.audience
            and money.value_basis = shares.value_basis
            and money.currency = shares.currency
),

final as (
    select
        *,
        case
            when least(treated_count, control_count) < {{ var("lift_fewest") }}
                then 'too few to tell'
            when greatest(difference_lower, lift_lower) > 0
                and least(difference_upper, lift_upper) > 0
                then 'more than without'
            when least(difference_upper, lift_upper) < 0
                and greatest(difference_lower, lift_lower) < 0
                then 'less than without'
            else 'no difference shown'
        end as verdict
    from measured
)

select * from final
