"""Does the project keep its shape, and would we be told if it did not?

The rules of dbt-bouncer and the functions of this file are first shown a toy
project with one fault of each kind, and then the real one, which must have none.
Both are parsed by dbt in a temporary folder.
"""

import ast
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
CHECKS = TOOL["dbt-bouncer"]["manifest_checks"]

ML_MODULE_LINES = 250
PYTHON_MODEL_LINES = 15
# a list of marts is data; it grows with the marts
LISTED_MART = re.compile(r'^ +"(\w+)": dbt\.ref\("\1"\),\n', re.MULTILINE)

# Folder, name and text of every model of the toy project.
TOY_MODELS = {
    "staging/stg_shop": "select 1 as customer_id",
    "staging/stg_orders": "select * from {{ ref('stg_shop') }}",
    "features/customer_features": "select * from {{ ref('stg_orders') }}",
    "predictions/predictions": "select * from {{ ref('customer_features') }}",
    "marts/customer_value": "select * from {{ ref('predictions') }}",
    "staging/stg_reads_features": "select * from {{ ref('customer_features') }}",
    "features/reads_marts": "select * from {{ ref('customer_value') }}",
    "predictions/reads_staging": "select * from {{ ref('stg_orders') }}",
    "marts/reads_staging_too": "select * from {{ ref('stg_orders') }}",
    "staging/orders": "select 1 as customer_id",
    "features/no_description": "select 1 as customer_id",
    "features/customer_outcomes": "select 1 as customer_id",
    "features/too_long": "select 1 as customer_id" + "\n-- and on" * 100,
    "features/long_enough": "select 1 as customer_id" + "\n-- and on" * 99,
    "marts/no_contract": "select 1 as customer_id",
    "marts/no_exposure": "select 1 as customer_id",
    "marts/bare_column": "select 1 as customer_id",
    "features/misspelt_var": "select {{ var('horizn_days', 180) }} as customer_id",
}
# What dbt-bouncer must say: the name of the rule, its folder, and the sinner.
UNIQUE = "^models/(features/customer_(features|outcomes)|marts)"
LINEAGE = "check_lineage_permitted_upstream_models"
TOY_FAULTS = {
    (LINEAGE, "^models/staging", "stg_reads_features"),
    (LINEAGE, "^models/features", "reads_marts"),
    (LINEAGE, "^models/predictions", "reads_staging"),
    (LINEAGE, "^models/marts", "reads_staging_too"),
    ("check_model_names", "^models/staging", "orders"),
    ("check_model_description_populated", None, "no_description"),
    ("check_model_has_unique_test", UNIQUE, "customer_outcomes"),
    ("check_model_max_number_of_lines", None, "too_long"),
    ("check_macro_description_populated", None, "no_description"),
    ("check_model_has_contracts_enforced", "^models/marts", "no_contract"),
    ("check_model_has_exposure", "^models/marts", "no_exposure"),
}
TOY_MACROS = """\
{% macro described() %}1{% endmacro %}
{% macro no_description() %}1{% endmacro %}
{% test unique_combination(model, columns) %}
    select 1 from {{ model }} group by {{ columns[0] }} having count(*) > 1
{% endtest %}
"""


def toy_model(path):
    """Return the YAML of a toy model, which lacks what its name says."""
    folder, name = path.split("/")
    column = {"name": "customer_id", "data_type": "integer", "description": "Who."}
    model = {"name": name, "description": "A toy.", "columns": [column]}
    unique = {"unique_combination": {"arguments": {"columns": ["customer_id"]}}}
    model["data_tests"] = [unique]
    model["config"] = {"contract": {"enforced": folder == "marts"}}
    if name == "customer_value":
        model["data_tests"] = []
        column["data_tests"] = ["unique"]
    model |= {
        "no_description": {"description": ""},
        "customer_outcomes": {"data_tests": []},
        "no_contract": {"config": {}},
        "bare_column": {"columns": [column | {"description": " "}]},
    }.get(name, {})
    return model


