"""New files held against the manifests beside them."""

from ml.deliveries.manifests import check_manifests


def model(dbt, session):
    """One row per disagreement; a file without a manifest is not read for this."""
    dbt.config(materialized="table")
    sources = dbt.config.get("source_paths")
    return check_manifests(
        dbt.ref("new_deliveries"), dbt.ref("stg_mapped_lines"), sources
    )
