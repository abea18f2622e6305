"""The kinds of letters: how stern each is, what it is about, in which form it goes out, and which action calls for it."""

from typing import NamedTuple

#: From the mildest tone to the sternest; what may be said at each stands in ``words/``.
TONES = ("service", "friendly", "clear", "firm", "last", "record")


class Kind(NamedTuple):
    """One kind of letter.

    ``about`` says which documents it names: ``asked`` (past due, and not blocked), ``soon`` (not yet due), ``open`` (all),
    ``again`` (asked, or lacking an order number), ``disputed``, or none; ``forms`` the endings of its files; ``management``
    whether it goes to whoever decides there rather than to whoever pays; ``inside`` that it stays with us.
    """

    tone: str
    about: str
    forms: tuple[str, ...]
    management: bool = False
    inside: bool = False


KINDS = {
    "nudge": Kind("service", "soon", (".eml",)),
    "promise": Kind("service", "", (".eml",)),
    "reminder": Kind("friendly", "asked", (".eml",)),
    "resend": Kind("friendly", "again", (".eml",)),
    "second_reminder": Kind("clear", "asked", (".eml",)),
    "call": Kind("clear", "asked", (".txt",), inside=True),
    "statement": Kind("clear", "open", (".docx",)),
    "plan_offer": Kind("clear", "asked", (".eml",), management=True),
    "plan_agreement": Kind("clear", "asked", (".docx",), management=True),
    "mediation": Kind("clear", "disputed", (".eml",), management=True),
    "firm_notice": Kind("firm", "asked", (".eml", ".docx"), management=True),
    "supply_stop": Kind("firm", "asked", (".docx",), management=True),
    "final_demand": Kind("last", "asked", (".eml", ".docx"), management=True),
    "hand_over": Kind("record", "asked", (".zip",), management=True, inside=True),
    "factoring": Kind("service", "", (".eml", ".docx"), inside=True),
}
#: What each action of the list puts into the folder; `arkit.letters.accounts.papers` decides what depends on more.
PAPERS = {
    "nudge": ("nudge",),
    "reminder": ("reminder",),
    "resend": ("resend",),
    "call": ("call",),
    "contact_ap": ("call",),
    "plan": ("plan_offer", "plan_agreement"),
    "firm_notice": ("firm_notice", "statement", "supply_stop"),
    "final_demand": ("final_demand", "statement", "supply_stop"),
    "mediation": ("mediation",),
    "agency": ("hand_over",),
    "court": ("hand_over",),
}


def at_least(tone: str, other: str) -> bool:
    """Whether a tone is as stern as another, or sterner.

    Examples
    --------
    >>> at_least("last", "firm"), at_least("friendly", "firm")
    (True, False)
    """
    return TONES.index(tone) >= TONES.index(other)
