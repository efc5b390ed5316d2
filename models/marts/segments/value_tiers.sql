with shares as (
    select
        1 - {{ var("protect_share") }} as protect_from,
        1 - {{ var("protect_share") }} - {{ var("grow_share") }} as grow_from,
        1 - {{ var("protect_share") }} - {{ var("grow_share") }}
        - {{ var("nurture_share") }} as nurture_from
),

-- Who ranks at 1 belongs to the highest, so it ends above 1.
tiers as (
    select
        unnest(['protect', 'grow', 'nurture', 'low_touch']) as value_tier,
        unnest([protect_from, grow_from, nurture_from, 0]) as percentile_from,
        unnest([2, protect_from, grow_from, nurture_from]) as percentile_to
    from shares
),

final as (
    select
        value_tier,
        cast(percentile_from as double) as percentile_from,
        cast(percentile_to as double) as percentile_to
    from tiers
)

select * from final
