"""py3langid, whose model `mailer.inquiry.language` has in a smaller form."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from mailer.inquiry.language import LANGUAGES


@cache
def identifier() -> Any:
    found = LanguageIdentifier.from_model_file(MODEL_FILE)
    found.set_languages(LANGUAGES)
    return found


def arrays() -> dict[str, NDArray[Any]]:
    """Its automaton as the run of octets that leads to each of its states, and what that counts."""
    known = identifier()
    rows = np.asarray(known.tk_nextmove).reshape(-1, 256)
    row_of = np.asarray(known.tk_row)
    runs = np.zeros(len(row_of), dtype=np.uint64)
    met = np.zeros(len(row_of), dtype=bool)
    met[0] = True
    states = np.array([0])
    while len(states):
        following = rows[row_of[states]].ravel()
        places = np.flatnonzero(~met[following])
        new, first = np.unique(following[places], return_index=True)
        before, octet = np.divmod(places[first], 256)
        runs[new] = (runs[states[before]] << np.uint64(8)) | octet.astype(np.uint64)
        met[new] = True
        states = new
    order = np.argsort(runs)[1:]  # without the start
    return {
        "runs": runs[order],
        "features": np.asarray(known.tk_output, dtype=np.int32)[order],
        "weights": known.nb_ptc,
        "prior": known.nb_pc,
        "languages": np.array(known.nb_classes),
    }
