-- Whatever words a customer may have, one rule is the first that fits. A row here is a
-- combination of words that no rule asks for, or a rule that earlier ones leave
-- nobody; one that asks for all may be left over.
with rules as (select * from {{ ref("action_rules") }}),

tiers as (
    select value_tier from {{ ref("value_tiers") }}
    union all
    select 'not_scored' as value_tier
),

bands as (
    select churn_risk_band from {{ ref("churn_risk_bands") }}
    union all
    select 'not_scored' as churn_risk_band
),

stages as (
    select unnest([
        'new', 'one_time', 'active', 'slowing', 'lapsed', 'only_returns', 'prospect'
    ]) as lifecycle_stage
),

combinations as (
    select
        segment_names.rfm_segment,
        tiers.value_tier,
        bands.churn_risk_band,
        stages.lifecycle_stage
    from {{ ref("segment_names") }} as segment_names
    cross join tiers
    cross join bands
    cross join stages
),

-- Whom each rule asks for; one with a misspelt word, for nobody: another test says so.
asked as (
    select
        combinations.*,
        rules.priority,
        coalesce(
            rules.rfm_segment, rules.value_tier,
            rules.churn_risk_band, rules.lifecycle_stage
        ) is null as is_for_all
    from combinations
    inner join rules on {{ is_asked_for("combinations", "rules") }}
),

firsts as (
    select min(priority) as priority
    from asked
    group by rfm_segment, value_tier, churn_risk_band, lifecycle_stage
),

final as (
    select
        'no rule asks for ' || concat_ws(
            ', ', combinations.rfm_segment, combinations.value_tier,
            combinations.churn_risk_band, combinations.lifecycle_stage
        ) as mistake
    from combinations
    anti join asked using (rfm_segment, value_tier, churn_risk_band, lifecycle_stage)
    union all
    select 'rule ' || asked.priority || ' is never met: others come first' as mistake
    from asked
    anti join firsts using (priority)
    where not asked.is_for_all
    group by asked.priority
)

select * from final
