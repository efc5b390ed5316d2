{#- The table of grades itself says what was graded, and by which orders. -#}
{% set grades = adapter.get_relation(
    target.database, target.schema, "model_scorecard"
) if execute and not flags.FULL_REFRESH %}

with this_run as (select * from {{ ref("this_run") }}),

-- Scores whose horizon has passed by the last complete day.
passed as (
    select
        runs.slice_id,
        runs.run_id,
        runs.as_of_date,
        runs.model_version,
        runs.score_source,
        runs.horizon_days,
        runs.value_basis,
        runs.currency,
        this_run.last_complete_date as known_until
    from {{ ref("scoring_runs") }} as runs
    inner join this_run
        on
            runs.as_of_date + runs.horizon_days <= this_run.last_complete_date
            -- what came is counted by today's settings
            and runs.value_basis is not distinct from this_run.value_basis
            and runs.currency is not distinct from this_run.currency
),

-- A number per day that changes with anything that is known of its orders.
days as (
    select
        purchases.order_date,
        bit_xor(hash(
            purchases.customer_id, purchases.known_date, purchases.order_count,
            purchases.net_amount
        )) as fingerprint
    from {{ ref("customer_days") }} as purchases
    inner join this_run on purchases.known_date <= this_run.last_complete_date
    group by purchases.order_date
),

outcomes as (
    select
        passed.slice_id,
        cast(bit_xor(days.fingerprint) as varchar) as outcome_fingerprint
    from passed
    inner join days
        on
            passed.as_of_date < days.order_date
            and passed.as_of_date + passed.horizon_days >= days.order_date
    group by passed.slice_id
),

fingerprinted as (
    select
        passed.*,
        coalesce(outcomes.outcome_fingerprint, 'no order') as outcome_fingerprint
    from passed
    left join outcomes on passed.slice_id = outcomes.slice_id
),

graded as (
    select
        slice_id,
        run_id,
        outcome_fingerprint
    from {{ grades or "fingerprinted" }}
    {% if not grades %} where false {% endif %}
),

final as (
    select fingerprinted.*
    from fingerprinted
    left join graded
        on
            fingerprinted.slice_id = graded.slice_id
            and fingerprinted.run_id = graded.run_id
            and fingerprinted.outcome_fingerprint = graded.outcome_fingerprint
    where graded.slice_id is null
)

select * from final