def toy_properties():
    """Return the YAML of the toy project: one macro and one mart are not in it."""
    marts = [path.split("/")[1] for path in TOY_MODELS if path.startswith("marts/")]
    exposure = {
        "name": "everybody",
        "type": "dashboard",
        "owner": {"name": "the shop"},
        "depends_on": [f"ref('{mart}')" for mart in marts if mart != "no_exposure"],
    }
    macros = [
        {"name": "described", "description": "Return one."},
        {"name": "test_unique_combination", "description": "No two rows are one."},
    ]
    models = [toy_model(path) for path in TOY_MODELS]
    return {"models": models, "macros": macros, "exposures": [exposure]}


def write_toy(folder):
    """Write the toy project, which has one fault of each kind."""
    for path, text in TOY_MODELS.items():
        file = folder / "models" / f"{path}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    properties = json.dumps(toy_properties())
    (folder / "models" / "_models.yml").write_text(properties)
    (folder / "macros").mkdir()
    (folder / "macros" / "toy.sql").write_text(TOY_MACROS)
    (folder / "dbt_project.yml").write_text(
        "{name: toy, profile: toy, vars: {horizon_days: 180, toy: {currency: EUR}}}"
    )
    (folder / "profiles.yml").write_text(
        "{toy: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}}"
    )


