"""After the release: the page that people open, made from what was just published."""

from report import publish_page


def model(dbt, session):
    """Write release/report.html in one step; return one row that says where."""
    dbt.config(materialized="table")
    return publish_page(dbt.ref("release"))
