"""Before dbt opens a home's database: what no waiting mends is told at once.

The profile has dbt-duckdb try to connect for minutes, because another run may be under
way. It calls the `Plugin` of this module first.
"""

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """Sees whether there is a home, and whether its database is one."""

    def update_connection_config(
        self, creds: DuckDBCredentials, config: dict[str, Any]
    ) -> None:
        """Open the database once, and close it again.

        Raises
        ------
        DbtRuntimeError
            The home's folder is not there, or dbt-duckdb would take its name for an
            address; or its database cannot be opened for another reason than that
            somebody has it open.
        """
        file = Path(creds.path)
        if {"?", "#"} & set(creds.path):
            message = (
                f"Stop: SCORING_HOME is '{file.parent}', and no name on its path may "
                "hold a ? or a #. Call the folder otherwise."
            )
            raise DbtRuntimeError(message)
        if not file.parent.is_dir():
            message = (
                f"Stop: SCORING_HOME is '{file.parent}', and there is no such folder. "
                "Make it, or set SCORING_HOME to the folder of the shop."
            )
            raise DbtRuntimeError(message)
        try:
            duckdb.connect(file, config=config).close()
        except duckdb.Error as error:
            if "set lock" in str(error):
                return
            message = (
                f"Stop: {file} cannot be opened ({error}). Is it damaged? What comes "
                "back without it stands in docs/scheduling.md, under 'The working "
                "database is lost or damaged'."
            )
            raise DbtRuntimeError(message) from error
