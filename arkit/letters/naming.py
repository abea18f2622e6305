"""Names of files that are safe in any folder."""

import re
from collections import Counter
from hashlib import sha256


def file_names(customer_ids: list[str]) -> dict[str, str]:
    """A name for the files of each customer, safe in any folder; no two are alike, not even where case does not count.

    Examples
    --------
    >>> file_names(["C-17", "../../x"])
    {'C-17': 'C-17', '../../x': '.._.._x-9cdf6a50'}
    """
    safe = {customer_id: re.sub(r"[^A-Za-z0-9._-]", "_", customer_id)[:60] for customer_id in customer_ids}
    times = Counter(name.casefold() for name in safe.values())
    return {
        customer_id: name
        if name == customer_id and times[name.casefold()] == 1 and not re.search(r"-[0-9a-f]{8}$", name)
        else f"{name}-{sha256(customer_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        for customer_id, name in safe.items()
    }
