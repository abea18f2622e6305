"""A letter as blocks: what the lines of a filled template are, with what came from data never taken for a mark."""

import re
from collections.abc import Sequence
from typing import NamedTuple

#: Stand around whatever came from data. They are no printable characters, so no data can hold one.
OPEN, CLOSE = "\ue000", "\ue001"
#: How a line of a template begins, and what it then is.
MARKS = {"# ": "heading", "- ": "bullet", "| ": "verse", "? ": "question"}
LIST = re.compile(r"\[([a-z_]+)\]")
SUBJECT = "Subject:"
_DATA = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


class Run(NamedTuple):
    """Words of one weight."""

    words: str
    bold: bool = False


class Table(NamedTuple):
    """A list in a letter: headings, which of them stand over figures, rows of cells, and the weight of each row."""

    headings: tuple[str, ...]
    figures: tuple[bool, ...]
    rows: Sequence[tuple[str, ...]]
    looks: Sequence[str]
    caption: str = ""

    def spans(self, place: int) -> list[int]:
        """How many columns each cell of a row takes: the words of a total or a credit run on over empty cells after them."""
        row = self.rows[place]
        if self.looks[place] == "plain" or not row[0]:
            return [1] * len(row)
        run = next((number for number, cell in enumerate(row[1:], 1) if cell), len(row))
        return [run, *[1] * (len(row) - run)]


class Block(NamedTuple):
    """A paragraph, heading, bullets, lines as they stand, questions, or a list by its name."""

    kind: str
    lines: tuple[tuple[Run, ...], ...] = ()
    name: str = ""


class Envelope(NamedTuple):
    """What stands above a letter that goes by post, and where its mail goes."""

    sender: str = ""
    to: tuple[str, ...] = ()
    date: str = ""
    email: str = ""


class Letter(NamedTuple):
    """A subject and blocks; ``tables`` by the names of lists; ``language`` as ISO 639-1."""

    subject: str
    blocks: tuple[Block, ...]
    tables: dict[str, list[Table]]
    language: str
    envelope: Envelope = Envelope()


def one_line(value: object) -> str:
    r"""A value as one line of printable characters, so that no name can forge a line, a header or a mark.

    Examples
    --------
    >>> one_line("Miller\r\nBcc: all@example.com")
    'Miller  Bcc: all@example.com'
    >>> one_line("\u202etxt.exe")
    ' txt.exe'
    """
    words = str(value)
    if words.isprintable():
        return words
    return "".join(character if character.isprintable() or character in "\u00a0\u202f" else " " for character in words)


def marked(value: object) -> str:
    """A value between the signs that tell data from wording."""
    return f"{OPEN}{one_line(value)}{CLOSE}"


def wording(filled: str) -> str:
    """What a filled template says without its data.

    Examples
    --------
    >>> wording("Dear " + marked("Court Hotel") + ", hello")
    'Dear …, hello'
    """
    return _DATA.sub("…", filled)


def spaced(filled: str, signs: str) -> str:
    """The wording with spaces before these signs, and after «, that no line is broken at, as French has them.

    Data stays as it is.

    Examples
    --------
    >>> spaced("Total : " + marked("A : B"), ":") == "Total\u00a0: " + marked("A : B")
    True
    """
    if not signs:
        return filled
    parts = re.split(f"({OPEN}[^{CLOSE}]*{CLOSE})", filled)
    before, after = signs.replace("«", ""), "«" if "«" in signs else ""
    tied = re.compile(f" (?=[{re.escape(before)}])" + (f"|(?<={after}) " if after else ""))
    return "".join(part if place % 2 else tied.sub("\u00a0", part) for place, part in enumerate(parts))


def plain(filled: str) -> str:
    """What a filled template says, data and all, as plain words."""
    return filled.replace(OPEN, "").replace(CLOSE, "")


def read(filled: str) -> tuple[str, tuple[Block, ...]]:
    r"""The subject and the blocks of a filled template.

    A blank line ends a block. ``# `` begins a heading, ``- `` a bullet, ``| `` a line that stays a line, ``? `` a question to
    tick off; ``[items]`` alone on a line is a list by its name; ``**words**`` are bold; all else is a paragraph.

    Examples
    --------
    >>> subject, blocks = read("Subject: Hello\n\nDear **you**,\nand all.\n\n[items]\n")
    >>> subject, [(block.kind, block.name) for block in blocks]
    ('Hello', [('paragraph', ''), ('list', 'items')])
    """
    head, _, body = filled.lstrip().partition("\n")
    subject = plain(head.removeprefix(SUBJECT).strip()) if head.startswith(SUBJECT) else ""
    blocks: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", body if subject else filled):
        blocks += _blocks([line.strip() for line in part.split("\n") if line.strip()])
    return subject, tuple(blocks)


def _blocks(lines: list[str]) -> list[Block]:
    """The blocks of lines without a blank one between them."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        name = LIST.fullmatch(line)
        kind = "list" if name else MARKS.get(line[:2], "paragraph" if line not in ("#", "-", "|", "?") else "")
        words = name[1] if name else line[2:] if line[:2] in MARKS else line
        if not kind or (kind == "verse" and not plain(words).strip()):
            continue
        if kind == "paragraph" and found and found[-1][0] in ("paragraph", "bullet", "question"):
            found[-1][1][-1] += " " + words
        elif found and found[-1][0] == kind and kind not in ("list", "heading"):
            found[-1][1].append(words)
        else:
            found.append((kind, [words]))
    return [
        Block(kind, name=words[0]) if kind == "list" else Block(kind, tuple(_runs(line) for line in words))
        for kind, words in found
    ]


def _runs(line: str) -> tuple[Run, ...]:
    """The words of a line by their weight; stars in data are data."""
    runs: list[Run] = []
    bold = False
    for place, part in enumerate(_DATA.split(line)):
        pieces = [part] if place % 2 else part.split("**")
        for number, piece in enumerate(pieces):
            bold ^= number > 0
            if piece and runs and runs[-1].bold == bold:
                runs[-1] = Run(runs[-1].words + piece, bold)
            elif piece:
                runs.append(Run(piece, bold))
    return tuple(runs)