def run(folder, *command):
    """Run a program of the environment in a folder; return its exit code and words."""
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"}
    quiet["DBT_BOUNCER_DISABLE_CONF_CACHE"] = "1"
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=folder,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def parsed(folder):
    """Return the manifest of the dbt project in a folder, and dbt-bouncer's verdicts.

    A verdict is (check, include, resource, outcome).
    """
    here = ["--project-dir", ".", "--profiles-dir", ".", "--target-path", "target"]
    code, said = run(folder, "dbt", "parse", *here, "--log-path", "logs")
    assert code == 0, said
    shutil.copy(ROOT / "pyproject.toml", folder)
    options = ["--config-file", "pyproject.toml", "--output-file", "verdicts.json"]
    code, said = run(folder, "dbt-bouncer", *options)
    assert code in (0, 1), said
    verdicts = []
    for verdict in json.loads((folder / "verdicts.json").read_text()):
        name, place, resource = verdict["check_run_id"].split(":")
        include = CHECKS[int(place)].get("include")
        verdicts.append((name, include, resource, verdict["outcome"]))
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return SimpleNamespace(folder=folder, manifest=manifest, verdicts=verdicts)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    write_toy(folder)
    return parsed(folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    for name in ("models", "macros", "seeds", "tests", "ml", "report"):
        leave = shutil.ignore_patterns("__pycache__", ".*_cache")
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    return parsed(folder)


# --- what the functions of this file look for ---------------------------------


def undescribed_contract_columns(manifest):
    """Return ``model.column`` of contracted columns that nobody explained."""
    return [
        f"{node['name']}.{column}"
        for node in manifest["nodes"].values()
        if node.get("contract", {}).get("enforced")
        for column, about in node["columns"].items()
        if not about["description"].strip()
    ]


def contracted_columns(manifest):
    """Return the number of columns under a contract."""
    return sum(
        len(node["columns"])
        for node in manifest["nodes"].values()
        if node.get("contract", {}).get("enforced")
    )


def used_vars(folder):
    """Return the names of all variables that models, macros and YAML ask for."""
    used = set()
    for place in ("models", "macros", "seeds", "tests/data", "dbt_project.yml"):
        path = folder / place
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.suffix in (".sql", ".yml", ".py"):
                used |= set(re.findall(r"\bvar\(\s*['\"](\w+)", file.read_text()))
    return used


def declared_vars(folder):
    """Return the names of all variables that ``dbt_project.yml`` declares."""
    project = yaml.safe_load((folder / "dbt_project.yml").read_text())
    declared = dict(project.get("vars", {}))
    return set(declared | declared.pop(project["name"], {})) - {project["name"]}


def registry_addresses(files):
    """Return (file, address) where a file names the host of a package registry.

    Such an address ties the project to one network. (The parts are joined here
    so that this file does not name them either.)
    """
    hosts = ["pypi", "org"], ["deb", "debian", "org"], ["registry", "npmjs"]
    needles = [".".join(parts) for parts in hosts]
    needles += ["python" + "hosted", "file:///" + "opt"]
    return [
        (file.name, needle)
        for file in files
        for needle in needles
        if needle.encode() in file.read_bytes()
    ]


def unpinned(requirements):
    """Return the requirements that lack an exact version or a hash."""
    lines = re.sub(r"\\\n", " ", requirements).splitlines()
    wanted = [line for line in lines if re.match(r"\s*[^\s#]", line)]
    pin = re.compile(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}\b")
    return [line.split()[0] for line in wanted if not pin.match(line)]


def code_lines(source):
    """Return how many lines of a Python text hold code: no blanks, no prose."""
    prose = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT}
    prose |= {tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in prose:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def make_targets_named(markdown):
    """Return the targets of all ``make`` commands in console and bash blocks."""
    targets = []
    fence = r"^```(console|bash|sh)\n(.*?)^```"
    for kind, block in re.findall(fence, markdown, re.MULTILINE | re.DOTALL):
        lines = re.sub(r"\\\n", " ", block).splitlines()
        if kind == "console":
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            for said in re.findall(r"(?:^|[&;|] )\s*make\b([^&;|#]*)", line):
                words = said.split()
                targets += [word for word in words if not re.match(r"-|\w+=", word)]
    return targets


def make_targets(makefile):
    """Return the targets that a Makefile has."""
    rules = re.findall(r"^(\w[^:=#\n]*?)\s*::?(?!=)", makefile, re.MULTILINE)
    return {target for rule in rules for target in rule.split()}


# --- the toy: every rule and every function sees its fault --------------------


def test_every_rule_of_dbt_bouncer_bites(toy):
    failed = {verdict[:3] for verdict in toy.verdicts if verdict[3] != "success"}
    assert failed == TOY_FAULTS


def test_every_rule_of_dbt_bouncer_is_proved():
    rules = {(check["name"], check.get("include")) for check in CHECKS}
    assert rules == {fault[:2] for fault in TOY_FAULTS}


def test_an_unexplained_column_is_seen(toy):
    found = undescribed_contract_columns(toy.manifest)
    assert found == ["bare_column.customer_id"]


def test_a_misspelt_variable_is_seen(toy):
    assert used_vars(toy.folder) == {"horizn_days"}
    assert declared_vars(toy.folder) == {"horizon_days", "currency"}


@pytest.mark.parametrize(
    "address",
    [
        "https://pypi" + ".org/simple",
        "https://files.python" + "hosted.org/packages",
        "https://registry" + ".npmjs.org",
        "http://deb" + ".debian.org/debian",
        "file:///" + "opt/wheels",
    ],
)
def test_the_address_of_a_registry_is_seen(address, tmp_path):
    file = tmp_path / "lock.txt"
    file.write_text(f"--index-url {address}\n")
    assert [name for name, _ in registry_addresses([file])] == ["lock.txt"]
    file.write_text("numpy==2.4.0\n")
    assert registry_addresses([file]) == []


def test_a_requirement_without_a_hash_is_seen():
    digest = "--hash=sha256:" + "0" * 64
    text = f"# made by uv\nnumpy==2.4.0 \\\n    {digest}\n    # via pandas\n"
    text += f"pandas==2.3.3 \\\n    {digest} \\\n    {digest}\n"
    assert unpinned(text) == []
    assert unpinned(text + "scipy==1.17.0\n") == ["scipy==1.17.0"]
    assert unpinned(text + f"scipy>=1.17.0 {digest}\n") == ["scipy>=1.17.0"]
    assert unpinned(f"--index-url x\n{text}") == ["--index-url"]


def test_lines_of_code_are_counted_without_prose():
    text = '"""About\n\nit."""\n\n# why\nimport json\n\n\ndef f(\n    one,\n):\n'
    assert (
        LISTED_MART.sub("", '        "a": dbt.ref("a"),\n        b = 1\n').strip()
        == "b = 1"
    )
    assert code_lines(text + '    """Do."""\n    return """\n\n"""  # so\n') == 7


def test_a_target_that_make_does_not_have_is_seen():
    readme = "```console\n$ make build AS_OF=2011-12-09 && make -j2 test\nmake: done\n"
    readme += "$ cat x | make lint  # and more\n```\n\n```bash\nmake gone\n```\n"
    readme += "`make` it\n\n```sql\nmake nothing\n```\n"
    makefile = "PY := 3\nDAY ?= 1\n.PHONY: a\nbuild test: data\n\techo: b\nlint:\n"
    assert make_targets_named(readme) == ["build", "test", "lint", "gone"]
    assert make_targets(makefile) == {"build", "test", "lint"}


# --- the real project ---------------------------------------------------------


def test_the_project_keeps_every_rule_of_dbt_bouncer(real):
    assert [verdict for verdict in real.verdicts if verdict[3] != "success"] == []


def test_every_rule_of_dbt_bouncer_finds_something_to_judge(real):
    judged = {verdict[:2] for verdict in real.verdicts}
    assert judged == {(check["name"], check.get("include")) for check in CHECKS}


def test_every_column_under_contract_is_explained(real):
    assert contracted_columns(real.manifest) > 0
    assert undescribed_contract_columns(real.manifest) == []


def test_every_mart_is_written_in_sql(real):
    # dbt cannot enforce the contract of a Python model, and dbt-bouncer skips it.
    marts = [
        node
        for node in real.manifest["nodes"].values()
        if node["original_file_path"].startswith("models/marts/")
        and node["resource_type"] == "model"
    ]
    assert {node["language"] for node in marts} == {"sql"}


def test_the_exposure_of_postgres_names_every_published_mart(real):
    published = LISTED_MART.findall((ROOT / "models/release/release.py").read_text())
    assert len(published) > 1
    (exposure,) = (
        exposure
        for exposure in real.manifest["exposures"].values()
        if exposure["name"] == "postgres_marts"
    )
    named = {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
    assert named == {"release", *published}


def test_every_variable_used_is_declared():
    assert used_vars(ROOT) - declared_vars(ROOT) == set()
    assert used_vars(ROOT) != set()


def test_no_file_names_a_package_registry():
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: nothing says which files are committed")
    names = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    files = [file for file in names if file.is_file()]
    assert ROOT / "pyproject.toml" in files
    assert registry_addresses(files) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_a_version_and_a_hash(name):
    text = (ROOT / name).read_text()
    assert "--hash=" in text
    assert unpinned(text) == []


def test_modules_of_ml_stay_short():
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for room in ("ml", "report")
        for path in (ROOT / room).rglob("*.py")
    }
    assert lines != {}
    assert {path: n for path, n in lines.items() if n > ML_MODULE_LINES} == {}


def test_python_models_stay_thin():
    models = {
        path.name: code_lines(LISTED_MART.sub("", path.read_text()))
        for path in (ROOT / "models").rglob("*.py")
    }
    assert "predictions.py" in models
    assert {name: n for name, n in models.items() if n > PYTHON_MODEL_LINES} == {}


def test_every_make_command_of_the_readme_exists():
    named = make_targets_named((ROOT / "README.md").read_text())
    assert named != []
    assert set(named) - make_targets((ROOT / "Makefile").read_text()) == set()
