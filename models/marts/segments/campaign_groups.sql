-- In money, few large customers drown what a letter does to all the others. So members
-- are also measured in millionths of what was expected of them and, on average, of all:
-- whose spending is wilder counts for less (Liou and Taylor 2020). Where nothing was
-- expected of anybody, both measures are the same.
with outcomes as (
    select
        *,
        coalesce(
            1000000 / nullif(
                greatest(expected_cents, 0)
                + avg(greatest(expected_cents, 0)) over campaigns,
                0
            ),
            1
        ) as weight
    from {{ ref("audience_outcomes") }}
    window campaigns as (partition by audience, value_basis, currency)
),

measured as (
    select
        * exclude (weight),
        'money' as measure,
        realised_cents as realised,
        expected_cents as expected
    from outcomes
    union all by name
    select
        * exclude (weight),
        'share' as measure,
        cast(round(weight * realised_cents) as bigint) as realised,
        cast(round(weight * expected_cents) as bigint) as expected
    from outcomes
),

-- Sums over each group; their products are whole numbers too, and so exact.
final as (
    select
        audience,
        value_basis,
        currency,
        measure,
        is_control,
        max(outcome_days) as outcome_days,
        min(entered_date) as first_entered_date,
        max(entered_date) as last_entered_date,
        count(*) as members,
        cast(sum(realised) as double) as realised,
        cast(sum(expected) as double) as expected,
        cast(sum(cast(realised as hugeint) * realised) as double)
        - power(cast(sum(realised) as double), 2) / count(*) as realised_square,
        cast(sum(cast(expected as hugeint) * expected) as double)
        - power(cast(sum(expected) as double), 2) / count(*) as expected_square,
        cast(sum(cast(realised as hugeint) * expected) as double)
        - cast(sum(realised) as double) * cast(sum(expected) as double) / count(*)
            as product
    from measured
    group by audience, value_basis, currency, measure, is_control
)

select * from final
