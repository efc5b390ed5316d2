"""python -m tests.campaigns.doctor_fuzz: spoilt files of all kinds, before the doctor.

Whatever lies at the path, the doctor ends with a report or with one sentence: never
with a traceback, and never not at all.
"""

import argparse
import csv
import gzip
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import traceback
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pyarrow.csv as pc
import pyarrow.parquet as pq
import workshop
from warm import FORKS, ROOT

from tests.campaigns.workbench import Tally, dice_of, progress, say

LIMIT_SECONDS = 300  # for one file of some hundred lines
LINES = 400
CANONICAL = ["order_id", "customer_id", "ordered_at", "product_id", "category"]
CANONICAL += ["quantity", "gross_amount", "net_amount", "line_type", "currency"]
CANONICAL += ["recorded_at", "source_name"]
WEIRD = [
    "",
    " ",
    "NaN",
    "inf",
    "-1e308",
    "1e999",
    "0000-00-00",
    "9999-12-31",
    "31/02/2024",
]
WEIRD += [
    "1.234,56",
    "$12",
    "12,",
    "=1+1",
    "null",
    "😀",
    "x" * 5000,
    '"',
    "'",
    "\\",
    "\t",
]
WEIRD += ["{{ 1 / 0 }}", "{% raw %}", "'; drop table x; --", "-0", "٣", "१२", "\u202e"]


# --- good files


def orders(dice):
    """Orders of some customers, as plain values."""
    start = datetime.fromisoformat("2023-01-01")
    for number in range(LINES):
        moment = start + timedelta(hours=dice.randrange(24 * 500))
        amount = round(dice.uniform(1, 90), 2) * (-1 if dice.random() < 0.05 else 1)
        yield number, f"C{dice.randrange(80)}", moment, dice.randrange(1, 5), amount


def canonical(dice):
    rows = [
        [f"O{n // 2}", who, when, "P1", "goods", many if much > 0 else -many, much,
         much,         "sale" if much > 0 else "return", "EUR", "", "web"]
        for n, who, when, many, much in orders(dice)
    ]  # fmt: skip
    return written([CANONICAL, *rows])


def generic(dice):
    rows = [[who, f"{when:%d/%m/%Y}", f"{much:.2f}".replace(".", ",")]
            for _, who, when, _, much in orders(dice)]  # fmt: skip
    head = ["Kundennummer", "Datum", dice.choice(["Umsatz", "Betrag in €"])]
    content = written([head, *rows], ";")
    return content.decode().encode("cp1252") if dice.random() < 0.5 else content


def online_retail(dice):
    names = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price"]
    rows = [[n, "85123A", "A LANTERN, red", many, f"{when:%m/%d/%Y %H:%M}", abs(much),
             who, "UK"] for n, who, when, many, much in orders(dice)]  # fmt: skip
    return written([[*names, "Customer ID", "Country"], *rows])


def cdnow(dice):
    lines = [f" {who[1:]:0>5} {when:%Y%m%d} {many:2} {abs(much):7.2f}"
             for _, who, when, many, much in orders(dice)]  # fmt: skip
    return "\n".join(["customer_id date cds dollars", *lines]).encode()


def parquet(dice):
    table = pc.read_csv(io.BytesIO(canonical(dice)))
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def objects(dice):
    found = [
        {"id": f"O{n}", "customer_id": who, "created_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
         "state": "COMPLETED", "line_items": [{"uid": "1", "quantity": str(many)}]}
        for n, who, when, many, _ in orders(dice)
    ]  # fmt: skip
    return json.dumps({"orders": found}).encode()


def zipped(dice):
    return gzip.compress(generic(dice))


