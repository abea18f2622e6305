"""What if: several policies side by side on one day, who would move, and what it costs and leaves alone."""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from arkit.actions import recommend
from arkit.errors import ArkitError, DayRefused, counted
from arkit.history import profile
from arkit.money import NO_CURRENCY, text, to_major, to_minor
from arkit.policy import Policy
from arkit.scores import score
from arkit.tables import ACTIONS_IN_ORDER, MOVES, VARIANT_ACTIONS, VARIANTS

#: What the policy that all others are compared with is called.
AS_IT_IS = "as it is"
#: Actions that ask nobody for anything: what is past due with them is left alone.
IDLE = ("none", "hold")
#: So many policies can still be read side by side.
MOST = 12
ACCOUNT = ["customer_id", "currency"]
#: Commas that part values, not those inside brackets or quotes.
COMMA = re.compile(r""",(?![^\[]*\])(?=(?:[^"']*["'][^"']*["'])*[^"']*$)""")


@dataclass(frozen=True)
class WhatIf:
    """Policies side by side on one day.

    ``variants`` has one row per policy and currency, shape `VARIANTS`; ``actions`` one row per policy, currency and action,
    shape `VARIANT_ACTIONS`; ``moves`` one row per policy and account that it treats otherwise than the first policy does,
    shape `MOVES`. ``hour_costs`` says what an hour costs by each policy.
    """

    as_of: pd.Timestamp
    variants: pd.DataFrame
    actions: pd.DataFrame
    moves: pd.DataFrame
    hour_costs: dict[str, float]

    @property
    def names(self) -> list[str]:
        """The policies in their order; the others are compared with the first."""
        return [*self.hour_costs]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        tables = {name: getattr(self, name).drop(columns="as_of") for name in ("variants", "actions", "moves")}
        plain = {name: table.astype("object").where(table.notna(), None).to_dict("records") for name, table in tables.items()}
        return {"as_of": f"{self.as_of:%Y-%m-%d}", "hour_costs": self.hour_costs, "sentences": sentences(self)} | plain


def read_variants(policy: Policy, sets: Sequence[str]) -> dict[str, Policy]:
    """The policy as it is, and one for each way to change it, by name.

    ``sets`` are ``key=value``, as `Policy.changed` takes them. All of them together make one policy. Where one key has
    several values, ``contact.grace_days=0,5,10``, each of them makes one; of two such keys, each pair.

    Raises
    ------
    ArkitError
        If there is no key, no value, a key comes twice, or there are too many policies to read side by side.
    PolicyRefused
        If a key is not known or a value is of the wrong sort.

    Examples
    --------
    >>> [*read_variants(Policy.parse(""), ["contact.grace_days=0,10", "contact.small=50"])]
    ['as it is', 'contact.grace_days=0, contact.small=50', 'contact.grace_days=10, contact.small=50']
    """
    values: dict[str, list[str]] = {}
    for words in sets:
        key, _, said = (part.strip() for part in words.partition("="))
        if not key or not said or key in values:
            raise ArkitError(
                f"'{words}' is no change of the policy." if key not in values else f"'{key}' is changed twice.",
                expected="a key of the policy, each once, and a value: contact.grace_days=10, or several: 0,5,10",
                got=f"'{words}'",
                fix="docs/policy.md lists the keys; a comparison stands after the =, ladder.reminder.when.score='> 40'",
            )
        values[key] = [value.strip() for value in COMMA.split(said)]
    if not values:
        return {AS_IT_IS: policy}
    ways = [dict(zip(values, way, strict=True)) for way in itertools.product(*values.values())]
    if len(ways) >= MOST:
        raise ArkitError(
            f"{len(ways)} policies cannot be read side by side.",
            expected=f"at most {MOST - 1} besides the one as it is",
            got=" times ".join(counted(len(said), "value") + f" of {key}" for key, said in values.items()),
            fix="name fewer values",
        )
    named = {", ".join(f"{key}={value}" for key, value in way.items()): way for way in ways}
    return {AS_IT_IS: policy} | {name: policy.changed(way) for name, way in named.items()}


