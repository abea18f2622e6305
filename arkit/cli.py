"""The command line: arguments and messages only."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from arkit.backtest import must_be_new, replay, report, write_backtest
from arkit.book import Added, Book, read_draft
from arkit.changes import read_list
from arkit.errors import ArkitError, BookRefused, OutputRefused, counted, some
from arkit.importers import check, load, write_aliases, write_mapping
from arkit.ladder import IDLE
from arkit.ledger import Ledger, parse_day
from arkit.money import NO_CURRENCY, text
from arkit.policy import DEFAULT, DEFAULTS_FILE, Policy
from arkit.privacy import read_key
from arkit.sample import write_sample
from arkit.what_if import compare, read_variants
from arkit.what_if import words as in_words

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 3
#: What --complete says; left out, the book finds out.
COMPLETE = {"yes": True, "no": False, None: None}
#: Amounts of a currency in run.json that are told.
AMOUNTS = ("open_total", "past_due", "credit", "control_total", "difference")
#: What a month leaves in its folder.
MADE = ("actions.xlsx", "letters", "month.ipynb", "report.html", "run.json", "tables")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 a defect, 2 wrong usage, 3 the input was refused and nothing is written."""
    said = build_parser().parse_args(arguments)
    try:
        return said.run(said)
    except ArkitError as refusal:
        print(f"{type(refusal).__name__}: {refusal}", file=sys.stderr)
        return USAGE if type(refusal) is ArkitError else REFUSED
    except BrokenPipeError:  # whoever reads along has seen enough
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        print("stopped; nothing is written.", file=sys.stderr)
        return FAILED


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(
        prog="arkit", description="Accounts receivable: who owes what, how they pay, whom to contact next."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    month = commands.add_parser("month", help="the main job: reads exports, leaves workbook, report, letters and tables")
    _takes_exports(month)
    month.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="a new folder for everything that is made")
    month.add_argument("--policy", type=Path, metavar="FILE", help="a policy.toml of your own")
    month.add_argument(
        "--control-total", metavar="AMOUNT", help="the receivables account's balance: 12345.67, or EUR=12345.67,USD=10"
    )
    month.add_argument(
        "--last",
        type=Path,
        metavar="FOLDER",
        help="the month before, to say what changed; else that of the book, or made anew from these books",
    )
    month.add_argument("--book", type=Path, metavar="FOLDER", help="the book that keeps all months: this one builds on it")
    _takes_complete(month)
    month.add_argument("--replace", action="store_true", help="replace a month already in that folder, workbook and all")
    month.add_argument(
        "--redact",
        type=Path,
        metavar="KEYFILE",
        help="a copy to show to others: pseudonyms by the key in that file, which is made if it is not there; no letters",
    )
    month.set_defaults(run=_month)

    understand = commands.add_parser("check", help="how each file was understood, and nothing else")
    _takes_exports(understand)
    understand.add_argument("--json", action="store_true", help="print one JSON object")
    understand.add_argument(
        "--save-mapping", type=Path, metavar="FILE", help="write which column is which as a TOML file for --mapping"
    )
    understand.add_argument(
        "--suggest-aliases", type=Path, metavar="FILE", help="write customers that look the same as a CSV file to go through"
    )
    understand.set_defaults(run=_check)

    judge = commands.add_parser("evaluate", help="how good payment forecasts would have been on your own past")
    _takes_exports(judge)
    judge.add_argument("--until", metavar="DAY", help="the last day that is looked at; the last day of the books if left out")
    judge.add_argument("--origins", type=_count, default=3, metavar="N", help="how many past days are forecast from")
    judge.add_argument("--policy", type=Path, metavar="FILE", help="a policy.toml of your own")
    judge.add_argument("--json", action="store_true", help="print one JSON object")
    judge.set_defaults(run=_evaluate)

    past = commands.add_parser("backtest", help="your policy tried on past month-ends, with only what was known then")
    _takes_exports(past)
    past.add_argument("--until", metavar="DAY", help="the last day that is looked at; the last day of the books if left out")
    past.add_argument("--months", type=_at_least_one, metavar="N", help="how many month-ends; the policy's number if left out")
    past.add_argument("--policy", type=Path, metavar="FILE", help="a policy.toml of your own")
    past.add_argument(
        "--origins", type=_count, default=1, metavar="N", help="from how many past days chances are tried; 0 leaves it out"
    )
    past.add_argument("--json", action="store_true", help="print one JSON object")
    past.add_argument("--out", type=Path, metavar="FOLDER", help="a new folder for the report and its tables")
    past.set_defaults(run=_backtest)

    ways = commands.add_parser("what-if", help="another policy beside yours on one day: who moves, hours, money left alone")
    _takes_exports(ways)
    ways.add_argument(
        "--set",
        action="append",
        default=[],
        required=True,
        metavar="KEY=VALUE",
        dest="sets",
        help="a key of the policy to change, contact.grace_days=10; several values, 0,5,10, make several policies",
    )
    ways.add_argument("--policy", type=Path, metavar="FILE", help="a policy.toml of your own")
    ways.add_argument("--json", action="store_true", help="print one JSON object")
    ways.set_defaults(run=_what_if)

    _book_commands(commands)

    _workspace_commands(commands)
    return parser


