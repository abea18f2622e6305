"""A letter as HTML, for the part of a mail that most people see."""

import html

from arkit.letters.markup import Block, Letter, Run, Table

STYLE = """
body { margin: 24px; max-width: 720px; font: 15px/1.5 "Segoe UI", Helvetica, Arial, sans-serif; color: #222; }
h2 { margin: 24px 0 8px; font-size: 16px; }
table { border-collapse: collapse; width: 100%; margin: 20px 0; font-size: 14px; }
caption { text-align: left; font-weight: 600; padding: 0 0 6px; }
th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
th { font-weight: 600; color: #555; border-bottom: 2px solid #999; }
td:first-child { overflow-wrap: anywhere; }
th.figure, td.figure { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
tr.credit td { color: #1b6e3c; }
tr.total td { font-weight: 700; border-bottom: 0; border-top: 2px solid #999; }
"""
_TAGS = {"paragraph": "p", "heading": "h2", "bullet": "li", "question": "li"}


def as_page(letter: Letter) -> str:
    """The letter as a page of its own that needs nothing from elsewhere; whatever is in it, is escaped."""
    body = "\n".join(_block(block, letter) for block in letter.blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{letter.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(letter.subject)}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _block(block: Block, letter: Letter) -> str:
    if block.kind == "list":
        return "\n".join(_list(table) for table in letter.tables[block.name])
    lines = [_runs(line) for line in block.lines]
    if block.kind == "verse":
        return f"<p>{'<br>'.join(lines)}</p>"
    tag = _TAGS[block.kind]
    each = "\n".join(f"<{tag}>{line}</{tag}>" for line in lines)
    return f"<ul>\n{each}\n</ul>" if tag == "li" else each


def _runs(line: tuple[Run, ...]) -> str:
    return "".join(f"<b>{html.escape(run.words)}</b>" if run.bold else html.escape(run.words) for run in line)


def _list(table: Table) -> str:
    heads = "".join(
        f'<th scope="col"{_class(right)}>{html.escape(name)}</th>'
        for name, right in zip(table.headings, table.figures, strict=True)
    )
    rows = "\n".join(f'<tr class="{look}">{_cells(table, place)}</tr>' for place, look in enumerate(table.looks))
    caption = f"<caption>{html.escape(table.caption)}</caption>\n" if table.caption else ""
    return f"<table>\n{caption}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _cells(table: Table, place: int) -> str:
    """One row's cells; the first may run on over empty ones."""
    spans = table.spans(place)
    first = spans[0]
    kept = [table.rows[place][0], *table.rows[place][first:]], [table.figures[0], *table.figures[first:]]
    return "".join(
        f"<td{_class(right)}{_wide(span)}>{html.escape(cell)}</td>" for cell, right, span in zip(*kept, spans, strict=True)
    )


def _class(right: bool) -> str:
    return ' class="figure"' if right else ""


def _wide(span: int) -> str:
    return f' colspan="{span}"' if span > 1 else ""
