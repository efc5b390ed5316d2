{{ config(materialized="table") }}

-- Only a delivery that was judged, and is remembered, may be scored.
-- depends_on: {{ ref("folded_deliveries") }}

{% set as_of_date, days = as_of_date(), data_days() %}

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

files as (
    select
        md5(
            string_agg(
                file_name || '|' || file_size || '|' || modified_at, ','
                order by file_name
            )
        ) as input_fingerprint
    from {{ ref("stg_files") }}
),

final as (
    select
        '{{ invocation_id }}' as run_id,
        -- not run_started_at: dbt may have waited since for a run that began later
        cast('{{ utc_time() }}' as timestamp) as started_at,
        date '{{ as_of_date }}' as as_of_date,
        date '{{ days.last_complete | default("2000-01-01", true) }}'
            as last_complete_date,
        date '{{ as_of_date }}' + {{ var("release_valid_days") }} as valid_until,
        {{ var("horizon_days") }} as horizon_days,
        '{{ value_basis() }}' as value_basis,
        delivered.currency,
        delivered.line_count,
        accepted.accepted_line_count,
        rejected.rejected_line_count,
        files.input_fingerprint
    from delivered
    cross join accepted
    cross join rejected
    cross join files
)

select * from final
