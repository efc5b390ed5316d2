{{ config(
    materialized="table",
    post_hook={
        "sql": "{{ stop_at_findings('the marts of this run are too far from the last '
            'good ones, so the last release stays', 'accept_audit') }}",
        "transaction": false,
    },
) }}

{% set accepted_kinds = "'none', '" ~ var("accept_audit") | join("', '") ~ "'" %}

with this_run as (select * from {{ ref("this_run") }}),

drift as (
    select drift.*
    from {{ ref("feature_drift") }} as drift
    inner join this_run on drift.as_of_date = this_run.as_of_date
),

runs as (
    select runs.*
    from {{ ref("scoring_runs") }} as runs
    inner join this_run on runs.run_id = this_run.run_id
),

findings as (
    select
        'drift' as kind,
        compared_with_date,
        format(
            '{} has drifted since {}: stability index {:.2f} (limit {:.2f})',
            feature, compared_with_date, stability_index, drift_limit
        ) as finding
    from drift
    where stability_index > drift_limit and not is_age
    union all
    select
        'shares' as kind,
        compared_with_date,
        format(
            'a share of {} moved by {:.1f} points since {} (limit {:.1f})',
            feature, 100 * largest_share_change, compared_with_date,
            100 * {{ var("share_change_limit") }}
        ) as finding
    from drift
    where largest_share_change > {{ var("share_change_limit") }}
    union all
    select
        'nulls' as kind,
        compared_with_date,
        format(
            '{} is null for {:.1f}%, on {} for {:.1f}% (limit: {:.1f} points)',
            feature, 100 * null_share, compared_with_date, 100 * null_share_before,
            100 * {{ var("null_change_limit") }}
        ) as finding
    from drift
    where abs(null_share - null_share_before) > {{ var("null_change_limit") }}
    union all
    select
        'customers' as kind,
        compared_with_date,
        format(
            '{} customers, {} on {} (limit {:.0f}%)', customer_count,
            customer_count_before, compared_with_date,
            100 * {{ var("customer_change_limit") }}
        ) as finding
    from runs
    where
        abs(customer_count / customer_count_before - 1)
        > {{ var("customer_change_limit") }}
    union all
    select
        'predicted_value' as kind,
        compared_with_date,
        format(
            'predicted value {:.0f}, {:.0f} on {} (limit {:.0f}%)', predicted_value,
            predicted_value_before, compared_with_date,
            100 * {{ var("value_change_limit") }}
        ) as finding
    from runs
    where
        abs(ln(predicted_value / nullif(predicted_value_before, 0)))
        > ln(1 + {{ var("value_change_limit") }})
),

final as (
    select
        *,
        kind in ({{ accepted_kinds }}) as is_accepted
    from findings
)

select * from final
