{{ config(materialized="table") }}

-- Only a delivery that was judged, and is remembered, may be scored.
-- depends_on: {{ ref("folded_deliveries") }}

{% set as_of_date = as_of_date() %}

with delivered as (
    select
        cast(sum(line_count) as bigint) as line_count,
        min(currency) as currency
    from {{ ref("stg_deliveries") }}
),

accepted as (
    select cast(sum(line_count) as bigint) as accepted_line_count
    from {{ ref("customer_days") }}
),

rejected as (
    select count(*) as rejected_line_count from {{ ref("rejected_lines") }}
),

final as (
    select
        '{{ invocation_id }}' as run_id,
        cast(
            '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp
        ) as started_at,
        date '{{ as_of_date }}' as as_of_date,
        {{ var("horizon_days") }} as horizon_days,
        '{{ var("value_basis") }}' as value_basis,
        delivered.currency,
        delivered.line_count,
        accepted.accepted_line_count,
        rejected.rejected_line_count
    from delivered
    cross join accepted
    cross join rejected
)

select * from final
