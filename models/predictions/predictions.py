"""The ledger: every customer's scores, kept per as-of date and model version."""

from ml.scoring import score_customers


def model(dbt, session):
    """Score this run's customers in a stream; a re-run replaces only its own slice."""
    dbt.config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="slice_id",
        on_schema_change="append_new_columns",
        full_refresh=False,
    )
    return score_customers(
        dbt.ref("customer_features"), dbt.ref("this_run"), dbt.ref("feature_themes")
    )
