"""From labelled mails to a `Model`: what the rules miss is learned from examples.

Takes examples and what the rules say of each; gives a model, the same for the same examples in any
order. It is fitted anew from all of them each time: an example that is taken away leaves no trace.
The laws:

* The rules are the start from which the examples move (an offset), so that a model of no example
  at all says exactly what the rules say.
* The learned part is a multinomial logistic regression with a penalty on its squares (`_PENALTY`).
  As there are far fewer examples than features it is solved by their likeness to each other (the
  kernel form), with a bound on the curvature in place of the curvature itself: each step is sure
  to improve, and costs two products of matrices (Böhning, 1992).
* What the rules' sums and the learned ones are worth is fitted on examples that the learned part
  had not seen (`_FOLDS`), so that the probabilities are honest: of being given to one who is not
  wrong, where more than one is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.features import Indices, Numbers, Vector, Vocabulary, counted
from mailer.inquiry.model import Model, Postings
from mailer.organisation import COORDINATOR

METHOD = 3
"""Goes up with each change that makes another model of the same examples."""

_PENALTY = 0.2  # of .05 to .8 the best under cross-validation; it matters little
_RULES_WORTH = 0.7  # likewise, of .3 to 1.2
_FOLDS = 3  # five say the same
_FEW = 100  # examples; from fewer nothing can be said about what either part is worth
_SMALL_STEP = 1e-3
_RARE = 0.05
_CROWDED = 48  # examples that have a feature, from which dense blocks are quicker than pairs
_BLOCK = 2_048

Singles = NDArray[np.float32]  # half the memory to go through, and precise enough


@dataclass(frozen=True, slots=True)
class Example:
    """A mail of which it is known what it is about: a label, of which None is the coordinator's.

    `also_ok` are those that would not be wrong either. `weight` 2 counts as two such mails.
    `name` is what people may see it called.
    """

    text: str
    subject: str = ""
    language: str = "sv"
    owner: str | None = None
    also_ok: tuple[str, ...] = ()
    weight: float = 1.0
    name: str = ""

    @property
    def label(self) -> str:
        return COORDINATOR if self.owner is None else self.owner


def fit(sums: Sequence[Mapping[str, float]], examples: Sequence[Example]) -> Model:
    """Learn from `examples`; `sums` are what the rules say of each, by label, in the same order.

    The labels are those of the sums, the same in all. Raises ValueError where there is no example,
    or one has another label.
    """
    if not examples:
        raise ValueError("no examples: the rules decide alone")
    order = sorted(range(len(examples)), key=lambda i: (examples[i].subject, examples[i].text, i))
    examples = [examples[i] for i in order]
    labels = tuple(sums[0])
    start = np.array([[sums[i][label] for label in labels] for i in order], dtype=np.float32)
    labels_of = np.array([labels.index(example.label) for example in examples])
    weights = np.array([example.weight for example in examples], dtype=np.float32)
    vocabulary, vectors = _vectors(examples)
    postings = posted(vectors, len(vocabulary.names))
    # One thing all have in common: the bias.
    fitting = np.array([[_fits(label, example) for label in labels] for example in examples])
    task = _Task(likeness(postings, len(vectors)) + 1, start, labels_of, fitting, weights)
    rules_worth, learned_worth = task.worths() if len(examples) >= _FEW else (1.0, 1.0)
    pulls = learned_worth * task.solve(np.arange(len(examples)))
    pulls -= pulls.mean(axis=1, keepdims=True)  # a softmax sees differences only
    return Model(
        labels=labels,
        rules_worth=rules_worth,
        vocabulary=vocabulary,
        weights=_weights(vectors, pulls, len(vocabulary.names)),
        bias=pulls.sum(axis=0),
        names=tuple(" ".join(example.name.split()) for example in examples),
        labels_of=labels_of,
        pulls=pulls[np.arange(len(examples)), labels_of],
        postings=postings.of_rare(_RARE * len(examples)),
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """`likeness` of each example to each; what the rules `start` from; whose each is.

    `fitting` says of each example and label whether that would not be wrong.
    """

    likeness: Singles
    start: Singles
    labels_of: Indices
    fitting: NDArray[np.bool_]
    weights: Singles

    def solve(self, seen: Indices) -> Singles:
        """What each of the examples in `seen` pulls towards each label."""
        likeness = self.likeness[np.ix_(seen, seen)]
        weights = self.weights[seen, None]
        offset = _RULES_WORTH * self.start[seen]
        right = np.eye(self.start.shape[1], dtype=np.float32)[self.labels_of[seen]]
        curvature = weights * likeness / 2 + _PENALTY * np.eye(len(seen), dtype=np.float32)
        step = np.linalg.inv(curvature)
        pulls = np.zeros_like(right)
        change = right
        while np.abs(change).max() >= _SMALL_STEP:  # some 50 times: see the module's second law
            wrong = weights * (_softmax(offset + likeness @ pulls) - right)
            change = step @ (wrong + _PENALTY * pulls)
            pulls -= change
        return pulls

    def worths(self) -> tuple[float, float]:
        """What the rules' sums and the learned ones are to be multiplied by: never less than 0.

        Newton's method on the likelihood that one of the labels that fit is given to an example
        not seen before, with a slight pull towards the values that the learned part was fitted
        with. A step that would make it worse is halved until it does not: where many examples are
        alike and their labels differ, a whole one leads out of all numbers.
        """
        every = np.arange(len(self.start))
        learned = np.zeros_like(self.start)
        for fold in range(_FOLDS):
            unseen = every % _FOLDS == fold
            seen = every[~unseen]
            learned[unseen] = self.likeness[np.ix_(unseen, seen)] @ self.solve(seen)
        parts = np.stack([self.start, learned]).astype(np.float64)
        prior = np.array([_RULES_WORTH, 1.0])
        worth = prior.copy()
        loss = self._loss(parts, worth, prior)
        for _ in range(20):
            sums = np.tensordot(worth, parts, axes=1)
            odds = np.exp(sums - _log_sum(sums))
            fits = np.where(self.fitting, sums, -np.inf)
            among_fitting = np.exp(fits - _log_sum(fits))
            expected = (parts * odds).sum(axis=2)
            right = (parts * among_fitting).sum(axis=2)
            spread = parts - expected[:, :, None]
            gradient = ((expected - right) * self.weights).sum(axis=1) + (worth - prior)
            curvature = np.einsum("n,ank,bnk,nk->ab", self.weights, spread, spread, odds)
            step = np.linalg.solve(curvature + np.eye(2), gradient)
            while (after := self._loss(parts, worth - step, prior)) > loss:
                step /= 2
            worth, loss = worth - step, after
        rules, words = np.maximum(worth, 0.0).tolist()
        return rules, words

    def _loss(self, parts: Numbers, worth: Numbers, prior: Numbers) -> float:
        """What `worths` makes smallest: how unlikely the labels that fit are."""
        sums = np.tensordot(worth, parts, axes=1)
        unlikely = _log_sum(sums) - _log_sum(np.where(self.fitting, sums, -np.inf))
        return float(self.weights @ unlikely[:, 0] + ((worth - prior) ** 2).sum() / 2)


def _log_sum(sums: Numbers) -> Numbers:
    """The logarithm of the sum of each row's exponentials, as a column."""
    most = sums.max(axis=1, keepdims=True)
    total: Numbers = most + np.log(np.exp(sums - most).sum(axis=1, keepdims=True))
    return total


