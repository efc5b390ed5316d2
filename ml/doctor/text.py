"""The doctor's report as text for a person, and as JSON for a program."""

import json
import re
import shlex
import textwrap
from dataclasses import asdict
from typing import Any

import yaml

from ml.doctor.examination import Report
from ml.words import counted

MAKE_KNOWS = {"source_format", "source_path"}
MOST_REASONS = 8
WIDTH, MOST_UNUSED, LONGEST_NAME = 88, 40, 60
NO_BREAK = "\0"  # for a blank in a name, where no line may end
UNITS = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")]


def report_text(report: Report) -> str:
    """Say all of it, the verdict first."""
    parts = [
        _heading(report) + _unused(report),
        _listed("Before it can be built:", report.obstacles),
        _listed("You must decide:", report.proposal.questions),
        _figures(report),
        _trust(report),
        _listed("Look at:", [*report.cautions, *report.proposal.notes]),
        _next(report),
    ]
    return "\n\n".join(part for part in parts if part)


def report_json(report: Report) -> str:
    """Write all of it as one object."""
    figures = asdict(report.figures)
    days = {name: str(figures[name]) for name in ("first_day", "last_day")}
    content: dict[str, Any] = {
        "path": report.delivery.path,
        "is_ready": report.is_ready,
        "kind": report.delivery.kind,
        "files": len(report.delivery.files),
        "bytes": report.delivery.size,
        "encoding": report.delivery.encoding,
        "understood": report.proposal.understood,
        "settings": report.proposal.settings,
        "vars": vars_line(report),
        "make": make_line(report),
        "obstacles": report.obstacles,
        "questions": report.proposal.questions,
        "not_used": report.proposal.unused,
        "notes": [*report.cautions, *report.proposal.notes],
        "trust": {each.output: {"level": each.level, "reasons": each.reasons}
                  for each in report.trust},
        "figures": figures | (days if report.figures.accepted else {}),
    }  # fmt: skip
    return json.dumps(content, indent=2, ensure_ascii=False)


def vars_line(report: Report) -> str:
    """Write the settings as an argument of --vars, quoted for a shell."""
    return shlex.quote(_flow(report.proposal.settings))


def make_line(report: Report) -> str:
    """Write the command that builds with these settings."""
    settings = report.proposal.settings
    line = (
        f"make build SOURCE={shlex.quote(settings['source_format'])} "
        f"DATA={shlex.quote(settings['source_path'])}"
    )
    others = {k: v for k, v in settings.items() if k not in MAKE_KNOWS}
    if not others:
        return line
    text = _flow(others)[1:-1].replace("$", "$$")
    return f"{line} SETTINGS={shlex.quote(text)}"


def _flow(settings: dict[str, Any]) -> str:
    """Write settings as YAML in one line, in which no single quote stands."""
    return "{" + ", ".join(f"{k}: {_value(v)}" for k, v in settings.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return _flow(value)
    is_plain = isinstance(value, str) and re.fullmatch(r"[\w/.][\w/. -]*\w", value)
    if is_plain and yaml.safe_load(f"[{value}]") == [value]:
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("'", "\\u0027")


def _heading(report: Report) -> str:
    levels = {each.level for each in report.trust}
    verdict = "Not ready."
    if report.is_ready:
        verdict = "Ready." if levels == {"yes"} else "Ready, with care."
    delivery = report.delivery
    count = len(delivery.files)
    facts = [
        f"{count:,} files" if count > 1 else "one file",
        _kind(report),
        _size(delivery.size),
        *([delivery.encoding] if delivery.kind == "csv" else []),
    ]
    understood = "; ".join(report.proposal.understood)
    return f"{verdict}\n{delivery.path}: {', '.join(facts)}; {understood}."


def _unused(report: Report) -> str:
    """Name the columns that play no role; of a very wide table the first."""
    names = [repr(name[:LONGEST_NAME]) for name in report.proposal.unused]
    if not names:
        return ""
    rest = len(names) - MOST_UNUSED
    more = [f"and {rest:,} more"] if rest > 0 else []
    words = ", ".join(name.replace(" ", NO_BREAK) for name in names[:MOST_UNUSED])
    wrap = textwrap.TextWrapper(
        WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    filled = wrap.fill(" ".join(["not used:", words, *more]))
    return "\n" + filled.replace(NO_BREAK, " ")


def _kind(report: Report) -> str:
    is_text = all(name.lower().endswith(".txt") for name in report.delivery.files)
    names = {"csv": "text" if is_text else "CSV", "parquet": "Parquet", "json": "JSON"}
    return names.get(report.delivery.kind, "DuckDB")


def _size(count: int) -> str:
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"


def _listed(title: str, items: list[str]) -> str:
    return "\n".join([title, *(f"  - {item}" for item in items)]) if items else ""


def _figures(report: Report) -> str:
    found = report.figures
    rows = [("lines read", f"{found.lines:,}", "")]
    aside = found.lines - found.accepted
    rows.append(("set aside", f"{aside:,}", _share(aside, found.lines)))
    reasons = list(found.set_aside.items())
    rows += [(f"  {why}", f"{n:,}", _share(n, found.lines))
             for why, n in reasons[:MOST_REASONS]]  # fmt: skip
    if rest := sum(count for _, count in reasons[MOST_REASONS:]):
        rows.append(("  other reasons", f"{rest:,}", _share(rest, found.lines)))
    if found.accepted:
        rows += _figures_of_accepted(report)
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(
        f"{n:{width}}  {value:>14}  {more}".rstrip() for n, value, more in rows
    )


def _figures_of_accepted(report: Report) -> list[tuple[str, str, str]]:
    found = report.figures
    about = "" if found.duplicates_are_exact else "estimated from a part of the lines"
    currencies = ", ".join(
        f"{name} ({_share(count, found.accepted)})"
        if len(found.currencies) > 1
        else name
        for name, count in found.currencies.items()
    )
    return [
        ("guests (no customer)", f"{found.guests:,}", "lines, set aside"),
        ("customers", f"{found.customers:,}", f"{found.buyers:,} of them bought"),
        ("orders", f"{found.orders:,}", ""),
        ("bought on a second day", f"{found.repeat_buyers:,}",
         _share(found.repeat_buyers, found.buyers)),
        ("ordered once", f"{found.one_time_buyers:,}",
         _share(found.one_time_buyers, found.buyers)),
        ("days", f"{found.days:,}", f"{found.first_day} to {found.last_day}"),
        ("days with orders", f"{found.days_with_orders:,}",
         f"longest gap {counted(found.longest_gap_days, 'day')}"),
        ("net amount", f"{found.net_amount:,.2f}", currencies),
        ("return lines", f"{found.returns:,}",
         f"{found.return_share:.1%} of what was sold"),
        ("exact copies", f"{found.duplicates:,}", about),
        ("outliers", f"{found.outliers:,}",
         f"lines above 100 times the median ({found.median_line:,.2f}); "
         f"largest {found.largest_line:,.2f}"),
        ("best 1% of customers", f"{found.top_share:.1%}", "of all money"),
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _trust(report: Report) -> str:
    lines = ["Can it be trusted?"]
    for each in report.trust:
        first, *others = each.reasons or [""]
        lines.append(f"  {each.output:10} {each.level:10} {first}".rstrip())
        lines += [f"  {'':10} {'':10} {other}" for other in others]
    return "\n".join(lines)


def _next(report: Report) -> str:
    title = "Build it:" if report.is_ready else "When that is settled:"
    return f"{title}\n  {make_line(report)}\nAs settings:\n  --vars {vars_line(report)}"
