"""A letter as plain text."""

from textwrap import TextWrapper

from arkit.letters.markup import Block, Letter, Table

WIDTH = 76
_WRAP = {
    "paragraph": TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False),
    "bullet": TextWrapper(WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False),
    "question": TextWrapper(
        WIDTH - 20, initial_indent="[ ] ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    ),
}
#: Where the line to write on begins.
ANSWER = 58


def as_text(letter: Letter) -> str:
    """The letter without its subject, lines wrapped, lists with columns."""
    parts = [part for block in letter.blocks for part in _block(block, letter)]
    return "\n\n".join(parts) + "\n"


def as_sheet(letter: Letter) -> bytes:
    """The letter as a text file, its subject on top."""
    return f"{letter.subject.upper()}\n\n{as_text(letter)}".encode()


def _block(block: Block, letter: Letter) -> list[str]:
    if block.kind == "list":
        return [text for table in letter.tables[block.name] for text in _list(table)]
    lines = ["".join(run.words for run in line) for line in block.lines]
    if block.kind == "heading":
        return [line.upper() for line in lines]
    if block.kind == "verse":
        return ["\n".join(lines)]
    wrapped = [_WRAP[block.kind].fill(line) for line in lines]
    if block.kind == "question":
        wrapped = [_with_room(text) for text in wrapped]
    return ["\n".join(wrapped)]


def _with_room(question: str) -> str:
    """A question with room for the answer after its last line."""
    *before, last = question.split("\n")
    return "\n".join([*before, f"{last.ljust(ANSWER)}  {'_' * 18}"])


def _list(table: Table) -> list[str]:
    """A list as lines, its figures to the right."""
    rows = [table.headings, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: tuple[str, ...]) -> str:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, table.figures, strict=True)
        )
        return "  ".join(cells).rstrip()

    rule = "-" * len("  ".join(" " * width for width in widths))
    body = [
        text for row, look in zip(table.rows, table.looks, strict=True) for text in ([rule] * (look == "total") + [line(row)])
    ]
    return ["\n".join([*([table.caption, ""] if table.caption else []), line(table.headings), rule, *body])]
