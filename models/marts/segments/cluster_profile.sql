-- Of more than a quarter of a million customers some tell the averages; whole millionths
-- give the same sum in any order.
with features as (
    select
        ledger.behaviour_cluster,
        customers.*
    from {{ ref("customer_features") }} as customers
    inner join {{ ref("this_run") }} as this_run
        on customers.as_of_date = this_run.as_of_date
    inner join {{ ref("predictions") }} as ledger
        on
            customers.customer_id = ledger.customer_id
            and ledger.run_id = this_run.run_id
            and ledger.as_of_date = this_run.as_of_date
    where
        ledger.behaviour_cluster is not null
        and hash(customers.customer_id) % {{ profile_sample() }} = 0
),

averages as (
    select
        coalesce(behaviour_cluster, 'everybody') as behaviour_cluster,
        count(*) as customer_count,
        sum(cast(round(columns(* exclude (behaviour_cluster, customer_id, as_of_date))
            * 1000000) as hugeint))
        / count(columns(* exclude (behaviour_cluster, customer_id, as_of_date)))
        / 1000000
    from features
    group by grouping sets ((behaviour_cluster), ())
)

select * from averages
