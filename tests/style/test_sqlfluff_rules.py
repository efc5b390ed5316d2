"""Does every SQL rule and every sqlfluff setting bite?

sqlfluff takes a misspelt setting without a word, so a setting counts only when
something is seen to change without it. ``sqlfluff_rules/<rule>.sql`` breaks that
one rule and no other; ``sqlfluff_rules/good.sql`` says it all the right way.
"""

import copy
import re
import tomllib
from pathlib import Path

import pytest
from sqlfluff.core import FluffConfig, Linter
from sqlfluff.core.config.file import load_config_file_as_dict
from sqlfluff.core.rules.config_info import get_config_info

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "sqlfluff_rules"
SNIPPETS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.sql"))}
GOOD = SNIPPETS.pop("good")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["sqlfluff"]

# Errors that stop sqlfluff before any rule is asked.
NAMELESS = {"TMP": "templating", "PRS": "parsing"}

# A setting is tried against sqlfluff's default, unless that is what the project
# wants and says aloud; then it is tried against another value.
OTHERWISE = {
    "core.dialect": ["ansi"],
    "core.templater": ["raw"],
    "templater.jinja.apply_dbt_builtins": [False],
    "rules.structure.subquery.forbid_subquery_in": ["join"],
}
# Real settings that sqlfluff's own table of defaults leaves out.
NOT_IN_THE_DEFAULTS = {
    "templater.jinja.load_macros_from_path",
    "templater.jinja.library_path",
}
LISTS = {"core.exclude_rules", "rules.convention.blocked_words"}


def flat(tables, prefix=""):
    """Return nested tables as ``{"core.dialect": "duckdb", …}``."""
    found = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def words(value):
    return [word.strip() for word in value.split(",")]


def trials():
    """Return a case for every setting, and for every word of a list: what else?"""
    cases = []
    for name, value in flat(SETTINGS).items():
        if name in LISTS:
            for word in words(value):
                rest = ", ".join(other for other in words(value) if other != word)
                cases.append(pytest.param(name, rest, id=f"{name}-{word}"))
        else:
            others = OTHERWISE.get(name, [None])
            cases += [pytest.param(name, other, id=f"{name}") for other in others]
    return cases


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Return the project's settings, with a toy in place of its macros."""
    config = copy.deepcopy(load_config_file_as_dict(str(ROOT / "pyproject.toml")))
    jinja = config["templater"]["jinja"]
    assert jinja["load_macros_from_path"] == str(ROOT / "macros")
    toy = tmp_path_factory.mktemp("macros")
    (toy / "toy.sql").write_text(
        "{% macro days_between(first, last) %}({{ last }} - {{ first }}){% endmacro %}"
    )
    jinja["load_macros_from_path"] = str(toy)
    return config


def changed(config, name, value):
    """Return the settings with one of them changed, or taken out (``None``)."""
    *tables, key = name.split(".")
    if tables[0] == "rules":
        tables = ["rules", ".".join(tables[1:])]
    config = copy.deepcopy(config)
    table = config
    for step in tables:
        table = table[step]
    del table[key]
    if value is not None:
        table[key] = value
    return config


def findings(config, sql):
    """Return what sqlfluff says about one text: pairs of rule and description."""
    linter = Linter(config=FluffConfig(configs=config))
    violations = linter.lint_string(sql, fname="model.sql").get_violations()
    return [
        (NAMELESS.get(each.rule_code(), each.rule_name()), each.desc())
        for each in violations
    ]


@pytest.fixture(scope="module")
def as_set(config):
    """Return the findings in every file under the settings as they are."""
    return {name: findings(config, sql) for name, sql in SNIPPETS.items()}


def unknown_settings(tables):
    """Return the settings that no part of sqlfluff reads."""
    defaults = FluffConfig(overrides={"dialect": "ansi"})
    rules = {rule.name: rule for rule in Linter(config=defaults).get_rulepack().rules}
    unknown = []
    for name in flat(tables):
        section, *middle, key = name.split(".")
        if section == "rules":
            rule = rules.get(".".join(middle))
            is_known = rule is not None and key in rule.config_keywords
        else:
            table = defaults.get_section((section, *middle)) or {}
            is_known = key in table or name in NOT_IN_THE_DEFAULTS
        if not is_known:
            unknown.append(name)
    return unknown


def test_right_sql_passes(config):
    assert findings(config, GOOD) == []


@pytest.mark.parametrize("rule", SNIPPETS)
def test_a_rule_bites_and_no_other(rule, as_set):
    assert {name for name, _ in as_set[rule]} == {rule}


def test_every_blocked_word_bites(as_set):
    rule = "convention.blocked_words"
    blocked = words(SETTINGS["rules"]["convention"]["blocked_words"]["blocked_words"])
    written = re.findall(r"^    (\w+)", SNIPPETS[rule], re.MULTILINE)
    assert written == blocked
    said = [text for _, text in as_set[rule]]
    assert said == [f"Use of blocked word '{word}'." for word in written]


def test_a_subquery_is_refused_in_from_and_in_join(as_set):
    assert len(as_set["structure.subquery"]) == 2


@pytest.mark.parametrize(("name", "value"), trials())
def test_a_setting_changes_what_is_found(name, value, config, as_set):
    section, *rule, _ = name.split(".")
    other = changed(config, name, value)
    if section == "rules":
        rule = ".".join(rule)
        assert findings(other, SNIPPETS[rule]) != as_set[rule]
    else:
        assert findings(other, GOOD) != []


def test_every_setting_is_one_that_sqlfluff_reads():
    assert unknown_settings(SETTINGS) == []


@pytest.mark.parametrize(
    "typo",
    [
        "core.max_line_lenght",
        "indentation.implicit_indent",
        "templater.jinja.apply_dbt_builtin",
        "rules.aliasing.length.min_alias_lenght",
        "rules.aliasing.lengths.min_alias_length",
        "rules.aliasing.expression.min_alias_length",
    ],
)
def test_a_misspelt_setting_is_seen(typo):
    *tables, key = typo.split(".")
    misspelt = {key: 1}
    for table in reversed(tables):
        misspelt = {table: misspelt}
    assert unknown_settings(misspelt) == [typo]


def test_every_value_is_one_that_sqlfluff_knows():
    known = get_config_info()
    wrong = {
        name: value
        for name, value in flat(SETTINGS["rules"]).items()
        if (allowed := known.get(name.split(".")[-1], {}).get("validation"))
        and value not in allowed
    }
    assert wrong == {}
