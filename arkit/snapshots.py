"""Lists of what was open on some days, chained: what a later list no longer shows was settled in between."""

import pandas as pd

#: What makes two rows of two lists one document.
SAME = ["entity", "customer_id", "currency", "document_id", "instalment", "kind"]


def listed_on(snapshots: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The documents that the list of a day shows, and those that earlier lists showed and it does not: settled since.

    A settled one has ``open_amount`` 0; ``settled_on`` is the day of the first list of its entity without it, by which it
    was settled, and ``settled_after`` that of the last list with it. When in between, and whether by money, no list says.
    ``amount`` is what a list states, else what was open when it was first listed. Documents of an entity that has no row in
    a later list, and those that have no number, may have been left out of it, so nothing is concluded for them. What a list
    shows although it is dated after the day is not there yet.
    """
    snapshots = snapshots[snapshots["issued"].le(as_of)]
    known = _with_parts(snapshots[snapshots["as_of"].le(as_of)].sort_values("as_of", kind="stable"))
    known = known.assign(settled_after=pd.Series(pd.NaT, index=known.index, dtype="datetime64[s]"))
    last = known.drop_duplicates(SAME, keep="last")
    shown = known[known["as_of"].eq(as_of)]
    gone = last[last["as_of"].lt(as_of) & last["document_id"].ne(last["kind"] + " " + last["source"])]
    if not len(gone):
        return _with_amounts(shown, known)
    lists = known[["entity", "as_of"]].drop_duplicates().rename(columns={"as_of": "next_list"})
    gone = pd.merge_asof(
        gone, lists, left_on="as_of", right_on="next_list", by="entity", direction="forward", allow_exact_matches=False
    )
    vanished = gone["open_amount"].ne(0)
    gone = gone[gone["next_list"].notna() | ~vanished]
    vanished = gone["open_amount"].ne(0)
    settled = gone.assign(
        open_amount=0.0,
        settled_after=gone["as_of"].where(vanished),
        settled_on=gone["next_list"].where(vanished, gone["settled_on"]),
    )
    return _with_amounts(pd.concat([shown, settled.drop(columns="next_list")], ignore_index=True), known)


def _with_parts(known: pd.DataFrame) -> pd.DataFrame:
    """The lists, where the last instalment left of a document, which no list tells apart any more, is known by its due day."""
    parts = known[known["instalment"].ne("")]
    if not len(parts):
        return known
    key = [*(name for name in SAME if name != "instalment"), "due_date"]
    told = parts[[*key, "instalment"]].drop_duplicates().drop_duplicates(key, keep=False)
    found = known[key].merge(told, how="left", on=key)["instalment"].set_axis(known.index)
    return known.assign(instalment=known["instalment"].mask(known["instalment"].eq("") & found.notna(), found))


def _with_amounts(documents: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Documents with what they were created with: as stated, else what was open when a list first showed them."""
    lacking = documents["amount"].isna()
    if not lacking.any():
        return documents.reset_index(drop=True)
    first = known.assign(amount=known["amount"].fillna(known["open_amount"])).groupby(SAME, sort=False)["amount"].first()
    found = documents[SAME].merge(first.reset_index(), how="left", on=SAME)["amount"]
    return documents.reset_index(drop=True).assign(amount=documents["amount"].reset_index(drop=True).fillna(found))
