"""Exports of every system, mutilated at random: they end in a ledger or in a refusal, soon and in little memory."""

import io
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CASES = Path(__file__).parent / "exports"
PIECES = (
    b",", b";", b"\t", b"|", b"\n", b"\r", b'"', b"'", b"\x00", b"\x80", b"\xa0", b"\xff\xfe", b"\xef\xbb\xbf", b"-", b"(5)",
    b"31/02/2025", b"1,234", b"12,50", b"1E+18", b"Total", b"Total for Acme", b"Date", b"Customer", b"Amount", b"EUR", b"Draft",
    b"2026-01-31", b"=HYPERLINK(1)", b"99999999999999999999", b"-0", b"S", b"H", b"Dr", b"\xe2\x82\xac", b"<table>",
    b"PK\x03\x04",
)  # fmt: skip
SECONDS, BYTES = 10, 1 << 30


def sources():
    """The files of all cases, workbooks built."""
    from test_exports import stored, workbook  # noqa: PLC0415, F401 - beside this file

    for path in sorted(CASES.glob("*/*/*")):
        if path.name.endswith(".xlsx.csv"):
            book = io.BytesIO()
            workbook(path).save(book)
            yield path.name.removesuffix(".csv"), book.getvalue()
        elif path.name not in {"case.toml", "golden.txt"}:
            yield path.name, path.read_bytes()


def mutilated(content, draw):
    """The bytes with a few places cut, repeated or replaced; of a workbook one of the parts inside."""
    if content.startswith(b"PK") and draw.random() < 0.7:
        packed, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
        chosen = draw.choice([name for name in packed.namelist() if "sheet" in name or "shared" in name])
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in packed.namelist():
                part = packed.read(name)
                new.writestr(name, mutilated(part, draw) if name == chosen else part)
        return out.getvalue()
    for _ in range(draw.choice([1, 1, 1, 2, 6])):
        at, cut = draw.randrange(len(content) + 1), draw.choice([0, 0, 1, 5, 40, 400])
        again = content[at : at + draw.choice([0, 30, 300])] * draw.choice([0, 1, 3])
        content = content[:at] + draw.choice([b"", again, *PIECES]) + content[at + cut :]
    return content


def main(seed, rounds):
    """Try them all, and print what it cost."""
    from arkit.errors import ArkitError  # noqa: PLC0415 - in a process of its own
    from arkit.importers import check, load  # noqa: PLC0415

    def too_long(*_):
        raise TimeoutError(f"more than {SECONDS} s of processor")

    # seconds of work, which neighbours on the machine do not add to
    signal.signal(signal.SIGPROF, too_long)
    draw, tried, read, refused = random.Random(seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, content in sources():
            for _ in range(rounds):
                file = Path(folder) / name
                file.write_bytes(mutilated(content, draw))
                options = {"as_of": "2026-10-31", "date_order": draw.choice([None, "dmy"]), "max_rejects": draw.choice([0, 99])}
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                try:
                    json.dumps(check(file, **options))
                    ledger = load(file, **options)
                    read += len(ledger.at(ledger.days[-1])) if ledger.days else 0
                except ArkitError as refusal:
                    refused += len(str(refusal).split("\n  ")) >= 4  # what, expected, got, fix
                except BaseException:
                    kept = Path(tempfile.gettempdir()) / f"mutilated-{seed}-{name}"
                    kept.write_bytes(file.read_bytes())
                    sys.stderr.write(f"{name}, kept as {kept}\n")
                    raise
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
                tried += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps({"tried": tried, "documents": read, "refused": refused, "memory": memory}))


def test_mutilated_exports_of_every_system_end_in_a_ledger_or_a_refusal():
    done = subprocess.run(
        [sys.executable, __file__, "7", "1"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["documents"] > 100
    assert 20 < found["refused"] < found["tried"]
    assert found["memory"] < BYTES


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