def _workspace_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """What makes folders to work in."""
    sample = commands.add_parser("sample", help="write a made-up company's exports, of any size")
    sample.add_argument("folder", type=Path, metavar="FOLDER")
    sample.add_argument("--customers", type=int, default=60, metavar="N")
    sample.add_argument("--months", type=int, default=30, metavar="N")
    sample.add_argument("--seed", type=int, default=7, metavar="N")
    sample.add_argument("--until", default="2026-10-31", metavar="DAY", help="the last day of its books")
    sample.set_defaults(run=_sample)

    own = commands.add_parser("templates", help="copies of the letters' templates, to be edited")
    own.add_argument("folder", type=Path, metavar="FOLDER")
    own.set_defaults(run=_templates)

    new = commands.add_parser("new", help="a workspace: notebooks, policy, folders for exports and reports")
    new.add_argument("folder", type=Path, metavar="FOLDER")
    new.set_defaults(run=_new)


def _book_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """What is done with the book."""
    record = commands.add_parser("record", help="take down what collectors entered in the lists they were given")
    record.add_argument("workbooks", nargs="+", type=Path, metavar="WORKBOOK", help="lists that came back, filled in")
    record.add_argument("--book", required=True, type=Path, metavar="FOLDER", help="the book that keeps all months")
    record.add_argument("--done-on", metavar="DAY", help="the day of rows that say what came of it and not when")
    record.add_argument("--prefer", metavar="FILE", help="the file that is right where two contradict each other")
    record.set_defaults(run=_record)

    book = commands.add_parser("book", help="what the book holds; check it, export it, copy it")
    book.add_argument("folder", type=Path, metavar="FOLDER")
    book.add_argument("--check", action="store_true", help="whether everything is as it was written")
    book.add_argument("--export", type=Path, metavar="FOLDER", help="everything as CSV files, in a new folder")
    book.add_argument("--back-up", type=Path, metavar="FILE", help="the whole book in one zip file")
    book.add_argument("--json", action="store_true", help="print one JSON object")
    book.set_defaults(run=_book)


def _takes_complete(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--complete",
        choices=[said for said in COMPLETE if said],
        help="with --book: whether the exports list everything of their days, so that what they lack was deleted; "
        "left out, they do if they list nine tenths of what is known of them",
    )


