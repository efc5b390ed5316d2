-- Ids are taken as they are written, so Anna and ANNA are two customers. A row here
-- holds ids of customers that may be one person's.
{{ config(severity="warn") }}

with final as (
    select string_agg(distinct customer_id, ', ') as customer_ids
    from {{ ref("customer_features") }}
    group by lower(customer_id)
    having count(distinct customer_id) > 1
)

select * from final
