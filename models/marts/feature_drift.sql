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
        ) filter (where is_spread) as stability_index,
        max(abs(customer_share - customer_share_before))
        filter (where category is not null) as largest_share_change,
        coalesce(sum(customer_share) filter (where is_null), 0) as null_share,
        case
            when count(customer_share_before) > 0
                then coalesce(sum(customer_share_before) filter (where is_null), 0)
        end as null_share_before,
        sum(figure_sum) / sum(customer_count) filter (where not is_null) as mean,
        sum(figure_sum_before) / sum(customer_count_before) filter (where not is_null)
            as mean_before
    from {{ ref("feature_shares") }}
    group by feature, basis, compared_with_date
    having sum(customer_count) > 0
),

final as (
    select
        this_run.as_of_date,
        measured.feature,
        measured.compared_with_date,
        measured.stability_index,
        measured.largest_share_change,
        measured.null_share,
        measured.null_share_before,
        measured.mean,
        measured.mean_before,
        cast({{ var("drift_limit") }} as double) as drift_limit,
        coalesce(measured.stability_index > {{ var("drift_limit") }}, false)
        or coalesce(
            measured.largest_share_change > {{ var("share_change_limit") }}, false
        )
        or coalesce(
            abs(measured.null_share - measured.null_share_before)
            > {{ var("null_change_limit") }}, false
        ) as is_breach
    from measured
    cross join {{ ref("this_run") }} as this_run
)

select * from final
