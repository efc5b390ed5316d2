"""The last node: nothing is published unless every mart before it passed its tests."""

from ml.publishing.release import publish


def model(dbt, session):
    """Publish this run's marts in one atomic step; return one row that says where."""
    dbt.config(materialized="table")
    dbt.ref("audited_profiles")  # no release without a passed audit
    marts = {
        "customer_value": dbt.ref("customer_value"),
        "customer_segments": dbt.ref("customer_segments"),
        "segment_summary": dbt.ref("segment_summary"),
        "segment_migration": dbt.ref("segment_migration"),
        "segment_history": dbt.ref("segment_history"),
        "cluster_profile": dbt.ref("cluster_profile"),
        "audiences": dbt.ref("audiences"),
        "campaign_lift": dbt.ref("campaign_lift"),
        "value_calibration": dbt.ref("value_calibration"),
        "model_scorecard": dbt.ref("model_scorecard"),
        "scoring_runs": dbt.ref("scoring_runs"),
        "feature_drift": dbt.ref("feature_drift"),
        "rejected_line_summary": dbt.ref("rejected_line_summary"),
    }
    kept = dbt.config.get("releases_kept")
    return publish(session, marts, dbt.ref("this_run"), kept=kept)
