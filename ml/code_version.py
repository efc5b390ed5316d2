"""Which code made this: the version, and a digest of every file that decides."""

import hashlib
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
PARTS = ("dbt_project.yml", "models", "macros", "seeds", "ml", "report")
KINDS = (".py", ".sql", ".yml", ".csv", ".html", ".css", ".js")


def code_version(project: Path = PROJECT) -> str:
    """Version of dbt_project.yml, and twelve digits of the SHA-256 of the code.

    Returns
    -------
    str
        Like 0.1.0+3f2a9c01d4e5.
    """
    digest = hashlib.sha256()
    roots = [project / part for part in PARTS]
    files = [path for root in roots for path in (root, *root.rglob("*"))]
    for path in sorted(path for path in files if path.suffix in KINDS):
        digest.update(str(path.relative_to(project)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    version = yaml.safe_load((project / "dbt_project.yml").read_text())["version"]
    return f"{version}+{digest.hexdigest()[:12]}"
