"""The last node: nothing is published unless every mart before it passed its tests."""

from ml.release import by_name, publish


def model(dbt, session):
    """Publish this run's marts in one atomic step; return one row that says where."""
    dbt.config(materialized="table")
    dbt.ref("audited_profiles")  # no release without a passed audit
    marts = by_name(
        dbt.ref("customer_value"), dbt.ref("customer_segments"),
        dbt.ref("segment_summary"), dbt.ref("segment_migration"),
        dbt.ref("segment_history"), dbt.ref("cluster_profile"),
        dbt.ref("audiences"), dbt.ref("campaign_lift"),
        dbt.ref("value_calibration"), dbt.ref("model_scorecard"),
        dbt.ref("scoring_runs"), dbt.ref("feature_drift"),
        dbt.ref("rejected_line_summary"),
    )  # fmt: skip
    kept = dbt.config.get("releases_kept")
    return publish(session, marts, dbt.ref("this_run"), kept=kept)
