"""What is said of a home before dbt opens its database."""

import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt_common.exceptions import DbtRuntimeError

from ml.opening import Plugin


def opened(folder):
    credentials = DuckDBCredentials(path=str(folder / "working.duckdb"))
    Plugin("ml.opening", {}).update_connection_config(credentials, {})


@pytest.mark.parametrize("name", ["what?", "shop #1"])
def test_a_name_that_dbt_takes_for_an_address_is_refused(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    with pytest.raises(DbtRuntimeError, match=r"may hold a \? or a #"):
        opened(folder)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", ["o'clock", "50% é {{x}}", "two words"])
def test_any_other_name_is_fine(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    opened(folder)
    assert (folder / "working.duckdb").exists()
