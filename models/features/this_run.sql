{{ config(materialized="table") }}

{% set as_of_date = as_of_date() %}

with deliveries as (select * from {{ ref("stg_deliveries") }}),

counted as (
    select
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(accepted_line_count) as bigint) as accepted_line_count,
        min(currency) filter (where accepted_line_count > 0) as currency
    from deliveries
)

select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as started_at,
    date '{{ as_of_date }}' as as_of_date,
    {{ var("horizon_days") }} as horizon_days,
    '{{ var("value_basis") }}' as value_basis,
    currency,
    line_count,
    accepted_line_count,
    line_count - accepted_line_count as rejected_line_count
from counted