def written(rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


GOOD = {
    canonical: ".csv",
    generic: ".csv",
    online_retail: ".csv",
    cdnow: ".txt",
    parquet: ".parquet",
    objects: ".json",
    zipped: ".csv.gz",
}


# --- what may befall a file: each takes its bytes, and gives other ones


def as_it_is(content, dice):
    return content


def cut_off(content, dice):
    return content[: dice.randrange(len(content) + 1)]


def bits_flipped(content, dice):
    spoilt = bytearray(content)
    for _ in range(dice.choice([1, 5, 200])):
        spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
    return bytes(spoilt)


def noise_inside(content, dice):
    place = dice.randrange(len(content))
    return (
        content[:place] + dice.randbytes(dice.choice([1, 50, 5000])) + content[place:]
    )


def part_gone(content, dice):
    place = dice.randrange(len(content))
    return content[:place] + content[place + dice.randrange(1, 300) :]


def part_twice(content, dice):
    place = dice.randrange(len(content))
    part = content[place : place + dice.randrange(1, 3000)]
    return content[:place] + part * dice.choice([2, 30]) + content[place:]


def values_spoilt(content, dice):
    lines = content.split(b"\n")
    for _ in range(dice.choice([1, 20, 300])):
        number = dice.randrange(len(lines))
        fields = lines[number].split(b",")
        fields[dice.randrange(len(fields))] = dice.choice(WEIRD).encode()
        lines[number] = b",".join(fields)
    return b"\n".join(lines)


def header_spoilt(content, dice):
    head, _, rest = content.partition(b"\n")
    names = head.split(b",")
    names[dice.randrange(len(names))] = dice.choice([*WEIRD, "id", "amount"]).encode()
    return dice.choice([b"", b"\n", b"sep=;\n", b"Orders of 2023\n\n"]) + dice.choice(
        [b",".join(names) + b"\n" + rest, rest, head, head + b"," + head + b"\n" + rest]
    )


def other_signs(content, dice):
    old, new = dice.choice([(b",", b";"), (b",", b"\t"), (b"\n", b"\r"), (b";", b","),
                            (b",", b"^"), (b"\n", b""), (b'"', b"'"), (b"-", b"/"),
                            (b",", b"||"), (b".", b","), (b"2023", b"23")])  # fmt: skip
    return content.replace(old, new)


def quotes_open(content, dice):
    spoilt = bytearray(content)
    for _ in range(dice.choice([1, 3, 40])):
        spoilt.insert(dice.randrange(len(spoilt)), ord('"'))
    return bytes(spoilt)


def other_encoding(content, dice):
    names = ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-7"]
    return content.decode("latin-1").encode(dice.choice(names))


def one_long_line(content, dice):
    return (
        content + b"x" * dice.choice([10**5, 3 * 10**6]) + dice.choice([b"", b"\n1,2"])
    )


def hardly_anything(content, dice):
    texts = [
        b"",
        b"\n",
        b" ",
        b"\0",
        b"a",
        b"a,b",
        b"a,b\n",
        b",,,\n,,,\n",
        b"{}",
        b"[]",
    ]
    texts += [b'{"id": 1}', b"[[[[", b"<html>", b"PAR1", b"PAR1PAR1", b"\x1f\x8b", b'"']
    texts += [b"PK\x03\x04", b"\x89PNG\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"a;b;c\n"]
    return dice.choice([*texts, b"1,2,3\n4,5,6\n"])


# the likelier ones stand twice
SPOILT = [as_it_is, cut_off, bits_flipped, noise_inside, part_gone, part_twice]
SPOILT += [values_spoilt, header_spoilt, other_signs, quotes_open, other_encoding]
SPOILT += [one_long_line, hardly_anything, values_spoilt, header_spoilt, other_signs]


def spoilt_file(folder, dice):
    """Write a good file, spoilt in one or two ways, and perhaps under a false name."""
    good, ending = dice.choice(list(GOOD.items()))
    content = good(dice)
    for spoil in dice.sample(SPOILT, dice.choice([1, 1, 2])):
        content = spoil(content or b" ", dice)
    if dice.random() < 0.05:
        ending = dice.choice([".csv", ".parquet", ".csv.gz", ".json", ".xlsx", ""])
    file = folder / f"{dice.choice(['orders', 'a b', 'Ä-1', 'o.2'])}{ending}"
    file.write_bytes(content)
    return file


def spoilt_place(folder, dice):
    """Sometimes a folder of several such files, else one of them."""
    folder.mkdir()
    if dice.random() < 0.1:
        for number in range(dice.choice([0, 2, 3])):
            (folder / str(number)).mkdir()
            spoilt_file(folder / str(number), dice)
        return folder
    return spoilt_file(folder, dice)


# --- the doctor


def examine_all(project, cases):
    """Be `python -m ml doctor` for one case after the other, until there is no more.

    dbt runs in the same process, which has imported it, and parses each format once.
    """
    os.chdir(project)
    sys.path.insert(0, str(ROOT))
    logging.root.handlers.clear()  # what dbt, imported already, has set up
    from ml.doctor import staging

    calls = {"run": partial(dbt_here, {}), "PIPE": None, "STDOUT": None}
    staging.subprocess = SimpleNamespace(**calls)
    while (case := cases.recv()) is not None:
        cases.send(examined(*case))


def examined(path, words):
    """Run the command on one path, with its words in a file; returns the exit code."""
    from ml.__main__ import main

    logging.root.handlers.clear()
    with words.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        return main(["doctor", str(path)])
    except BaseException:  # whatever it is, it is what the campaign looks for
        traceback.print_exc()
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def dbt_here(manifests, command, env, **_options):
    """Run a dbt command in this process, as `subprocess.run` would in another."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ.update(env)
    settings = command[command.index("--vars") + 1]
    name = json.loads(settings)["source_format"]
    kept = os.dup(1)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        if name not in manifests:
            parse = ["parse", "--vars", settings, "--target-path", env["SCORING_HOME"]]
            manifests[name] = dbtRunner().invoke(parse).result
        done = dbtRunner(manifest=manifests[name]).invoke(command[1:])
        sys.stdout.flush()
        DuckDBConnectionManager.close_all_connections()
        os.dup2(kept, 1)
        said.seek(0)
        words = said.read().decode(errors="replace") + str(done.exception or "")
    return subprocess.CompletedProcess(command, int(not done.success), words)


class Doctor:
    """A process that examines one path after the other."""

    def __init__(self, project):
        self.project = project
        self.start()

    def start(self):
        self.cases, theirs = FORKS.Pipe()
        job = (self.project, theirs)
        self.process = FORKS.Process(target=examine_all, args=job, daemon=True)
        self.process.start()
        theirs.close()

    def examine(self, path, words):
        """Give the exit code; None if it hangs, or the process fell."""
        self.cases.send((path, words))
        try:
            if self.cases.poll(LIMIT_SECONDS):
                return self.cases.recv()
        except EOFError:
            words.write_text(f"Traceback: the process fell\n{words.read_text()}")
            return 70
        finally:
            if not self.process.is_alive():
                self.start()
        self.process.kill()
        self.start()
        return None


def doctor_fuzz(project, runs, seed):
    """Examine spoilt files; count what came of them."""
    tally = Tally("tracebacks", "hangs", "unclear endings")
    folder = Path(tempfile.mkdtemp(dir=project.folder))
    doctor = Doctor(project.folder)
    for number in range(1, runs + 1):
        path = spoilt_place(folder / str(number), dice_of(seed * 1_000_000 + number))
        words = folder / f"{number}.txt"
        code = doctor.examine(path, words)
        if code is None:
            tally.fault("hangs", f"run {number}: {path}")
        else:
            judge(tally, number, code, words.read_text(errors="replace"))
        progress(number, runs)
    doctor.cases.send(None)
    return tally


def judge(tally, number, code, words):
    """A report, or one line that begins with Stop."""
    tally.done["files"] += 1
    stops = [line for line in words.splitlines() if line.startswith("Stop: ")]
    verdicts = ("Ready.", "Ready, with care.", "Not ready.")
    verdict = next((line for line in words.splitlines() if line in verdicts), None)
    tally.check(
        "tracebacks", "Traceback" not in words, f"run {number}: {words[-2000:]}"
    )
    is_clear = (code, len(stops), bool(verdict)) in (
        (0, 0, True),
        (1, 0, True),
        (1, 1, False),
    )
    tally.check("unclear endings", is_clear, f"run {number}: {code} {words[-2000:]}")
    tally.done[verdict or "stopped with a sentence"] += 1


def main():
    """Spoil so many files; returns the exit code."""
    parser = argparse.ArgumentParser("python -m tests.campaigns.doctor_fuzz")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = workshop.new_project(Path(folder))
        tally = doctor_fuzz(project, options.runs, options.seed)
    say(f"doctor_fuzz: {tally}")
    return int(not tally.is_clean)


if __name__ == "__main__":
    sys.exit(main())
