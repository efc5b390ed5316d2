-- Who has withdrawn consent, or does not fit any more, stays a member: a comparison of
-- the groups must count everybody who was in.
with this_run as (select * from {{ ref("this_run") }}),

matches as (select * from {{ ref("audience_matches") }}),

final as (
    select
        members.audience,
        rules.purpose,
        members.customer_id,
        members.entered_date,
        case when members.is_control then 'control' else 'treated' end
            as audience_group,
        matches.customer_id is not null as is_wanted,
        not members.is_control
        and coalesce(matches.may_be_written_to, false) as may_be_written_to,
        members.entered_date + members.outcome_days as outcome_until,
        -- of members who entered before these were kept, what their date tells
        coalesce(members.value_basis, told.value_basis) as value_basis,
        coalesce(members.currency, told.currency) as currency,
        coalesce(members.horizon_days, told.horizon_days) as horizon_days,
        members.predicted_value
    from {{ ref("audience_members") }} as members
    inner join this_run on members.entered_date <= this_run.as_of_date
    left join {{ ref("told_dates") }} as told
        on members.entered_date = told.as_of_date
    left join matches
        on
            members.audience = matches.audience
            and members.customer_id = matches.customer_id
    left join {{ ref("audience_rules") }} as rules
        on members.audience = rules.audience
)

select * from final
