"""Models that are fitted once and kept: `NAME-HASH.npz` in the data directory's folder `models`.

Takes what a model is made from; gives the model, from the file if it was made before. The hash is
of all that goes into it, so that a change of an example, a rule or the method means a new model.
The old file is removed when another is kept: what an erased person's mail taught is gone with it. A
file that cannot be read is fitted anew, and one that cannot be written is done without: nothing is
lost but the time of a fit.
"""

import logging
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from mailer.edge.files import write_durably
from mailer.inquiry.learn import METHOD
from mailer.inquiry.model import Model

log = logging.getLogger("mailer.model")

FITTED = Path(str(files("mailer.edge"))) / "fitted"
"""The models of the shipped examples and rules: a fit takes half a minute."""


def model_of(
    name: str, made_from: object, make: Callable[[], Model | None], data_dir: Path
) -> Model | None:
    """The model called `name` ("owner", "sort"); what `make` gives if it is not kept.

    `made_from` is what it is made from, the method apart, and tells by its repr whether that is
    still the same. It is kept only where there is a data directory.
    """
    file = f"{name}-{_hash(made_from)}.npz"
    path = data_dir / "models" / file
    model = _kept(path) or _kept(FITTED / file)
    if model is None and (model := make()) and data_dir.is_dir():
        _keep(path, model)
    return model


def _hash(made_from: object) -> str:
    text = f"{METHOD}\n{made_from!r}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _kept(path: Path) -> Model | None:
    try:
        with path.open("rb") as file:
            return Model.of(np.load(file, allow_pickle=False))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        log.warning("model-unreadable file=%s reason=%s", path, error)
        return None


def _keep(path: Path, model: Model) -> None:
    content = BytesIO()
    np.savez(content, allow_pickle=False, **model.arrays())
    name, _, _ = path.name.rpartition("-")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(path, content.getvalue())
        for other in path.parent.glob(f"{name}-*.npz"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        log.warning("model-not-kept file=%s reason=%s", path, error)
