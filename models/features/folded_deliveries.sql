{{ config(materialized="table") }}

-- depends_on: {{ ref("customer_days") }}
-- depends_on: {{ ref("rejected_lines") }}

select
    *,
    '{{ reading_rules() }}' as reading_rules,
    '{{ shop() }}' as shop
from {{ ref("stg_deliveries") }}
