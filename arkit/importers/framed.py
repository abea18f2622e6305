"""Lists that a system printed into a text file: columns of fixed width between bars, under a ruled line."""

import re
from itertools import pairwise

RULE = re.compile(r"[-=+|\s]{5,}")


def is_framed(top: str) -> bool:
    """Whether the beginning of a text shows such a list."""
    return bool(_head(_lines(top)))


def cut(text: str) -> list[list[str]]:
    """The rows of a framed list, one for each line of the file, cut where the bars of its header stand.

    A bar inside a text does not cut it, and a line break inside a text does not end its row: the line that continues it
    stays blank, so that rows keep their number.
    """
    lines = _lines(text)
    bars = [at for at, character in enumerate(_head(lines).rstrip()) if character == "|"]
    return [_cells(line, bars) for line in _whole(lines, bars[-1])]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _head(lines: list[str]) -> str:
    """The header: the first line between bars that stands under a ruled one; empty where there is none."""
    under = (line for above, line in pairwise(lines) if _rules(above) and line.startswith("|") and line.count("|") > 2)
    return next(under, "")


def _rules(line: str) -> bool:
    return bool(RULE.fullmatch(line)) and ("--" in line or "==" in line)


def _whole(lines: list[str], width: int) -> list[str]:
    """Lines with what continues them put behind them; the lines that continue are blank."""
    whole: list[str] = []
    short = -1
    for line in lines:
        if short >= 0 and not line.startswith("|") and not _rules(line):
            whole[short] += " " + line
            whole.append("")
            short = short if len(whole[short].rstrip("\n")) <= width else -1
            continue
        short = len(whole) if line.startswith("|") and len(line) <= width else -1
        whole.append("" if _rules(line) else line)
    return whole


def _cells(line: str, bars: list[int]) -> list[str]:
    """A line cut at the bars of the header; one that is not framed is a title and stands in the first cell."""
    if not line.startswith("|"):
        return [line.strip()] + [""] * (len(bars) - 2)
    return [line[left + 1 : right].strip() for left, right in pairwise(bars)]
