"""Where a shop keeps its things: one folder, named by SCORING_HOME."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder of one shop; its working database, bundles and releases lie in it."""

    folder: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Folder that SCORING_HOME names; without it, the project's own."""
        return cls(Path(os.environ.get("SCORING_HOME", ".")))

    @property
    def working_database(self) -> Path:
        """File that only the build opens."""
        return self.folder / "working.duckdb"

    @property
    def bundles(self) -> Path:
        """Folder of the trained bundles and the champion pointer."""
        return self.folder / "bundles"

    @property
    def release(self) -> Path:
        """Folder that people and BI tools read."""
        return self.folder / "release"

    @property
    def suppression(self) -> Path:
        """Folder of who was erased on request, and the salt of it; never released."""
        return self.folder / "suppression"
