"""What was learned from examples, made ready: how a mail's words move the verdict, and why.

Takes a mail's subject and text; gives `Learned`: for each label what its words add to the log
odds, the words that add most, and the most similar examples. `learn.fit` makes a `Model`; its
arrays are all there is to it, so that it can be put into a file and taken out again unchanged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.features import Counted, Indices, Numbers, Vector, Vocabulary, counted
from mailer.inquiry.verdict import Reason

_SHOWN = 8
_LEAST = 0.1
"""Log odds that a word must add to be shown: less decides nothing."""
_COMMON = 0.1
"""Part of the examples from which a word is one that stands in any mail ("jag"): not shown."""

_LONGEST = 60  # letters of a word that a reason shows

_BETWEEN = "\n"
"""What parts the names in an array; no word has it."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which examples have a feature: of feature i those from `starts[i]` to `starts[i + 1]`."""

    starts: Indices
    examples: NDArray[np.integer[Any]]
    values: NDArray[np.float32]

    def of_rare(self, most: float) -> "Postings":
        """Those of features that at most so many examples have; the others have none left."""
        sizes = np.diff(self.starts)
        kept = np.where(sizes <= most, sizes, 0)
        places = np.repeat(sizes <= most, sizes)
        starts = np.concatenate([[0], np.cumsum(kept)])
        return Postings(starts, self.examples[places], self.values[places])


@dataclass(frozen=True)
class Model:
    """`rules_worth` is what the rules' sums are multiplied by before the learned ones are added.

    `weights` has a row for each feature of the vocabulary and a column for each label, each row
    summing to zero; `bias` is what is added to every mail's. Of each example `names` says what
    people call it, `labels_of` its label, `pulls` what likeness to it adds to that label;
    `postings` are of the features that are rare enough to tell one example from another.
    """

    labels: tuple[str, ...]
    rules_worth: float
    vocabulary: Vocabulary
    weights: NDArray[np.float32]
    bias: Numbers
    names: tuple[str, ...]
    labels_of: Indices
    pulls: Numbers
    postings: Postings

    def read(self, subject: str, text: str) -> "Learned":
        """What the examples say of a mail."""
        mail = counted(subject, text)
        vector = self.vocabulary.vector(mail)
        added = vector.values[:, None] * self.weights[vector.ids]
        sums = added.sum(axis=0) + self.bias
        by_label = dict(zip(self.labels, sums.tolist(), strict=True))
        return Learned(by_label, self, mail, vector, added)

    def telling(self, mail: Counted, vector: Vector, added: Numbers) -> Iterator[Reason]:
        """The words that add most to any label, each for the one that it adds most to.

        A run of letters belongs in equal parts to every place where it stands.
        """
        of_features = np.zeros((len(mail.names), len(self.labels)))
        of_features[vector.features] = added
        of_wholes = of_features[mail.runs :]
        for label, of_label in enumerate(of_features.T):
            share = of_label[mail.run_at] * mail.part
            of_wholes[:, label] += np.bincount(mail.whole_at, share, len(mail.wholes))
        wholes = vector.features >= mail.runs
        common = self.vocabulary.common(vector.ids[wholes], _COMMON)
        of_wholes[vector.features[wholes][common] - mail.runs] = 0.0
        most = of_wholes.max(axis=1)
        for number in np.argsort(-most, kind="stable")[:_SHOWN]:
            if most[number] >= _LEAST:
                label = self.labels[of_wholes[number].argmax()]
                yield Reason(label, _said(mail.wholes[number]), float(most[number]))

    def nearest(self, vector: Vector) -> Iterator[Reason]:
        """Of each label the example that is most alike, where that adds anything."""
        starts, ends = self.postings.starts[vector.ids], self.postings.starts[vector.ids + 1]
        sizes = ends - starts
        places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        alike = np.bincount(
            self.postings.examples[places],
            weights=self.postings.values[places] * np.repeat(vector.values, sizes),
            minlength=len(self.names),
        )
        added = alike * self.pulls
        for label, of_label in zip(self.labels, self._of_labels, strict=True):
            if len(of_label) and added[nearest := of_label[alike[of_label].argmax()]] >= _LEAST:
                what = f"liknar ”{self.names[nearest]}” (tidigare brev)"
                yield Reason(label, what, float(added[nearest]), example=True)

    @cached_property
    def _of_labels(self) -> Sequence[Indices]:
        """The examples of each label."""
        return [np.flatnonzero(self.labels_of == label) for label in range(len(self.labels))]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that the model is, as arrays by name."""
        return {
            "labels": _joined(self.labels),
            "rules_worth": np.array(self.rules_worth),
            "features": self.vocabulary.names,
            "runs": np.array(self.vocabulary.runs),
            "rarity": self.vocabulary.rarity,
            "weights": self.weights,
            "bias": self.bias,
            "names": _joined(self.names),
            "labels_of": self.labels_of,
            "pulls": self.pulls,
            "starts": self.postings.starts,
            "examples": self.postings.examples.astype(np.min_scalar_type(len(self.names))),
            "values": self.postings.values,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> "Model":
        """The model that `arrays` was made from. KeyError or ValueError where it was none."""
        return cls(
            labels=_parted(arrays["labels"]),
            rules_worth=float(arrays["rules_worth"]),
            vocabulary=Vocabulary(arrays["features"], int(arrays["runs"]), arrays["rarity"]),
            weights=arrays["weights"],
            bias=arrays["bias"],
            names=_parted(arrays["names"]),
            labels_of=arrays["labels_of"],
            pulls=arrays["pulls"],
            postings=Postings(arrays["starts"], arrays["examples"], arrays["values"]),
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """What the examples say of a mail; `sums` by label is what its words add.

    The reasons are worked out when they are asked for: they take longer than the sums.
    """

    sums: Mapping[str, float]
    _model: Model
    _mail: Counted
    _vector: Vector
    _added: Numbers

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The words that add most."""
        return tuple(self._model.telling(self._mail, self._vector, self._added))

    @cached_property
    def nearest(self) -> Mapping[str, Reason]:
        """For a label the example of it that is most alike, where that adds anything.

        It says the same from another side, so only the one of whom the mail is given to is worth
        telling.
        """
        return {reason.slug: reason for reason in self._model.nearest(self._vector)}


def _said(word: str) -> str:
    shown = word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…"
    return f"{'orden' if ' ' in word else 'ordet'} ”{shown}” (inlärt)"


def _joined(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(_BETWEEN.join(names).encode(), dtype=np.uint8)


def _parted(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(array.tobytes().decode().split(_BETWEEN))
