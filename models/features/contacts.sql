{{ config(materialized="table") }}

-- Somebody who stands in the file twice has consented only if both lines say so.
with final as (
    select
        cast(customer_id as varchar) as customer_id,
        cast(min(hashed_email) as varchar) as hashed_email,
        cast(bool_and(has_consent) as boolean) as has_consent,
        cast(min(known_since) as date) as known_since
    from {{ ref("stg_contacts") }}
    where
        not {{ is_erased("customer_id") }}
        and not {{ is_erased("substr(customer_id, instr(customer_id, ':') + 1)") }}
    group by customer_id
)

select * from final
