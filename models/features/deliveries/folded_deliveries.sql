{{ config(materialized="table") }}

-- depends_on: {{ ref("customer_days") }}
-- depends_on: {{ ref("rejected_lines") }}
-- depends_on: {{ ref("delivery_findings") }}

select
    *,
    '{{ reading_rules() }}' as reading_rules,
    '{{ shop() }}' as shop,
    '{{ invocation_id }}' as run_id
from {{ ref("stg_deliveries") }}
