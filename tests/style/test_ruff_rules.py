"""Does every family of Python rules bite, and does mypy?

Each snippet breaks one rule and no other, so a family that is taken out of
``pyproject.toml``, or a limit that is moved, turns one of these tests red.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
BIN = Path(sys.executable).parent

GOOD = '''\
"""Days between orders."""

import numpy as np

DAYS_PER_YEAR = 365


def mean_gap(gaps_days: list[float]) -> float:
    """Return the mean gap between orders.

    Parameters
    ----------
    gaps_days
        Gaps between the orders of one customer, in days, shape (orders - 1,).

    Returns
    -------
    float
        The mean gap, in days.

    """
    if len(gaps_days) == 0:
        message = "no gaps: give a customer with two orders or more"
        raise ValueError(message)
    return float(np.mean(gaps_days))
'''

DOC = '"""A module."""\n'
DEF = f'{DOC}\n\ndef f(one: int, two: int) -> None:\n    """Do."""\n'


def lines_of(count):
    """Return a line of so many characters."""
    return f'{DOC}\nTEXT = "{"x" * (count - 9)}"\n'


def branches(count):
    """Return a function with so many branches, which is one less than its paths."""
    return DEF + "".join(
        f"    if one == {number}:\n        one += {number}\n" for number in range(count)
    )


# The codes that must be found, and the text to find them in.
SNIPPETS = {
    "ANN001": f'{DOC}\n\ndef f(value) -> None:\n    """Do."""\n',
    "ANN201": f'{DOC}\n\ndef f():\n    """Do."""\n',
    "B006": f'{DOC}\n\ndef f(names: list[str] = []) -> None:\n    """Do."""\n',
    "C408": f"{DOC}\nWORDS = dict()\n",
    "C901": branches(6),
    "D100": "ONE = 1\n",
    "D103": f"{DOC}\n\ndef f() -> None:\n    pass\n",
    "D407": f'{DOC}\n\ndef f() -> int:\n    """Return.\n\n    Returns\n'
    '    int\n        A number.\n\n    """\n    return 1\n',
    "DTZ001": f"{DOC}\nfrom datetime import datetime\n\nDAY = datetime(2011, 12, 9)\n",
    "DTZ005": f"{DOC}\nfrom datetime import datetime\n\nNOW = datetime.now()\n",
    "DTZ011": f"{DOC}\nfrom datetime import date\n\nDAY = date.today()\n",
    "E501": lines_of(89),
    "E711": f"{DOC}\nIS_NONE = __name__ == None\n",
    "EM101": f'{DOC}\nraise ValueError("no-champion")\n',
    "EM101 TRY003": f'{DOC}\nraise ValueError("no champion: train one first")\n',
    "EM102 TRY003": f'{DOC}\nraise ValueError(f"no champion in {{__name__}}")\n',
    "F401": f"{DOC}\nimport json\n",
    "F841": f"{DEF}    unused = 1\n",
    "I001": f"{DOC}\nimport json\nimport ast\n\nBOTH = (ast, json)\n",
    "N802": f'{DOC}\n\ndef countOrders() -> None:\n    """Do."""\n',
    "NPY002": f"{DOC}\nimport numpy as np\n\nDICE = np.random.rand(3)\n",
    "PD011": f"{DOC}\nimport pandas as pd\n\nDATA = pd.DataFrame().values\n",
    "PT018": f"{DEF}\n\ndef test_two() -> None:\n"
    '    """Do."""\n    assert f and DEF\n\n\nDEF = 1\n',
    "PTH118": f'{DOC}\nimport os\n\nFILE = os.path.join("data", "orders.csv")\n',
    "RET505": f'{DOC}\n\ndef f(value: int) -> int:\n    """Do."""\n'
    "    if value:\n        return 1\n    else:\n        return 2\n",
    "RUF012": f'{DOC}\n\nclass A:\n    """A class."""\n\n    names = []\n',
    "S301": f'{DOC}\nimport pickle\n\nMODEL = pickle.loads(b"")\n',
    "SIM102": f"{DEF}    if one:\n        if two:\n            f(two, one)\n",
    "T201": f'{DOC}\nprint("done")\n',
    "TRY400": f"{DOC}\nimport logging\n\nLOG = logging.getLogger(__name__)\ntry:\n"
    '    ONE = int("1")\nexcept ValueError:\n    LOG.error("not a number")\n',
    "UP017": f"{DOC}\nfrom datetime import timezone\n\nZONE = timezone.utc\n",
    "W291": f"{DOC}\nNAME = 1 \n",
}
MATHS = f'{DOC}\n\ndef f(X: int) -> int:\n    """Do."""\n    T = X\n    return T\n'

