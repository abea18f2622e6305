"""What a letter may say: no threat, no shame, nothing sterner than its step, no promise nobody may make, no gap left open."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from arkit.errors import ArkitError
from arkit.letters.kinds import KINDS, TONES
from arkit.letters.speech import LANGUAGES, speech

#: Words that stand where something was to be filled in. A list by its name alone on a line, ``[items]``, is none.
GAP = re.compile(
    r"(?!^\[[a-z_]+\]$)\[[^\]\n]*\]|\{[^}\n]*\}|<[^>\n]+>|_{3,}|\b(?:TODO|TBD|XXX+|lorem ipsum)\b|%\(?[sd]\b", re.MULTILINE
)
#: Signs that are not seen, with which a word could be broken up.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
#: Signs of templates: what they compute is not wording, what they quote is.
CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")


class Finding(NamedTuple):
    """Words that a letter must not hold: the line they begin in, the words, and why not."""

    line: int
    phrase: str
    why: str


def check_words(text: str, kind: str, language: str) -> list[Finding]:
    r"""What a letter of a kind must not say, in the order of the text; empty where there is nothing.

    A text is refused what threatens, shames, or promises what nobody may promise; what belongs to a sterner kind, such as
    courts, agencies and interest in anything milder than a final demand, or deadlines before a firm notice; and gaps that
    were to be filled in. The words stand in ``arkit/letters/words``, one file for each language.

    Raises
    ------
    ArkitError
        If there is no such kind or language.

    Examples
    --------
    >>> check_words("Please pay.\nOr our lawyers will call.", "reminder", "en")
    [Finding(line=2, phrase='lawyers', why="is said from the kind 'final_demand' on")]
    >>> check_words("If we have no payment by then, we take the matter to court.", "final_demand", "en")
    []
    """
    if kind not in KINDS or language not in LANGUAGES:
        raise ArkitError(
            "these words cannot be checked.",
            expected=f"a kind ({', '.join(KINDS)}) and a language ({', '.join(LANGUAGES)})",
            got=f"'{kind}', '{language}'",
            fix="name one of them",
        )
    seen = unicodedata.normalize("NFC", UNSEEN.sub("", text))
    seen = seen.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")
    bare = _bare(seen)
    found = [
        (match.start(), seen[slice(*match.span())], why)
        for pattern, why in _forbidden(language, KINDS[kind].tone)
        for match in pattern.finditer(bare)
    ]
    found += [(match.start(), match.group(), "is a gap that was to be filled in") for match in GAP.finditer(seen)]
    return [Finding(seen.count("\n", 0, place) + 1, " ".join(words.split()), why) for place, words, why in sorted(found)]


def without_code(template: str) -> str:
    r"""The wording of a template, line by line where it stands: what it computes left out, what it quotes kept.

    Examples
    --------
    >>> without_code("Dear {{ person or 'madam' }},\n{% if late %}hello{% endif %}")
    'Dear  madam ,\nhello'
    """

    def kept(code: re.Match[str]) -> str:
        words = code.group()
        if not words.startswith("{{"):
            return "\n" * words.count("\n")
        return " " + " ".join(one or other for one, other in QUOTED.findall(words)) + " " + "\n" * words.count("\n")

    return CODE.sub(kept, template)


@cache
def _forbidden(language: str, tone: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns that a tone may not use, with why."""
    words = speech(language).words["tone"]
    lists = [(phrases, why) for why, phrases in words["never"].items()]
    mildest = {of.tone: name for name, of in reversed(KINDS.items())}
    lists += [
        (phrases, f"is said from the kind '{mildest[least]}' on")
        for least, phrases in words["from"].items()
        if TONES.index(least) > TONES.index(tone)
    ]
    return tuple((_pattern(phrases), why) for phrases, why in lists)


def _bare(words: str) -> str:
    """Words without accents, sign by sign: capitals often stand without them, PENALITES."""
    return "".join(unicodedata.normalize("NFD", sign)[0] for sign in words)


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    """Any of some phrases, as whole words whatever the case, the accents and the blanks; a star stands for any ending."""
    each = [
        r"\s+".join(map(re.escape, _bare(phrase).rstrip("*").split())) + (r"\w*" if phrase.endswith("*") else r"\b")
        for phrase in phrases
    ]
    return re.compile(r"\b(?:" + "|".join(sorted(each, key=len, reverse=True)) + ")", re.IGNORECASE)
