-- Members whose days of outcome are over, and what they bought in them, as far as is
-- known; who bought nothing counts as nothing.
with members as (
    select
        audience_members.* replace (
            this_run.value_basis as value_basis, this_run.currency as currency
        ),
        this_run.last_complete_date
    from {{ ref("audience_members") }} as audience_members
    inner join {{ ref("this_run") }} as this_run
        on
            audience_members.entered_date + audience_members.outcome_days
            <= this_run.last_complete_date
),

bought as (
    select
        members.audience,
        members.customer_id,
        sum(order_days.net_amount) as net_amount
    from {{ ref("customer_days") }} as order_days
    inner join members
        on
            order_days.customer_id = members.customer_id
            and order_days.order_date > members.entered_date
            and order_days.order_date <= members.entered_date + members.outcome_days
            and order_days.known_date <= members.last_complete_date
    group by members.audience, members.customer_id
),

-- Whole cents give the same sums in any order.
final as (
    select
        members.audience,
        members.customer_id,
        members.is_control,
        members.entered_date,
        members.value_basis,
        members.currency,
        members.outcome_days,
        cast(round(coalesce(members.predicted_value, 0) * 100) as bigint)
            as expected_cents,
        cast(round(coalesce(bought.net_amount, 0) * 100) as bigint) as realised_cents
    from members
    left join bought
        on
            members.audience = bought.audience
            and members.customer_id = bought.customer_id
)

select * from final
