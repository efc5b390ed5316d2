-- Only what stood before this date counts, and only if it is recent: so a date is
-- answered alike whenever it is run.
-- depends_on: {{ ref("this_run") }}
with told as (
    {{ told_slice() }}
),

final as (
    select
        cast(customer_id as varchar) as customer_id,
        cast(as_of_date as date) as as_of_date,
        cast(recency_score as integer) as recency_score,
        cast(frequency_score as integer) as frequency_score,
        cast(monetary_score as integer) as monetary_score,
        cast(value_tier as varchar) as value_tier,
        cast(churn_risk_band as varchar) as churn_risk_band
    from told
)

select * from final