def compare(
    documents: pd.DataFrame,
    variants: Mapping[str, Policy],
    *,
    notes: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> WhatIf:
    """What each of several policies would do on one day; the others are compared with the first.

    What is past due is the same under every policy; policies differ in whom they ask for it, how, and what that takes: hours
    by the minutes of the policy's section ``[effort]``. Money left alone is what is past due with nobody asked now.

    Parameters
    ----------
    documents
        The ledger on the day, shape `DOCUMENTS`.
    variants
        Policies by name, in order; `read_variants` makes them from words.

    Raises
    ------
    DayRefused
        If there are no documents.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> policies = read_variants(Policy.parse(""), ["contact.recent_days=7,60"])
    >>> found = compare(ledger.at("2026-10-31"), policies, notes=ledger.notes)
    >>> left_alone = found.variants.groupby("variant", sort=False)["left_alone"].sum()
    >>> bool(left_alone.iloc[2] > left_alone.iloc[1] == left_alone.iloc[0])
    True
    """
    if not len(documents):
        raise DayRefused(
            "on that day there is no document yet.",
            expected="the documents of a day from the first invoice on",
            got="none",
            fix="say a later day",
        )
    as_of, (first, base) = documents["as_of"].max(), next(iter(variants.items()))
    lists = dict(zip(variants, _lists(documents, variants, notes, customers), strict=True))
    actions = pd.concat([_by_action(lists[name], name, policy) for name, policy in variants.items()], ignore_index=True)
    moves = pd.concat([_moves(lists[first], rows, name) for name, rows in lists.items()], ignore_index=True)
    changes = {name: _in_words(policy, base) for name, policy in variants.items()}
    actions = _complete(actions, [*variants]).assign(as_of=as_of)
    return WhatIf(
        as_of=as_of,
        variants=VARIANTS.conform(
            _totals(actions, moves, variants).assign(as_of=as_of, changes=lambda rows: rows["variant"].map(changes))
        ),
        actions=VARIANT_ACTIONS.conform(actions),
        moves=MOVES.conform(moves.assign(as_of=as_of)),
        hour_costs={name: policy.effort.hour_cost for name, policy in variants.items()},
    )


def side_by_side(found: WhatIf, column: str = "accounts") -> pd.DataFrame:
    """One column per policy: a column of ``found.actions``, one row per currency and action that some policy takes.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> found = compare(sample_ledger().at("2026-10-31"), read_variants(Policy.parse(""), ["contact.grace_days=10"]))
    >>> [*side_by_side(found).columns]
    ['currency', 'action', 'as it is', 'contact.grace_days=10']
    """
    wide = found.actions.set_index(["currency", "action", "variant"])[column].unstack("variant")
    order = found.actions[["currency", "action"]].drop_duplicates()
    return wide.reindex(pd.MultiIndex.from_frame(order), columns=found.names).rename_axis(columns=None).reset_index()


def sentences(found: WhatIf) -> list[str]:
    """What each policy would change, in one sentence each, the first policy as it stands."""
    return [_sentence(found, name) for name in found.names]


def words(found: WhatIf, most: int = 15) -> str:
    """The comparison as text to read: what each policy would change, the lists side by side, who moves and why."""
    letters = {name: chr(ord("A") + place) for place, name in enumerate(found.names)}
    lines = [f"What if, as of {found.as_of:%Y-%m-%d}", ""]
    lines += [f"  {letters[name]}  {sentence}" for name, sentence in zip(found.names, sentences(found), strict=True)]
    counts, stakes = side_by_side(found), side_by_side(found, "at_stake")
    for currency in counts["currency"].unique():
        here = counts["currency"].eq(currency)
        lines += ["", f"{_unit(currency)}: accounts and what is past due on them, by action"]
        lines.append(f"  {'':<14}" + "".join(f"{letters[name]:>25}" for name in found.names))
        for (_, row), (_, stake) in zip(counts[here].iterrows(), stakes[here].iterrows(), strict=True):
            cells = [f"{int(row[name]):>7,}{text(stake[name], currency):>18}" for name in found.names]
            lines.append(f"  {str(row['action']).replace('_', ' '):<14}" + "".join(cells))
    for name in found.names[1:]:
        moves = found.moves[found.moves["variant"].eq(name)]
        lines += ["", f"Who moves from A to {letters[name]}: " + (counted(len(moves), "account") if len(moves) else "nobody")]
        lines += [line for row in moves.head(most).to_dict("records") for line in _move_in_words(row)]
        lines += [f"  and {len(moves) - most:,} more"] if len(moves) > most else []
    return "\n".join(lines)


def _lists(
    documents: pd.DataFrame, variants: Mapping[str, Policy], notes: pd.DataFrame | None, customers: pd.DataFrame | None
) -> Iterator[pd.DataFrame]:
    """The list of each policy; customers are judged anew only where a policy judges them otherwise."""
    judged: dict[object, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for policy in variants.values():
        by = (policy.history, policy.score, policy.contact)
        if by not in judged:
            profiles = profile(documents, policy, notes=notes)
            judged[by] = profiles, score(profiles, policy)
        profiles, scores = judged[by]
        yield recommend(documents, scores, notes, policy, profiles=profiles, customers=customers)


def _by_action(rows: pd.DataFrame, name: str, policy: Policy) -> pd.DataFrame:
    """One list's accounts, money and hours by currency and action; money exact, in minor units."""
    money = {part: to_minor(rows[part], rows["currency"]) for part in ("at_stake", "blocked_amount")}
    by = rows[["currency", "action"]].assign(accounts=1, **money).groupby(["currency", "action"], as_index=False).sum()
    by = by.astype({"accounts": "int64", **dict.fromkeys(money, "int64")})
    minutes = by["action"].map(dataclasses.asdict(policy.effort)).astype("float64")
    return by.assign(variant=name, hours=by["accounts"] * minutes / 60)


def _complete(actions: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Every policy with every action that any of them takes in a currency, in the order of the ladder; money in major units."""
    pairs = actions[["currency", "action"]].drop_duplicates()
    pairs = pairs.assign(place=pairs["action"].map({action: place for place, action in enumerate(ACTIONS_IN_ORDER)}))
    pairs = pairs.sort_values(["currency", "place"]).drop(columns="place")
    full = pd.DataFrame({"variant": names}).merge(pairs, how="cross").merge(actions, how="left").fillna(0)
    left_alone = full["at_stake"].where(full["action"].isin(IDLE), full["blocked_amount"])
    money = {"at_stake": full["at_stake"], "blocked_amount": full["blocked_amount"], "left_alone": left_alone}
    return full.assign(**{part: to_major(minor.to_numpy(), full["currency"]) for part, minor in money.items()})


def _totals(actions: pd.DataFrame, moves: pd.DataFrame, variants: Mapping[str, Policy]) -> pd.DataFrame:
    """One row per policy and currency."""
    asked = ~actions["action"].isin(IDLE)
    parts = actions[["variant", "currency", "hours"]].assign(
        accounts=actions["accounts"],
        contacts=actions["accounts"].where(asked, 0),
        asked_for=to_minor((actions["at_stake"] - actions["blocked_amount"]).where(asked, 0), actions["currency"]),
        left_alone=to_minor(actions["left_alone"], actions["currency"]),
    )
    sums = parts.groupby(["variant", "currency"], sort=False).sum().reset_index()
    moved = moves.groupby(["variant", "currency"]).size()
    an_hour = sums["variant"].map({name: policy.effort.hour_cost for name, policy in variants.items()})
    return sums.assign(
        moved=moved.reindex(pd.MultiIndex.from_frame(sums[["variant", "currency"]]), fill_value=0).to_numpy(),
        cost=sums["hours"] * an_hour.astype("float64"),
        **{name: to_major(sums[name].to_numpy(), sums["currency"]) for name in ("asked_for", "left_alone")},
    )


def _moves(before: pd.DataFrame, after: pd.DataFrame, name: str) -> pd.DataFrame:
    """The accounts that two lists treat otherwise, most past due first, by amount in units of the currency's mean."""
    both = before.merge(after, on=ACCOUNT, suffixes=("_before", ""))
    typical = both.groupby("currency")["at_stake"].transform("mean").replace(0, 1)
    both = both.assign(variant=name, size=both["at_stake"] / typical)
    moved = both[both["action_before"].ne(both["action"])]
    moved = moved.sort_values(["size", *ACCOUNT], ascending=[False, True, True], kind="stable")
    return moved.rename(
        columns={
            "action_before": "from_action", "action": "to_action", "rule_before": "from_rule", "rule": "to_rule",
            "reason_before": "why_before", "reason": "why_after",
        }
    )[[column for column in MOVES.names if column != "as_of"]]  # fmt: skip


def _in_words(policy: Policy, base: Policy) -> str:
    """How a policy differs from another: 'contact.grace_days 5 -> 10'."""
    said = [f"{key} {_said(before)} -> {_said(after)}" for key, (before, after) in policy.differences(base).items()]
    return "; ".join(said)


def _unit(currency: str) -> str:
    return "No currency stated" if currency == NO_CURRENCY else currency


def _said(value: object) -> str:
    if value is None:
        return "(nothing)"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(found: WhatIf, name: str) -> str:
    """One policy against the first."""
    mine, base = (found.variants[found.variants["variant"].eq(of)].set_index("currency") for of in (name, found.names[0]))
    hours, contacts, cost = mine["hours"].sum(), mine["contacts"].sum(), found.hour_costs[name]
    at = f", {mine['cost'].sum():,.0f} at {cost:g} an hour" if cost else ""
    alone = " and ".join(text(amount, str(currency)) for currency, amount in mine["left_alone"].items()) or "nothing"
    work = f"{counted(int(contacts), 'account')} to work on, {hours:.1f} hours{at}; past due and left alone: {alone}"
    if name == found.names[0]:
        return f"{name}: {work}"
    moved = f"{mine['moved'].sum():,} of {counted(int(mine['accounts'].sum()), 'account')} treated otherwise"
    same = mine["moved"].sum() == 0 and abs(hours - base["hours"].sum()) < 0.05
    what = mine["changes"].iloc[0] if len(mine) else name
    if same:
        return f"{what or name}: nobody moves"
    return f"{what or name}: {moved}; {work} ({hours - base['hours'].sum():+.1f} hours)"


def _move_in_words(row: dict[Any, Any]) -> list[str]:
    """One account that moves, in three lines."""
    actions = [str(row[name]).replace("_", " ") for name in ("from_action", "to_action")]
    who = f"{row['name']} ({row['customer_id']}), {text(row['at_stake'], row['currency'])} past due"
    return [
        f"  {who}: {actions[0]} -> {actions[1]}",
        f"      {row['from_rule']}: {row['why_before']}",
        f"      {row['to_rule']}: {row['why_after']}",
    ]
