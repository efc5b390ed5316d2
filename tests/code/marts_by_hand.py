"""A release made by hand: every mart, with customers in any number, and odd names."""

import duckdb

ODD = "<script>alert('x')</script>&\"$1$"  # an id that would be run, or drawn as maths
SEGMENTS = ["champions", "loyal", "at_risk", "dormant"]
RUN = "run-1"

MARTS = f"""
create table release_info as select
    '{RUN}' as run_id, timestamp '2025-07-01 04:00' as started_at,
    date '2025-06-30' as as_of_date, date '2025-06-30' as last_complete_date,
    date '2025-07-07' as valid_until, 90 as horizon_days,
    'net_of_returns' as value_basis, 'EUR' as currency, 2000 as line_count,
    1900 as accepted_line_count, 100 as rejected_line_count, 'f' as input_fingerprint,
    '2025-01-01-abc' as model_version, 'abc' as bundle_sha256,
    date '2025-06-30' as learnt_until, 250::bigint as learnt_customer_count,
    date '2025-04-01' as tested_after, 0.912 as test_total, 0.68 as test_capture,
    0.65 as test_baseline_capture, '0.2.0' as code_version;

create table customer_value as select
    case when number = 1 then $odd else 'C' || number end as customer_id,
    date '2025-06-30' as as_of_date, 90 as horizon_days,
    'net_of_returns' as value_basis, 'EUR' as currency,
    number * 10.5 as historic_value, 5000.0 / number as predicted_value,
    0.0 as predicted_value_lower, 9000.0 / number as predicted_value_upper,
    0.8 as interval_level, 1 - number / $customers as value_percentile,
    case when number <= $customers / 20 then 'protect' else 'grow' end as value_tier,
    (number * 37 % 97 + 1) / 100.0 as probability_active,
    'medium' as churn_risk_band, 1.5 as expected_orders, 20.0 as expected_order_value,
    12.0 as average_days_between_orders,
    date '2025-08-01' as expected_next_order_date, false as is_one_time_buyer,
    'Higher: spent 5 EUR & more <b>' as reason_1, null::varchar as reason_2,
    null::varchar as reason_3, 'champion' as score_source,
    '2025-01-01-abc' as model_version, timestamp '2025-07-01 04:00' as scored_at
from (select unnest(range(1, $customers + 1)) as number);

create table customer_segments as select
    customer_id, as_of_date, 30 as recency_days, 3 as order_count,
    historic_value as spend, 3 as recency_score, 3 as frequency_score,
    3 as monetary_score, '333' as rfm_code,
    {SEGMENTS}[1 + length(customer_id) % 4] as rfm_segment,
    ['active', 'slowing', 'lapsed'][1 + length(customer_id) % 3] as lifecycle_stage,
    case when length(customer_id) = 3 then 'rare, <small> baskets' else 'average' end
        as behaviour_cluster, 'Call, <now>' as recommended_action
from customer_value;

create table cluster_profile as select
    date '2025-06-30' as as_of_date, behaviour_cluster, feature, 2.0 as average,
    1.0 as average_of_all, distance, word
from (values
    ('average', 'recency_days', 0.1, 'lately here'),
    ('rare, <small> baskets', 'recency_days', 0.2, 'long silent'),
    ('rare, <small> baskets', 'order_count_365d', -0.9, 'rare'),
    ('rare, <small> baskets', 'active_span_days', 3.0, null)
) as told (behaviour_cluster, feature, distance, word);

create table audiences as select
    audience, 'Win & <keep>' as purpose, customer_id, as_of_date as entered_date,
    case when place % 5 = 0 then 'control' else 'treated' end as audience_group,
    place % 7 != 0 as is_wanted, place % 5 != 0 and place % 7 != 0 as may_be_written_to,
    as_of_date + 60 as outcome_until, predicted_value
from (select *, row_number() over (order by customer_id) as place from customer_value)
cross join (values ('win_back'), ('second_order')) as lists (audience)
where place <= 35 or audience = 'win_back';

create table campaign_lift as select
    audience, 'EUR' as currency, 60 as outcome_days,
    date '2025-03-01' as first_entered_date, date '2025-03-01' as last_entered_date,
    800::bigint as treated_count, 200::bigint as control_count,
    30 + gain as treated_value, 30.0 as control_value, gain as difference,
    gain - 5.0 as difference_lower, gain + 5.0 as difference_upper, gain / 30 as lift,
    0.1 as lift_lower, 0.5 as lift_upper, gain * 800 as gained_value, verdict
from (values ('win_back', 12.0, 'more than without'),
    ('second_order', 1.0, 'no difference shown')) as lifts (audience, gain, verdict);

create table segment_summary as select
    as_of_date, rfm_segment, 'EUR' as currency, 90 as horizon_days,
    count(*) as customer_count, count(*) / $customers as customer_share,
    sum(spend) as spend, 0.25 as spend_share, sum(predicted_value) as predicted_value,
    sum(predicted_value) / sum(sum(predicted_value)) over () as predicted_value_share,
    30.0 as average_recency_days, 3.0 as average_order_count,
    20.0 as average_order_value, avg(probability_active) as average_probability_active
from customer_segments inner join customer_value using (customer_id, as_of_date)
group by all;

create table segment_migration as select
    date '2025-06-30' as as_of_date, date '2025-06-29' as previous_date, *,
    'EUR' as currency, 90 as horizon_days, 50.0 as predicted_value
from (values
    ('loyal', 'loyal', 'stay', 200), ('loyal', 'champions', 'up', 30),
    ('champions', 'at_risk', 'down', 12), (null, 'loyal', 'in', 5)
) as steps (from_segment, to_segment, segment_direction, customer_count);

create table scoring_runs as select
    back || '/abc' as slice_id,
    case when back = 0 then '{RUN}' else 'run-' || -back end as run_id,
    date '2025-06-30' - cast(back as integer) as as_of_date,
    '2025-01-01-abc' as model_version, 'champion' as score_source,
    timestamp '2025-07-01 04:00' as scored_at, 90 as horizon_days,
    'net_of_returns' as value_basis, 'EUR' as currency,
    $customers - back as customer_count, 100.0 as historic_value,
    sum(predicted_value) - back as predicted_value, 2000 as line_count,
    1900 as accepted_line_count, 100 as rejected_line_count,
    date '2025-06-30' - cast(back + 1 as integer) as compared_with_date,
    $customers - back - 5 as customer_count_before,
    sum(predicted_value) * 0.9 as predicted_value_before
from customer_value cross join (select unnest(range(3)) as back) group by back;

create table rejected_line_summary as select
    '/srv/<orders>.csv' as file_name, column_name, reason, line_count,
    date '2025-01-01' as first_order_date, date '2025-06-01' as last_order_date
from (values ('customer_id', 'missing', 75), ('quantity', 'not $a$ <number>', 25))
    as lines (column_name, reason, line_count);

create table feature_drift as select
    date '2025-06-30' as as_of_date, feature, date '2025-06-29' as compared_with_date,
    stability_index, null::double as largest_share_change, 0.0 as null_share,
    0.0 as null_share_before, 2.0 as mean, 1.0 as mean_before, 0.25 as drift_limit,
    stability_index > 0.25 as is_breach
from (values ('spend_90d', 0.2), ('recency_days', 0.01))
    as moved (feature, stability_index);

create table model_scorecard as select
    '2025-03-01/abc' as slice_id, date '2025-03-01' as as_of_date,
    '2025-01-01-abc' as model_version, 'champion' as score_source, 90 as horizon_days,
    'net_of_returns' as value_basis, 'EUR' as currency, true as is_out_of_time,
    100::bigint as customer_count, 1000.0 as realised_value, 1040.0 as predicted_value,
    800.0 as baseline_value, 1.04 as predicted_to_realised,
    0.8 as baseline_to_realised, 0.9 as gini, 0.8 as baseline_gini, 0.6 as spearman,
    0.5 as baseline_spearman, 0.67 as top_tenth_capture,
    0.61 as baseline_top_tenth_capture, 0.75 as wape, 0.8 as baseline_wape,
    0.9 as auc, 0.8 as baseline_auc, 0.03 as expected_calibration_error,
    0.06 as baseline_expected_calibration_error, 0.85 as interval_coverage,
    0.7 as least_decile_coverage, date '2025-06-30' as known_until, 'run-0' as run_id,
    'f' as outcome_fingerprint;

create table value_calibration as select
    '2025-03-01/abc' as slice_id, date '2025-03-01' as as_of_date,
    '2025-01-01-abc' as model_version, 'champion' as score_source, 90 as horizon_days,
    'net_of_returns' as value_basis, 'EUR' as currency,
    date '2025-06-30' as known_until, true as is_out_of_time,
    'predicted_decile' as group_kind, lpad(tenth::varchar, 2, '0') as group_name,
    10::bigint as customer_count, tenth * 20.0 as predicted_value,
    tenth * 18.0 as realised_value, 1.1 as predicted_to_realised,
    tenth * 15.0 as baseline_value, 0.8 as baseline_to_realised,
    0.7 + tenth / 50 as interval_coverage, 0.5 as predicted_active_share,
    0.5 as realised_active_share
from (select unnest(range(1, 11)) as tenth);
"""


def write_release(folder, customers=300, *, but=(), change=""):
    """Write a release's `marts.duckdb`; without some marts, or changed by some SQL."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "marts.duckdb"
    with duckdb.connect(str(file)) as session:
        session.execute(f"set variable customers = {customers}")
        session.execute("set variable odd = ?", [ODD])
        sql = MARTS.replace("$customers", "getvariable('customers')")
        session.execute(sql.replace("$odd", "getvariable('odd')"))
        decimals = session.execute(
            "select table_name, column_name from duckdb_columns() "
            "where data_type like 'DECIMAL%' or data_type = 'HUGEINT'"
        ).fetchall()
        for mart, column in decimals:  # contracts of marts say double
            session.execute(f"alter table {mart} alter {column} type double")
        for mart in but:
            session.execute(f"drop table {mart}")
        session.execute(change or "select 1")
    return file