# What mypy must say about a text with one fault in each line but the first.
MYPY = """\
import nowhere_to_be_found
def untyped(value): return value
def bare(values: list) -> int: return nowhere_to_be_found.count(values)
def wrong() -> int: return "one"
def optional(value: int = None) -> int: return value
ONE = 1  # type: ignore[assignment]
TWO = untyped(2)
"""
MYPY_CODES = [
    (2, "no-untyped-def"),
    (3, "type-arg"),
    (3, "no-any-return"),
    (4, "return-value"),
    (5, "assignment"),
    (6, "unused-ignore"),
    (7, "no-untyped-call"),
]


def ruff(source, path, *options):
    """Return the codes that ruff finds in a text that is said to be at ``path``."""
    command = [BIN / "ruff", "check", "--output-format=json", "--no-cache"]
    command += [*options, "--stdin-filename", path, "-"]
    done = subprocess.run(
        command, input=source, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return {finding["code"] for finding in json.loads(done.stdout or "[]")}


def mypy(source, folder):
    """Return (line, code) of all that mypy finds in a text, line by line."""
    path = folder / "snippet.py"
    path.write_text(source)
    command = [BIN / "mypy", "--cache-dir", folder / "cache", "--no-error-summary"]
    command += ["--config-file", ROOT / "pyproject.toml", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = re.findall(r"py:(\d+): error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE)
    return [(int(line), code) for line, code in found]


@pytest.mark.parametrize(
    "source", [GOOD, lines_of(88), branches(5)], ids=["good", "88 columns", "6 paths"]
)
def test_right_python_passes(source):
    assert ruff(source, "ml/gaps.py") == set()


@pytest.mark.parametrize("codes", SNIPPETS)
def test_a_rule_bites_and_no_other(codes):
    assert ruff(SNIPPETS[codes], "ml/gaps.py") == set(codes.split())


@pytest.mark.parametrize("family", TOOL["ruff"]["lint"]["select"])
def test_every_family_of_rules_is_proved(family):
    codes = {code for codes in SNIPPETS for code in codes.split()}
    assert any(re.fullmatch(rf"{family}\d*", code) for code in codes)


@pytest.mark.parametrize(
    ("source", "spared", "not_spared", "codes"),
    [
        (SNIPPETS["ANN001"], "models/predictions/scores.py", "ml/x.py", {"ANN001"}),
        (SNIPPETS["ANN001"], "tests/code/test_x.py", "ml/x.py", {"ANN001"}),
        (SNIPPETS["D103"], "tests/code/test_x.py", "models/marts/x.py", {"D103"}),
        (MATHS, "ml/x.py", "models/marts/x.py", {"N803", "N806"}),
    ],
    ids=["types in models", "types in tests", "docstrings in tests", "X in ml"],
)
def test_a_folder_is_spared_what_it_cannot_keep(source, spared, not_spared, codes):
    assert ruff(source, spared) & codes == set()
    assert ruff(source, not_spared) & codes == codes


def test_what_a_build_makes_is_not_linted():
    assert ruff(SNIPPETS["T201"], "target/x.py", "--force-exclude") == set()
    assert ruff(SNIPPETS["T201"], "ml/x.py", "--force-exclude") == {"T201"}


def test_mypy_is_strict(tmp_path):
    assert mypy(MYPY, tmp_path) == MYPY_CODES
