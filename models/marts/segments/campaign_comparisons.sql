-- What was expected before explains much of what came, and has nothing to do with the
-- group: taking it off narrows the interval (Deng, Xu, Kohavi and Walker 2013).
with adjusted as (
    select
        *,
        coalesce(
            sum(product) over campaigns
            / nullif(sum(expected_square) over campaigns, 0),
            0
        ) as slope,
        sum(expected) over campaigns / sum(members) over campaigns as usual
    from {{ ref("campaign_groups") }}
    window campaigns as (partition by audience, value_basis, currency, measure)
),

means as (
    select
        *,
        realised / members - slope * (expected / members - usual) as mean_value,
        greatest(
            realised_square - 2 * slope * product + slope * slope * expected_square, 0
        ) as squares
    from adjusted
),

-- A small group without a large customer looks calmer than it is. Where a letter does
-- nothing, both groups vary alike: the larger of the own and the common error counts.
final as (
    select
        treated.audience,
        treated.value_basis,
        treated.currency,
        treated.measure,
        treated.outcome_days,
        least(treated.first_entered_date, control.first_entered_date)
            as first_entered_date,
        greatest(treated.last_entered_date, control.last_entered_date)
            as last_entered_date,
        treated.members as treated_count,
        control.members as control_count,
        treated.realised / treated.members as treated_mean,
        control.realised / control.members as control_mean,
        control.mean_value as usual_mean,
        treated.mean_value - control.mean_value as difference,
        sqrt(greatest(
            treated.squares / nullif(treated.members - 1, 0) / treated.members
            + control.squares / nullif(control.members - 1, 0) / control.members,
            (treated.squares + control.squares)
            / nullif(treated.members + control.members - 2, 0)
            * (1 / treated.members + 1 / control.members)
        )) as standard_error
    from means as treated
    inner join means as control
        on
            treated.audience = control.audience
            and treated.value_basis = control.value_basis
            and treated.currency = control.currency
            and treated.measure = control.measure
            and not treated.is_control
            and control.is_control
)

select * from final
