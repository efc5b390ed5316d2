"""Campaigns: the pipeline, many times over, in all the ways it can be hurt.

Their shops come from tests/pipeline.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))
