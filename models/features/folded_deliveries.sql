{{ config(materialized="table") }}

-- depends_on: {{ ref("customer_days") }}
-- depends_on: {{ ref("rejected_lines") }}

select * from {{ ref("stg_deliveries") }}
