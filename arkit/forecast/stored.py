"""What was learned as plain numbers and words, so that a file of it can be opened without running anything in it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arkit.forecast.curves import Curves
from arkit.forecast.known import FACTS
from arkit.forecast.learner import Boosting, Both, Calibrated, Logistic
from arkit.forecast.ranges import PLACED
from arkit.forecast.training import NAMED, YARDSTICKS, Trained

LEARNERS = {"boosting": Boosting, "logistic": Logistic, "both": Both}
#: What is wrong with a file that is not one of ours; whoever opens files says so in four lines.
NOT_OURS = (OSError, KeyError, IndexError, TypeError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile)


def write(path: Path, about: dict[str, Any], trained: Trained) -> None:
    """A zip of ``about.json``, ``model.json`` and ``arrays.npz``."""
    words, arrays = packed(trained)
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **arrays)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(about, indent=1, default=float))
        archive.writestr("model.json", json.dumps(words, default=float))
        archive.writestr("arrays.npz", held.getvalue())


def about(path: Path) -> dict[str, Any]:
    """``about.json`` of a file."""
    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("about.json"))
    if not isinstance(found, dict):
        raise ValueError("about.json holds no facts")
    return found


def read(path: Path) -> Trained:
    """What `write` wrote; nothing in the file is run."""
    with zipfile.ZipFile(path) as archive:
        words = json.loads(archive.read("model.json"))
        with np.load(io.BytesIO(archive.read("arrays.npz")), allow_pickle=False) as arrays:
            return unpacked(words, dict(arrays))


def packed(trained: Trained) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What was learned as words and numbers, and as arrays."""
    curves, learner = trained.curves, trained.learner
    arrays = {"summed": curves.summed, "around": curves.around, "n": curves.n}
    arrays |= {f"block_{name}": trained.block[name].to_numpy() for name in PLACED}
    arrays["typical"] = trained.typical.to_numpy("float64")
    words: dict[str, Any] = {
        "method": trained.method, "customers": list(map(str, curves.customers)), "spread": trained.spread,
        "losses": trained.losses, "figures": trained.figures, "typical": list(map(str, trained.typical.index)),
    }  # fmt: skip
    if learner is not None:
        words["learner"] = {"slope": learner.slope, "level": learner.level, "how": learner.how}
        arrays |= {f"learner_{name}": array for name, array in learner.learner.arrays().items()}
        if learner.free is not None:
            arrays["free"] = np.array(learner.free)
    return words, arrays


def unpacked(words: dict[str, Any], arrays: dict[str, np.ndarray]) -> Trained:
    """What `packed` packed; ValueError or KeyError where the parts do not fit each other."""
    curves = Curves(pd.Index(words["customers"], dtype="str"), arrays["summed"], arrays["around"], arrays["n"])
    method, learner = words["method"], None
    if method in LEARNERS:
        own = {name.removeprefix("learner_"): array for name, array in arrays.items() if name.startswith("learner_")}
        free = tuple(arrays["free"]) if "free" in arrays else None
        learner = Calibrated(LEARNERS[method].of_arrays(own), free=free, **words["learner"])
    block = pd.DataFrame({name: arrays[f"block_{name}"] for name in PLACED}).astype(PLACED)
    typical = pd.Series(arrays["typical"], index=words["typical"], dtype="float64")
    whole = len(curves.summed) == len(curves.customers) + 1 == len(curves.n) + 1
    if not whole or method not in NAMED or (method not in YARDSTICKS and set(typical.index) != set(FACTS)):
        raise ValueError("the parts do not fit each other")
    return Trained(method, learner, curves, block, float(words["spread"]), typical, words["losses"], words["figures"])  # pyright: ignore[reportArgumentType]
