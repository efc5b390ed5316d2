"""The pipeline's own staging models, made by dbt as views in a scratch home.

So the doctor and the build cannot disagree on what a line means.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ml.errors import SourceError

MEMORY = "600MB"  # of DuckDB alone; the process came to 1.2 GB on 46 million lines
MakeViews = Callable[[Path, Mapping[str, Any]], None]


def make_views(home: Path, settings: Mapping[str, Any]) -> None:
    """Have dbt make the staging models in a scratch home.

    Parameters
    ----------
    home : Path
    settings : mapping
        As for --vars.

    Raises
    ------
    SourceError
        dbt stopped, for the reason that the message says.
    """
    scratch = str(home)
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("--no-use-colors", "--log-format", "text", "--log-path", scratch),
        *("build", "--select", "+stg_order_lines", "--target-path", scratch),
        *("--resource-type", "model", "--resource-type", "seed"),
        *("--no-partial-parse", "--vars", json.dumps(dict(settings))),
    ]
    environment = os.environ | {"SCORING_HOME": scratch, "SCORING_MEMORY": MEMORY}
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SourceError(_reason(done.stdout))


def _reason(words: str) -> str:
    """Take the sentence out of what dbt says."""
    stops = re.findall(r"Stop: (.*?)(?:\n\s*(?:>|\n|\d\d:)|\Z)", words, re.S)
    if stops:
        return re.sub(r"\s+", " ", stops[0]).strip()
    errors = re.findall(r"((?:\w+ )*Error: .*)", words)
    said = errors or words.strip().splitlines() or ["dbt said nothing"]
    return f"the staging models could not read it: {said[-1].strip()}"