def _takes_exports(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "exports", nargs="+", type=Path, metavar="EXPORTS", help="files or folders exported from the accounting system"
    )
    command.add_argument(
        "--as-of", metavar="DAY", help="the day to look from, 2026-10-31; may be left out where an export prints it"
    )
    command.add_argument("--date-order", choices=["dmy", "mdy"], help="for dates like 01/02/2026 that the file cannot prove")
    command.add_argument("--decimal", choices=[".", ","], help="for amounts like 1,234 that the file cannot prove")
    command.add_argument("--currency", metavar="CODE", help="for exports that state no currency")
    command.add_argument("--mapping", type=Path, metavar="FILE", help="a TOML file that names columns; see docs/exports.md")
    command.add_argument(
        "--unapplied",
        choices=["certain", "oldest", "credit"],
        help="payments that name no invoice: post what is certain (the default), the rest on the oldest, or none",
    )
    command.add_argument(
        "--max-rejects", type=_count, default=0, metavar="N", help="unreadable rows that may be left out of a file"
    )


def _count(text: str) -> int:
    """A number of rows, not negative."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of rows")
    return int(text)


def _at_least_one(text: str) -> int:
    """A number of months."""
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of months, 1 or more")
    return int(text)


def _options(said: argparse.Namespace) -> dict[str, Any]:
    """What was declared about the files, without what was left at its default."""
    options = {
        name: getattr(said, name) for name in ("date_order", "decimal", "currency", "mapping", "unapplied", "max_rejects")
    }
    options["mapping"] = str(said.mapping.resolve()) if said.mapping else None
    return {name: value for name, value in options.items() if value}


def _month(said: argparse.Namespace) -> int:
    """Everything is made in a folder beside OUT and moved into place when it is whole."""
    from arkit.report import NotebookFailed, find_notebook, run_notebook, to_html, without_parameters  # noqa: PLC0415 - jupyter opens slowly, only this needs it

    out = said.out.resolve()
    as_of = str(parse_day(said.as_of).date()) if said.as_of else _printed_day(said)
    if said.policy:
        Policy.read(said.policy)
    if said.last:
        read_list(said.last)
    book = Book.open(said.book) if said.book else None
    _must_be_free(out, replace=said.replace)
    if said.redact:
        read_key(said.redact)
    beside = next(folder for folder in out.parents if folder.exists())
    making = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=beside))
    try:
        parameters = {
            "EXPORTS": [str(path.resolve()) for path in said.exports],
            "AS_OF": as_of,
            "OPTIONS": _options(said),
            "POLICY": str(said.policy.resolve()) if said.policy else None,
            "CONTROL_TOTAL": said.control_total,
            "LAST": str(said.last.resolve()) if said.last else None,
            "BOOK": str(said.book.resolve()) if said.book else None,
            "COMPLETE": COMPLETE[said.complete],
            "DRAFT": str(making / "draft") if said.book and not said.redact else None,
            "REDACT": str(said.redact.resolve()) if said.redact else None,
            "OUT": str(making / "month"),
        }
        node = run_notebook(find_notebook("month"), parameters, folder=making, on_cell=_progress)
        _progress(0, 0, "")
        if said.redact:
            without_parameters(node, f"a redacted copy of the month as of {as_of}")
        made = making / "month"
        written = json.dumps(node, indent=1, ensure_ascii=False)
        making_of, kept = (json.dumps(str(path))[1:-1] for path in (made, out))
        (made / "month.ipynb").write_text(written.replace(making_of, kept) + "\n", "utf-8")
        (made / "report.html").write_text(to_html(node, title=f"The month as of {as_of}"), "utf-8")
        lines = _kept(book, making / "draft", as_of, said) if book and not said.redact else []
        if out.exists():
            shutil.rmtree(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        made.rename(out)
    except NotebookFailed as failure:
        print(f"A defect, in arkit or in its notebook; nothing is written.\n{failure}", file=sys.stderr)
        return FAILED
    finally:
        shutil.rmtree(making, ignore_errors=True)
    print("\n".join([_told(out), *lines]))
    return DONE


def _kept(book: Book, draft: Path, as_of: str, said: argparse.Namespace) -> list[str]:
    """What the book took of the month, in lines; the last step before the month is put into its place."""
    ledger, actions, offered = read_draft(draft)
    unread = book.unread(as_of)
    complete = COMPLETE[said.complete]
    added = book.keep_month(ledger, actions, as_of=as_of, offered=offered, complete=complete, replace=said.replace)
    return [f"Kept in the book, {book.folder}:", *_of_import(added), *([f"  look at: {unread}"] if unread else [])]


def _of_import(added: Added) -> list[str]:
    return [f"  {line}" for line in added.sentences()]


def _record(said: argparse.Namespace) -> int:
    from arkit.workbook import read_workbook  # noqa: PLC0415 - opens slowly, only this needs it

    book = Book.open(said.book)
    done_on = str(parse_day(said.done_on).date()) if said.done_on else None
    entered = read_workbook(*said.workbooks, done_on=done_on, apart=True)
    found = book.record(entered.notes, prefer=said.prefer, empty=entered.empty)
    print("\n".join(_of_record(found, len(said.workbooks), entered.problems.to_dict("records"))))
    return DONE


def _of_record(found: pd.DataFrame, workbooks: int, problems: Sequence[Any]) -> list[str]:
    """What was recorded, and what is left for a person, in lines."""
    kept = found[found["status"].eq("kept")].drop_duplicates(["row_id", "source"])
    found = found[found["status"].ne("kept")]
    counts = found["status"].value_counts()
    words = [f"{n:,} {status}" for status, n in counts.items()]
    lines = [f"{counted(workbooks, 'workbook')}, {counted(len(found), 'note')}: {', '.join(words) or 'nothing entered'}"]
    for note in found[found["status"].isin(["corrected", "withdrawn"]) | found["why"].str.startswith("no ")].to_dict("records"):
        why = f", {note['why']}" if note["why"] else ""
        lines.append(f"  {note['status']}: {note['kind']} of {note['customer_id']} ({note['source']}){why}")
    if len(kept):
        rows = some(kept["row_id"].tolist())
        lines.append(f"  empty now, and what is recorded of it stays: {rows}; {kept['fix'].iloc[0]}")
    contradicting = found[found["status"].eq("conflict")].drop_duplicates("row_id").to_dict("records")
    if contradicting or problems:
        lines.append("Left for a person:")
    for note in contradicting:
        lines += [f"  {note['source']}: row {note['row_id']} {note['why']}", f"    fix: {note['fix']}"]
    for problem in problems:
        place = " ".join(filter(None, (problem["file"], problem["sheet"], problem["cell"])))
        lines += [f"  {place}: {problem['problem']}", *([f"    got: {problem['got']}"] if problem["got"] else [])]
        lines.append(f"    fix: {problem['fix']}")
    return lines


def _book(said: argparse.Namespace) -> int:
    book = Book.open(said.folder)
    if not book.exists:
        raise BookRefused(
            f"there is no book in '{said.folder}'.",
            expected="the folder that was named with --book",
            got="no book.sqlite",
            fix="name that folder, or make a month with --book FOLDER first",
        )
    if said.check:
        found = book.check()
        print("\n".join(found) if found else "everything is as it was written")
        return REFUSED if found else DONE
    if said.export:
        print("\n".join(map(str, book.export(said.export))))
    if said.back_up:
        print(f"written: {book.back_up(said.back_up)}")
    if not said.export and not said.back_up:
        print(json.dumps(book.summary(), indent=2) if said.json else "\n".join(_of_book(book)))
    return DONE


def _of_book(book: Book) -> list[str]:
    """What a book holds, in lines."""
    found: Any = book.summary()
    lines = [
        f"{book.folder}: {counted(found['imports'], 'import')} of {counted(found['files'], 'file')}, {found['bytes']:,} bytes"
    ]
    if found["first_day"]:
        lines.append(f"  {found['first_day']} to {found['last_day']}, last looked at from {found['as_of']}")
    lines += [
        f"  {counted(found['customers'], 'customer')}, {counted(found['postings'], 'posting')}, "
        f"{counted(found['open_items'], 'open item')}; {found['superseded']:,} superseded rows are kept",
        f"  {counted(found['notes_of_exports'], 'note')} of exports, {found['notes_recorded']:,} recorded, "
        f"{counted(found['plans_agreed'], 'plan')} agreed",
    ]
    for row in book.lists().to_dict("records"):
        state = "replaced" if row["replaced"] else f"{row['answered']:,} answered" if row["read_back"] else "not read back"
        lines.append(f"  list of {row['as_of']:%Y-%m-%d}: {counted(row['contacts'], 'contact')}, {state}")
    for file in book.files().to_dict("records"):
        lines.append(f"  import {file['import']}, as of {file['as_of']}: {file['file']}, {counted(file['rows'], 'row')}")
    return lines


def _printed_day(said: argparse.Namespace) -> str:
    """The one day that the exports print, where none was said."""
    files: Any = check(said.exports, **_options(said))["files"]
    days = sorted({str(file["as_of"]) for file in files if file.get("as_of")})
    if len(days) == 1:
        return days[0]
    raise ArkitError(
        "it is not said which day to look from.",
        expected="--as-of DAY, or exports that print one day",
        got=", ".join(days) or "exports that print none",
        fix="say --as-of 2026-10-31, for example",
    )


def _must_be_free(out: Path, *, replace: bool) -> None:
    """Refuse to write over anything but a month, and over that only when told to and nothing else is in the folder."""
    file = next((path for path in (out, *out.parents) if path.is_file()), None)
    inside = {path.name for path in out.iterdir()} if out.is_dir() else set()
    month = {"run.json", "actions.xlsx"} <= inside
    strange = sorted(inside - set(MADE))
    if file is None and (not inside or (month and replace and not strange)):
        return
    got = f"a file, '{file}'" if file else ", ".join(strange[:3]) or "a month made earlier; its workbook may be somebody's work"
    raise OutputRefused(
        f"'{out}' cannot be written.",
        expected="a folder that does not exist yet, or an empty one",
        got=got,
        fix="choose another folder" + (", or say --replace to throw that month away" if month and not strange else ""),
    )


def _progress(number: int, of: int, title: str) -> None:
    """One line on a terminal that says what is being done; nothing where output is not a terminal."""
    if sys.stderr.isatty():
        line = f"[{number}/{of}] {title}" if of else ""
        print(f"\r{line:<78}", end="\n" if number == of and of else "\r", file=sys.stderr, flush=True)


def _told(out: Path) -> str:
    """What was found and where it lies, in a few lines."""
    run = json.loads((out / "run.json").read_text("utf-8"))
    lines = [f"As of {run['as_of']}: {run['open_documents']:,} open document{'s' * (run['open_documents'] != 1)}."]
    for currency, row in run["summary"].items():
        amounts = {name: _said(str(row[name]), currency) for name in AMOUNTS if name in row}
        words = f"  open {amounts['open_total']}, past due {amounts['past_due']} ({row['past_due_share']:.0%}), "
        words += f"credit {amounts['credit']}"
        if "difference" in row:
            words += f"; books say {amounts['control_total']}, difference {amounts['difference']}"
        lines.append(words)
        explained = run["reconciliation"].get(currency)
        lines += [f"    {explained['in_words'][:400]}"] if explained and float(explained["difference"]) else []
    dated_later = {currency: amount for currency, amount in run["dated_later"].items() if float(amount)}
    later = _listed(dated_later)
    lines += [f"  dated later than the day, not counted: {later} (tables/post_dated.csv)"] if later else []
    asked = {action: said["customers"] for action, said in run["actions"].items() if action not in IDLE}
    lines.append("  " + (", ".join(f"{action}: {n}" for action, n in asked.items()) or "nobody to contact"))
    beyond = (parse_day(run["as_of"]) - parse_day(run["books_until"])).days
    late = [f"  the books end on {run['books_until']}, {beyond:,} days before: nothing later is known"] if beyond > 31 else []
    late += (
        [f"  letters show marked gaps for {', '.join(run['letters_gaps'])}: fill in [company] in the policy"]
        if run["letters_gaps"]
        else []
    )
    warned = late + [f"  {file['file']}: {warning}" for file in run["files"] for warning in file["warnings"] if warning]
    if warned:
        lines += ["Look at:", *(line if len(line) <= 300 else f"{line[:297]}..." for line in warned)]
    return "\n".join([*lines, f"Open {out / 'report.html'} and {out / 'actions.xlsx'}"])


def _check(said: argparse.Namespace) -> int:
    as_of = str(parse_day(said.as_of).date()) if said.as_of else None
    found: Any = check(said.exports, as_of=as_of, **_options(said))
    print(json.dumps(found, indent=2, ensure_ascii=False) if said.json else "\n".join(_understood(found)))
    for file, write in ((said.save_mapping, write_mapping), (said.suggest_aliases, write_aliases)):
        if file:
            print(f"written: {write(found, file)}", file=sys.stderr)
    refused = [file for file in found["files"] if file["status"] == "refused" and not file.get("set_aside")]
    return REFUSED if refused or found["message"] else DONE


def _understood(found: Any) -> list[str]:  # noqa: ANN401 - what JSON holds
    """The object of `check` in words."""
    lines: list[str] = []
    for file in found["files"]:
        if file["status"] == "refused":
            lines += [f"{file['name']}: " + ("" if file.get("set_aside") else "refused. ") + file["message"], ""]
            continue
        rows = ", ".join(f"{n:,} {name}" for name, n in file["rows"].items() if n)
        headings = f"headings in row {file['header_row']}" if file["header_row"] else "no headings"
        lines += [f"{file['name']}: {file['export']}, {headings}", f"  rows: {rows}"]
        lines += [f"  {name}: '{field['heading']}' ({', '.join(field['samples'])})" for name, field in file["fields"].items()]
        unused = file["columns"].partition("not used: ")[2]
        lines += [f"  not used: {unused}"] if unused else []
        lines += [f"  dates: {file['date_order']}", f"  amounts: {file['number_style']}"]
        if file["as_of"]:
            lines.append(f"  as of: {file['as_of']}")
        if file["open_total"]:
            lines.append(f"  documents: {file['documents']:,}, open by this file alone: {_listed(file['open_total'])}")
        if file["printed_total"]:
            currency = next(iter(file["open_total"]), NO_CURRENCY)  # a total is compared only where there is one
            total, difference = (_said(file[name], currency) for name in ("printed_total", "difference"))
            lines.append(f"  the file's own total: {total}, difference {difference}")
        lines += [f"  look at: {warning}" for warning in file["warnings"]] + [""]
    same = found["same_customers"]
    if same:
        pairs = [f"{pair['name']} ({pair['customer_id']}) and {pair['same_as_name']} ({pair['same_as']})" for pair in same]
        lines += [f"customers that look the same: {some(pairs)}; say --suggest-aliases FILE to go through them", ""]
    return [*lines, found["message"] or f"all together open: {_listed(found['open_total']) or 'nothing'}"]


def _listed(amounts: dict[str, str]) -> str:
    return ", ".join(_said(amount, currency) for currency, amount in amounts.items())


def _said(amount: str, currency: str) -> str:
    """An amount as JSON holds it, in the words of all that is printed: 1,234.50 EUR."""
    return text(float(amount), currency)


def _evaluate(said: argparse.Namespace) -> int:
    from arkit.forecast import evaluate, words  # noqa: PLC0415 - learning opens slowly, only this needs it

    policy = Policy.read(said.policy) if said.policy else DEFAULT
    until = parse_day(said.until) if said.until else None
    as_of = str(parse_day(said.as_of).date()) if said.as_of else None
    ledger = load(said.exports, as_of=as_of, **_options(said))
    card = evaluate(ledger, until or _last_day(ledger), origins=said.origins, policy=policy)
    print(json.dumps(card.to_dict(), indent=2, default=str) if said.json else words(card))
    return DONE


def _backtest(said: argparse.Namespace) -> int:
    policy = Policy.read(said.policy) if said.policy else DEFAULT
    until = parse_day(said.until) if said.until else None
    as_of = str(parse_day(said.as_of).date()) if said.as_of else None
    if said.out:
        must_be_new(said.out)
    ledger = load(said.exports, as_of=as_of, **_options(said))
    found = replay(ledger, until or _last_day(ledger), months=said.months, policy=policy, origins=said.origins)
    told = report(found)
    print(json.dumps(found.to_dict(), indent=2) if said.json else told)
    if said.out:
        print(f"written: {write_backtest(said.out, found, told)}", file=sys.stderr)
    return DONE


def _what_if(said: argparse.Namespace) -> int:
    policies = read_variants(Policy.read(said.policy) if said.policy else DEFAULT, said.sets)
    as_of = str(parse_day(said.as_of).date()) if said.as_of else _printed_day(said)
    ledger = load(said.exports, as_of=as_of, **_options(said))
    found = compare(ledger.at(as_of), policies, notes=ledger.notes, customers=ledger.customers)
    print(json.dumps(found.to_dict(), indent=2, default=str) if said.json else in_words(found))
    return DONE


def _last_day(ledger: Ledger) -> pd.Timestamp:
    """The last day of the books."""
    if ledger.days:
        return ledger.days[-1]
    raise ArkitError(
        "there is nothing to look back on.", expected="exports with postings", got="none", fix="name the files of more months"
    )


def _sample(said: argparse.Namespace) -> int:
    paths = write_sample(said.folder, customers=said.customers, months=said.months, seed=said.seed, until=said.until)
    print("\n".join(map(str, paths)))
    return DONE


def _must_be_empty(folder: Path) -> None:
    """Refuses to write among what is there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputRefused(f"'{folder}' is not empty.", expected="a new folder", got="files in it", fix="choose another name")


