-- The distribution of each figure in this run beside that of the last good run.
with profiles as (select * from {{ ref("feature_profiles") }}),

earlier as (select * from {{ ref("last_good_profile") }}),

nearest as (select max(as_of_date) as compared_with_date from earlier),

compared as (
    select
        coalesce(profiles.feature, earlier.feature) as feature,
        coalesce(profiles.basis, earlier.basis) as basis,
        coalesce(profiles.category, earlier.category) as category,
        coalesce(profiles.bin, earlier.bin) as bin,
        coalesce(profiles.customer_count, 0) as customer_count,
        coalesce(earlier.customer_count, 0) as customer_count_before,
        profiles.figure_sum,
        earlier.figure_sum as figure_sum_before
    from profiles
    full outer join earlier
        on
            profiles.feature = earlier.feature
            and profiles.basis = earlier.basis
            and profiles.category is not distinct from earlier.category
            and profiles.bin is not distinct from earlier.bin
),

-- Tenths of the earlier distribution: bins that are new fall to their neighbours'.
ranked as (
    select
        *,
        bin is null and category is null as is_null,
        -- what all customers share is no distribution
        greatest(
            count(*) filter (where customer_count > 0) over figures,
            count(*) filter (where customer_count_before > 0) over figures
        ) > 1 as is_spread,
        floor(
            10 * (
                sum(customer_count_before)
                    over (
                        partition by feature, basis, bin is null
                        order by bin, category
                        rows between unbounded preceding and current row
                    )
                - customer_count_before / 2
            )
            / sum(customer_count_before) over (partition by feature, basis, bin is null)
        ) as tenth
    from compared
    window figures as (partition by feature, basis)
),

-- Added up in one order: the last digit of a sum depends on it.
grouped as (
    select
        feature,
        basis,
        category,
        tenth,
        is_null,
        is_spread,
        sum(customer_count) as customer_count,
        sum(customer_count_before) as customer_count_before,
        sum(figure_sum order by bin) as figure_sum,
        sum(figure_sum_before order by bin) as figure_sum_before
    from ranked
    group by feature, basis, category, tenth, is_null, is_spread
),

final as (
    select
        grouped.*,
        nearest.compared_with_date,
        grouped.customer_count
        / sum(grouped.customer_count) over figures as customer_share,
        grouped.customer_count_before
        / nullif(sum(grouped.customer_count_before) over figures, 0)
            as customer_share_before
    from grouped
    cross join nearest
    window figures as (partition by grouped.feature, grouped.basis)
)

select * from final
