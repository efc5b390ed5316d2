{{ config(
    materialized="incremental",
    incremental_strategy="delete+insert",
    unique_key="slice_id",
    on_schema_change="append_new_columns",
) }}

with slices as (select * from {{ ref("slices_to_grade") }}),

figures as (select * from {{ ref("scorer_figures") }}),

-- how the intervals held, and those of the tenth by prediction where they held least
coverage as (
    select
        slice_id,
        bool_and(is_out_of_time) as is_out_of_time,
        sum(interval_coverage * customer_count)
        / sum(customer_count) as interval_coverage,
        min(interval_coverage) as least_decile_coverage
    from {{ ref("value_calibration") }}
    where group_kind = 'predicted_decile'
    group by slice_id
),

final as (
    select
        slices.slice_id,
        slices.as_of_date,
        slices.model_version,
        slices.score_source,
        slices.horizon_days,
        slices.value_basis,
        slices.currency,
        coverage.is_out_of_time,

        scored.customer_count,
        scored.realised_value,
        scored.predicted_value,
        baseline.predicted_value as baseline_value,
        scored.predicted_to_realised,
        baseline.predicted_to_realised as baseline_to_realised,

        scored.gini,
        baseline.gini as baseline_gini,
        scored.spearman,
        baseline.spearman as baseline_spearman,
        scored.top_tenth_capture,
        baseline.top_tenth_capture as baseline_top_tenth_capture,
        scored.wape,
        baseline.wape as baseline_wape,

        scored.auc,
        baseline.auc as baseline_auc,
        scored.expected_calibration_error,
        baseline.expected_calibration_error as baseline_expected_calibration_error,

        coverage.interval_coverage,
        coverage.least_decile_coverage,

        slices.known_until,
        slices.run_id,
        slices.outcome_fingerprint
    from slices
    inner join figures as scored
        on slices.slice_id = scored.slice_id and scored.is_model
    left join figures as baseline
        on slices.slice_id = baseline.slice_id and not baseline.is_model
    left join coverage on slices.slice_id = coverage.slice_id
)

select * from final
