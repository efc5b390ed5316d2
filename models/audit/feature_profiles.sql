{{ config(materialized="table") }}

with customers as (
    select features.*
    from {{ ref("customer_features") }} as features
    inner join {{ ref("this_run") }} as this_run
        on features.as_of_date = this_run.as_of_date
),

-- Every column of the contract, whatever an analyst adds to it. Of many customers some:
-- a hundred thousand tell the shape of a feature as well as all of them.
feature_columns as (
    select cast(columns(* exclude (customer_id, as_of_date)) as double)
    from customers
    where hash(customer_id) % {{ profile_sample() }} = 0
),

-- Scores of another model or horizon are other figures.
score_columns as (
    select
        model_version || ', ' || horizon_days || ' days' as basis,
        predicted_value,
        probability_active,
        expected_orders,
        expected_order_value
    from {{ ref("customer_value") }}
),

figures as (
    select
        feature,
        'any model' as basis,
        figure
    from feature_columns unpivot include nulls (figure for feature in (columns(*)))
    union all
    select
        feature,
        basis,
        figure
    from score_columns unpivot include nulls (
        figure for feature in (columns(* exclude (basis)))
    )
),

-- Eight bins for each doubling, the same on every date; 0 has one of its own.
binned as (
    select
        feature,
        basis,
        null as category,
        case
            when figure = 0 then 0
            else cast(
                    sign(figure)
                    * greatest(1, 240 + floor(8 * log2(abs(figure)))) as integer
                )
        end as bin,
        cast(round(figure * 1000) as bigint) as thousandths
    from figures
    union all
    select
        'value_tier' as feature,
        'any model' as basis,
        value_tier as category,
        null as bin,
        null as thousandths
    from {{ ref("customer_value") }}
    union all
    select
        'rfm_segment' as feature,
        'any model' as basis,
        rfm_segment as category,
        null as bin,
        null as thousandths
    from {{ ref("customer_segments") }}
),

counted as (
    select
        feature,
        basis,
        category,
        bin,
        count(*) as customer_count,
        cast(sum(thousandths) as double) / 1000 as figure_sum
    from binned
    group by feature, basis, category, bin
),

final as (
    select
        this_run.as_of_date,
        counted.*
    from counted
    cross join {{ ref("this_run") }} as this_run
)

select * from final
