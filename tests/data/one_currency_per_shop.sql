-- Amounts of different currencies must never be added up; a row here holds the
-- currencies that the files were found to have.
with final as (
    select string_agg(distinct currency, ', ') as currencies
    from {{ ref("stg_deliveries") }}
    having count(distinct currency) > 1
)

select * from final
