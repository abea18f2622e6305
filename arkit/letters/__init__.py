"""The words: who gets which letter, in which language and tone, and who must not get one.

``kinds`` lists the letters; ``accounts`` says what they may be about and who must not get them; ``cases`` and ``lists`` say it
in words; ``templates`` fills what ``tone`` has let pass; ``mail``, ``paper``, ``page``, ``plain`` and ``packs`` are the forms.
"""

from arkit.letters.cases import gaps
from arkit.letters.kinds import KINDS, PAPERS
from arkit.letters.templates import OURS
from arkit.letters.tone import Finding, check_words
from arkit.letters.writing import Draft, letter, write_letters

__all__ = ["KINDS", "OURS", "PAPERS", "Draft", "Finding", "check_words", "gaps", "letter", "write_letters"]
