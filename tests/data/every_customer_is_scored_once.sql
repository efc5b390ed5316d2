-- Whoever has features on the as-of date stands in both marts; a row here is a customer
-- whom marketing would never see, or sees without a reason.
with this_run as (select * from {{ ref("this_run") }}),

eligible as (
    select features.customer_id
    from {{ ref("customer_features") }} as features
    inner join this_run on features.as_of_date = this_run.as_of_date
),

valued as (select customer_id from {{ ref("customer_value") }}),

-- who has not bought has a segment, and nothing to score
segmented as (
    select customer_id from {{ ref("customer_segments") }}
    where order_count > 0
),

final as (
    select
        eligible.customer_id as eligible_customer,
        valued.customer_id as valued_customer,
        segmented.customer_id as segmented_customer
    from eligible
    full outer join valued on eligible.customer_id = valued.customer_id
    full outer join segmented on valued.customer_id = segmented.customer_id
    where
        eligible.customer_id is null
        or valued.customer_id is null
        or segmented.customer_id is null
)

select * from final