def _new(said: argparse.Namespace) -> int:
    from arkit.report import find_notebook  # noqa: PLC0415 - jupyter opens slowly

    _must_be_empty(said.folder)
    for name in ("exports", "reports", "notebooks"):
        (said.folder / name).mkdir(parents=True)
    shutil.copy(DEFAULTS_FILE, said.folder / "policy.toml")
    for notebook in find_notebook("month").parent.glob("*.ipynb"):
        shutil.copy(notebook, said.folder / "notebooks" / notebook.name)
    exports, reports = said.folder / "exports", said.folder / "reports" / "MONTH"
    print(f"Put your exports into {exports} and run:")
    print(f"  arkit month {exports} --as-of DAY --out {reports} --policy {said.folder / 'policy.toml'}")
    print(f"To change the letters: arkit templates {said.folder / 'letters'}, then edit them (docs/letters.md).")
    return DONE


def _templates(said: argparse.Namespace) -> int:
    from arkit.letters import OURS  # noqa: PLC0415 - Word documents open slowly, only this and the month need them

    _must_be_empty(said.folder)
    shutil.copytree(OURS, said.folder, dirs_exist_ok=True)
    print(f"The templates are in {said.folder}. Keep those you change, delete the others, and say in the policy:")
    print(f'  [letters]\n  templates = "{said.folder.as_posix()}"')
    return DONE


if __name__ == "__main__":
    sys.exit(main())