def _fits(label: str, example: Example) -> bool:
    return label == example.label or label in example.also_ok


def _vectors(examples: Sequence[Example]) -> tuple[Vocabulary, list[Vector]]:
    mails = [counted(example.subject, example.text) for example in examples]
    vocabulary = Vocabulary.of(mails)
    return vocabulary, [vocabulary.vector(mail) for mail in mails]


def _softmax(sums: Singles) -> Singles:
    odds: Singles = np.exp(sums - sums.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    return odds


def posted(vectors: Sequence[Vector], features: int) -> Postings:
    ids = np.concatenate([vector.ids for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors])
    examples = np.repeat(np.arange(len(vectors)), [len(vector.ids) for vector in vectors])
    order = np.argsort(ids, kind="stable")
    starts = np.zeros(features + 1, dtype=np.int64)
    np.cumsum(np.bincount(ids, minlength=features), out=starts[1:])
    return Postings(starts, examples[order].astype(np.int32), values[order].astype(np.float32))


def likeness(postings: Postings, examples: int) -> Singles:
    """The products of every example's vector with every other's.

    A feature that few have is added pair by pair, all features of as many examples at once; those
    that many have are multiplied as dense blocks.
    """
    total = np.zeros(examples * examples)
    sizes = np.diff(postings.starts)
    for size in range(2, _CROWDED):
        places = postings.starts[:-1][sizes == size][:, None] + np.arange(size)
        having = postings.examples[places].astype(np.int64)
        values = postings.values[places]
        pairs = having[:, :, None] * examples + having[:, None, :]
        products = values[:, :, None] * values[:, None, :]
        total += np.bincount(pairs.ravel(), products.ravel(), minlength=len(total))
    alike = total.reshape(examples, examples).astype(np.float32)
    crowded = np.flatnonzero(sizes >= _CROWDED)
    for first in range(0, len(crowded), _BLOCK):
        block = np.zeros((examples, _BLOCK), dtype=np.float32)
        for column, feature in enumerate(crowded[first : first + _BLOCK]):
            having = slice(*postings.starts[feature : feature + 2])
            block[postings.examples[having], column] = postings.values[having]
        alike += block @ block.T
    return alike


def _weights(vectors: Sequence[Vector], pulls: Singles, features: int) -> Singles:
    """What each feature adds to each label: the pulls of the examples that have it."""
    weights = np.zeros((features, pulls.shape[1]))
    for vector, pull in zip(vectors, pulls, strict=True):
        weights[vector.ids] += vector.values[:, None] * pull
    return weights.astype(np.float32)
