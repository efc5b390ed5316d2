-- Sums over each group; their products are whole numbers too, and so exact.
with summed as (
    select
        audience,
        is_control,
        value_basis,
        currency,
        max(outcome_days) as outcome_days,
        min(entered_date) as first_entered_date,
        max(entered_date) as last_entered_date,
        count(*) as members,
        cast(sum(realised_cents) as double) as realised,
        cast(sum(expected_cents) as double) as expected,
        cast(sum(cast(realised_cents as hugeint) * realised_cents) as double)
        - power(cast(sum(realised_cents) as double), 2) / count(*) as realised_square,
        cast(sum(cast(expected_cents as hugeint) * expected_cents) as double)
        - power(cast(sum(expected_cents) as double), 2) / count(*) as expected_square,
        cast(sum(cast(realised_cents as hugeint) * expected_cents) as double)
        - cast(sum(realised_cents) as double) * cast(sum(expected_cents) as double)
        / count(*) as product
    from {{ ref("audience_outcomes") }}
    group by audience, is_control, value_basis, currency
),

-- What was expected before explains much of what came, and has nothing to do with the
-- group: taking it off narrows the interval (Deng, Xu, Kohavi and Walker 2013).
adjusted as (
    select
        *,
        coalesce(
            sum(product) over audiences
            / nullif(sum(expected_square) over audiences, 0),
            0
        ) as slope,
        sum(expected) over audiences / sum(members) over audiences as usual
    from summed
    window audiences as (partition by audience, value_basis, currency)
),

means as (
    select
        *,
        (realised / members - slope * (expected / members - usual)) / 100 as mean_value,
        greatest(
            realised_square - 2 * slope * product + slope * slope * expected_square, 0
        ) / nullif(members - 1, 0) / members / 10000 as variance
    from adjusted
),

compared as (
    select
        treated.audience,
        treated.value_basis,
        treated.currency,
        treated.outcome_days,
        least(treated.first_entered_date, control.first_entered_date)
            as first_entered_date,
        greatest(treated.last_entered_date, control.last_entered_date)
            as last_entered_date,
        treated.members as treated_count,
        control.members as control_count,
        treated.realised / treated.members / 100 as treated_value,
        control.realised / control.members / 100 as control_value,
        treated.mean_value - control.mean_value as difference,
        {{ var("lift_spreads") }} * sqrt(treated.variance + control.variance) as margin,
        nullif(control.mean_value, 0) as base_value
    from means as treated
    inner join means as control
        on
            treated.audience = control.audience
            and treated.value_basis = control.value_basis
            and treated.currency = control.currency
            and not treated.is_control
            and control.is_control
),

final as (
    select
        * exclude (margin, base_value),
        difference - margin as difference_lower,
        difference + margin as difference_upper,
        difference / base_value as lift,
        (difference - margin) / base_value as lift_lower,
        (difference + margin) / base_value as lift_upper,
        difference * treated_count as gained_value,
        case
            when least(treated_count, control_count) < {{ var("lift_fewest") }}
                then 'too few to tell'
            when difference - margin > 0 then 'more than without'
            when difference + margin < 0 then 'less than without'
            else 'no difference shown'
        end as verdict
    from compared
)

select * from final
