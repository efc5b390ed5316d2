{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="as_of_date",
    on_schema_change="append_new_columns",
) }}

with measured as (
    select
        feature,
        compared_with_date,
        sum(
            (customer_share - customer_share_before)
            * ln(
                greatest(customer_share, 0.0001)
                / greatest(customer_share_before, 0.0001)
            )
            order by category, tenth, is_null
        ) filter (where is_spread) as stability_index,
        max(abs(customer_share - customer_share_before))
        filter (where category is not null) as largest_share_change,
        coalesce(sum(customer_share) filter (where is_null), 0) as null_share,
        case
            when count(customer_share_before) > 0
                then coalesce(sum(customer_share_before) filter (where is_null), 0)
        end as null_share_before,
        sum(figure_sum order by category, tenth, is_null)
        / sum(customer_count) filter (where not is_null) as mean,
        sum(figure_sum_before order by category, tenth, is_null)
        / sum(customer_count_before) filter (where not is_null) as mean_before
    from {{ ref("feature_shares") }}
    group by feature, basis, compared_with_date
    having sum(customer_count) > 0
),

-- Customers of a month ago differ more than those of yesterday.
limited as (
    select
        measured.*,
        this_run.as_of_date,
        this_run.value_basis,
        this_run.currency,
        coalesce(themes.is_age, false) as is_age,
        {{ var("drift_limit") }} * greatest(
            coalesce((this_run.as_of_date - measured.compared_with_date) / 7, 1), 1
        ) as drift_limit
    from measured
    cross join {{ ref("this_run") }} as this_run
    left join {{ ref("feature_themes") }} as themes
        on measured.feature = themes.feature_name
),

final as (
    select
        as_of_date,
        value_basis,
        currency,
        feature,
        compared_with_date,
        stability_index,
        largest_share_change,
        null_share,
        null_share_before,
        mean,
        mean_before,
        cast(drift_limit as double) as drift_limit,
        -- a length of time grows by itself, in a healthy shop too
        coalesce(stability_index > drift_limit and not is_age, false)
        or coalesce(largest_share_change > {{ var("share_change_limit") }}, false)
        or coalesce(
            abs(null_share - null_share_before) > {{ var("null_change_limit") }}, false
        ) as is_breach,
        is_age
    from limited
)

select * from final
