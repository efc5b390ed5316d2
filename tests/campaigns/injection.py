"""Settings that are code: refused, or without any effect."""

import json
import secrets
import sys
import tempfile
from pathlib import Path

import yaml
from warm import ROOT

from tests.campaigns.workbench import (
    Tally,
    build,
    command,
    dice_of,
    different_marts,
    progress,
    workshop,
)

# {out} is a folder beside the project; secret.csv in it must not be read, and nothing
# may be written there.
VALUES = [
    "x'; drop table customer_value; --",
    "x'); drop table predictions; --",
    "1; drop table this_run",
    "1) or true; create table stolen as select 1; --",
    "2025-12-30'; copy (select 1) to '{out}/stolen.csv'; --",
    "2025-12-30' and 1 = (select count(*) from read_text('{out}/secret.csv')) --",
    "' || (select content from read_text('{out}/secret.csv')) || '",
    "x' as value_basis, (select content from read_text('{out}/secret.csv')) as y --",
    "x'; attach '{out}/stolen.duckdb' as stolen; --",
    "x'; install httpfs; load httpfs; --",
    "x'; set memory_limit = '1KB'; --",
    "x' /* ",
    'x" ; drop view known_days; --',
    "(select 1)",
    "read_text('{out}/secret.csv')",
    "{{{{ run_query('drop table customer_value') }}}}",
    "{{% do run_query('drop table this_run') %}}",
    "{{{{ env_var('CAMPAIGN_SECRET') }}}}",
    "{{{{ modules.re.sub.__globals__['os'].system('touch {out}/stolen') }}}}",
    "{{{{ 7 * 7 }}}}",
    "{{# x #}}",
    "$(touch {out}/stolen)",
    "`touch {out}/stolen`",
    "; touch {out}/stolen",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "/proc/self/environ",
    "{out}/secret.csv",
    "{out}",
    "data/sample/orders/../../../profiles.yml",
    "https://127.0.0.1:9/orders.parquet",
    "s3://bucket/orders",
    "file:///etc/passwd",
    "data/sample/orders\n; drop table this_run",
    "data/sample/orders\x00.csv",
    "~",
    "*",
    "",
    " ",
    "''",
    "'",
    "\\",
    "\\'; drop table this_run; --",
    "\u2019; drop table this_run; --",
    "\uff12\uff10\uff12\uff15-\uff11\uff12-\uff13\uff10",
    "\u0662\u0660\u0662\u0665-\u0661\u0662-\u0663\u0660",
    "2025-12-30\n",
    "2025-12-30 00:00:00",
    "2025-02-30",
    "epoch",
    "infinity",
    "\u202e03-21-5202",
    "\U0001f4a3" * 100,
    "x" * 100_000,
    "NULL",
    "None",
    "true",
    "1e999",
    "-1",
    "0",
    "1.5",
    -1,
    0,
    0.5,
    10**30,
    1e300,
    float("nan"),
    float("inf"),
    True,
    None,
    [],
    ["canonical'; drop table this_run; --"],
    ["x", ["y"]],
    {},
    {"x": "y"},
]
# --vars as a whole, as it would be typed.
TEXTS = [
    "!!python/object/apply:os.system ['touch {out}/stolen']",
    "{{as_of_date: !!python/object/apply:os.system ['touch {out}/stolen']}}",
    "{{as_of_date: !!python/name:os.system}}",
    "{{a: &a [x, x], b: &b [*a, *a], c: &c [*b, *b], as_of_date: *c}}",
    "[as_of_date, 2025-12-30]",
    "as_of_date",
    '{{as_of_date: 2025-12-30, as_of_date: "x\'; drop table this_run; --"}}',
    '{{"x\'; drop table this_run; --": 1}}',
    "{{'{{{{ env_var(1) }}}}': 1}}",
    '{{customer_scoring: {{horizon_days: "1; drop table this_run"}}}}',
    '{{customer_scoring: {{as_of_date: "2025-12-30\' or true --"}}}}',
    "{{horizon_days: 90, horizon_days : 30}}",
    "{{? [as_of_date] : 1}}",
    "{{as_of_date: 2025-13-45}}",
    "{{as_of_date: 2025-12-30T00:00:00Z}}",
    "{{horizon_days: 0x5A'}}",
    "{{horizon_days: 9_0; }}",
    "{{1: 2}}",
    "{{null: null}}",
    "--- {{}}\n--- {{as_of_date: x}}",
    "%YAML 9.9",
    "{{as_of_date: |\n  x'; drop table this_run\n}}",
    "{{",
    "@",
    "\ufeff{{horizon_day: 1}}",
]


def injection(shop, runs, seed):
    """Give `runs` payloads, each value to some setting, and every setting its share."""
    tally = Tally("tables lost", "files read", "files written", "other results")
    folder = Path(tempfile.mkdtemp(dir=shop.folder.parent))
    token = secrets.token_hex(16)
    (folder / "secret.csv").write_text(f"secret\n{token}\n")
    original, secret = shop.copy(), {"CAMPAIGN_SECRET": token}
    for number, payload in enumerate(payloads(seed, runs), start=1):
        before = shop.fingerprint(), tables(shop)
        options = [*workshop.NO_TESTS, "--vars", filled_in(payload, folder)]
        run = build(shop, *options, environment=secret)
        tally.done["payloads"] += 1
        tally.done["of them refused"] += run.code != 0
        words = str(payload)[:200]
        tally.check("tables lost", tables(shop) >= before[1], words)
        tally.check("files read", token not in run.words, words)
        tally.check("files written", len(list(folder.iterdir())) == 1, words)
        if run.code:
            tally.check("other results", shop.fingerprint() == before[0], words)
        else:
            tally.check("other results", not different_marts(shop, original), words)
        progress(number, runs)
    last = build(shop)
    is_well = last.code == 0 and not different_marts(shop, original)
    tally.check("other results", is_well, f"in the end\n{last.words[-2000:]}")
    leaks = [path for path in shop.home.rglob("*") if has(path, token)]
    tally.check("files read", not leaks, f"it stands in {leaks}")
    return tally


def payloads(seed, runs):
    """Texts and pairs of setting and value, each once before any comes again."""
    settings = list(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"])
    dice = dice_of(seed)
    pairs = [
        {settings[(number + turn) % len(settings)]: value}
        for turn in range(len(settings))
        for number, value in enumerate(VALUES)
    ]
    first = [*TEXTS, *pairs[: len(VALUES)]]
    dice.shuffle(first)
    return [*first, *pairs[len(VALUES) :]][:runs]


def filled_in(payload, folder):
    """The payload as the argument of --vars."""
    if isinstance(payload, str):
        return payload.format(out=folder)
    return json.dumps(
        {
            name: value.format(out=folder) if isinstance(value, str) else value
            for name, value in payload.items()
        }
    )


def tables(shop):
    names = "table_schema || '.' || table_name as name"
    file = shop.home / "working.duckdb"
    return set(workshop.rows_of(file, "information_schema.tables", names)["name"])


def has(path, token):
    return path.is_file() and token.encode() in path.read_bytes()


def main():
    return command(injection, runs=150)


if __name__ == "__main__":
    sys.exit(main())
