-- A misspelt word in a rule would never be met; a row here is one that nobody can have.
with rules as (
    select
        'action ' || priority as rule_name,
        rfm_segment,
        value_tier,
        churn_risk_band,
        lifecycle_stage
    from {{ ref("action_rules") }}
    union all
    select
        'audience ' || audience as rule_name,
        rfm_segment,
        value_tier,
        churn_risk_band,
        lifecycle_stage
    from {{ ref("audience_rules") }}
),

words as (
    select
        rule_name,
        unnest(string_split(rfm_segment, '|')) as word,
        'rfm_segment' as kind
    from rules
    union all
    select
        rule_name,
        unnest(string_split(value_tier, '|')) as word,
        'value_tier' as kind
    from rules
    union all
    select
        rule_name,
        unnest(string_split(churn_risk_band, '|')) as word,
        'churn_risk_band' as kind
    from rules
    union all
    select
        rule_name,
        unnest(string_split(lifecycle_stage, '|')) as word,
        'lifecycle_stage' as kind
    from rules
),

known as (
    select
        rfm_segment as word,
        'rfm_segment' as kind
    from {{ ref("segment_names") }}
    union all
    select
        value_tier as word,
        'value_tier' as kind
    from {{ ref("value_tiers") }}
    union all
    select
        churn_risk_band as word,
        'churn_risk_band' as kind
    from {{ ref("churn_risk_bands") }}
    union all
    select
        unnest([
            'new', 'one_time', 'active', 'slowing', 'lapsed', 'only_returns', 'prospect'
        ]) as word,
        'lifecycle_stage' as kind
    union all
    select
        'not_scored' as word,
        unnest(['value_tier', 'churn_risk_band']) as kind
),

final as (
    select words.*
    from words
    anti join known on words.word = known.word and words.kind = known.kind
)

select * from final
