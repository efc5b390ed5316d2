-- Of more than a hundred thousand customers some tell the averages.
with customers as (
    select
        ledger.behaviour_cluster,
        features.*
    from {{ ref("customer_features") }} as features
    inner join {{ ref("predictions") }} as ledger
        on
            features.customer_id = ledger.customer_id
            and features.as_of_date = ledger.as_of_date
    inner join {{ ref("this_run") }} as this_run
        on
            ledger.run_id = this_run.run_id and ledger.as_of_date = this_run.as_of_date
    where
        ledger.behaviour_cluster is not null
        and hash(features.customer_id) % {{ profile_sample() }} = 0
),

feature_columns as (
    select
        behaviour_cluster,
        cast(
            round(
                columns(* exclude (behaviour_cluster, customer_id, as_of_date))
                * cast(1000 as double)
            ) as bigint
        )
    from customers
),

-- Whole numbers, and their squares, give the same sums in any order. A row for each
-- feature of each customer would be dear, so customers are added up first.
summed as (
    select
        behaviour_cluster,
        struct_pack(
            customer_count := count(columns(* exclude (behaviour_cluster))),
            figure_sum := sum(columns(* exclude (behaviour_cluster))),
            square_sum := sum(
                cast(columns(* exclude (behaviour_cluster)) as hugeint)
                * columns(* exclude (behaviour_cluster))
            )
        )
    from feature_columns
    group by behaviour_cluster
),

averages as (
    select
        behaviour_cluster,
        feature,
        sums.customer_count,
        sums.figure_sum,
        sums.square_sum
    from summed unpivot (
        sums for feature in (columns(* exclude (behaviour_cluster)))
    )
    where sums.customer_count > 0
),

everybody as (
    select
        feature,
        sum(figure_sum) / sum(customer_count) as average,
        sqrt(
            greatest(
                sum(square_sum) / sum(customer_count)
                - power(sum(figure_sum) / sum(customer_count), 2), 0
            )
        ) as spread
    from averages
    group by feature
),

final as (
    select
        this_run.as_of_date,
        this_run.value_basis,
        this_run.currency,
        averages.behaviour_cluster,
        averages.feature,
        averages.figure_sum / averages.customer_count / 1000 as average,
        everybody.average / 1000 as average_of_all,
        (averages.figure_sum / averages.customer_count - everybody.average)
        / nullif(everybody.spread, 0) as distance,
        case
            when averages.figure_sum / averages.customer_count > everybody.average
                then nullif(themes.high_word, '')
            else nullif(themes.low_word, '')
        end as word
    from averages
    inner join everybody on averages.feature = everybody.feature
    inner join {{ ref("feature_themes") }} as themes
        on averages.feature = themes.feature_name
    cross join {{ ref("this_run") }} as this_run
)

select * from final
