"""The samples nearest to a sample or to an uploaded picture, and why: what the image query page shows.

Answers are worked out at once, in the server, from columns that are there; the last ones are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis import similar
from analysis.reduction import pixels
from analysis.similar import Floats, Metric, Pairs
from util import InspectorError
from workspace.plan import PIXELS, ColumnNotReady
from workspace.uploads import UnknownUpload, Upload, asked_for

if TYPE_CHECKING:
    from workspace.session import Session

KEPT_ANSWERS, KEPT_PAIRS = 32, 12
RIMS = 300  # pictures whose rims say what the dataset's background is
EVEN, APART, MIDDLE = 50.0, 90.0, 127.5  # brightness, 0 to 255


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        layer: where to look; `PIXELS` is the image itself.
        metric: "euclidean" or "cosine".
        k: how many.
        index: the sample asked about, if it is one.
        upload: the name of the uploaded picture asked about, if it is one.
        query: only samples that this query finds are answers.
    """

    layer: str
    metric: Metric = "euclidean"
    k: int = 10
    index: int | None = None
    upload: str = ""
    query: str = ""

    @property
    def about(self) -> str:
        """What is asked about, to begin a sentence with."""
        return "uploaded picture" if self.upload else f"sample {self.index:,}"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer.

    Attributes:
        rows: (k,) samples, the nearest first.
        distances: (k,) how far they are.
        farther: (k,) the share of random pairs that are farther apart; not-a-number without pairs.
        same: (k,) bool, whether the pixels are the query's.
        searched: how many samples were compared.
        allowed: how many the query lets through, of `total`.
        total: samples in the dataset.
        left_out: how many have no distance.
        pairs: how many random pairs there are to compare with.
        vector: (d,) the query in this layer.
        vectors: (k, d) the answers.
    """

    rows: NDArray[np.intp]
    distances: Floats
    farther: Floats
    same: NDArray[np.bool_]
    searched: int
    allowed: int
    total: int
    left_out: int
    pairs: int
    vector: NDArray[np.float32]
    vectors: NDArray[np.float32]


class Similar:
    """The image queries of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found = lru_cache(KEPT_ANSWERS)(self._search)
        self._pairs = lru_cache(KEPT_PAIRS)(self._draw)
        self._rim = lru_cache(1)(self.rim)

    def find(self, question: Question) -> Found:
        """The nearest samples, without the one asked about but with its copies.

        Raises:
            InspectorError: no such sample, or it has no distance to anything.
            UnknownUpload: no such picture.
            QueryError: the query cannot be read.
            ColumnNotReady: the activations are not there yet, or the network has not seen the picture.
        """
        key = self.session.key(f"activations/{question.layer}")
        self.session.column(f"activations/{question.layer}")
        self.picture(question)
        among = self.session.find(question.query).key if question.query else ""
        return self._found(question, key, among)

    def picture(self, question: Question) -> NDArray[np.uint8]:
        """(h, w, ch) the picture asked about. Raises InspectorError where there is none."""
        if question.upload:
            return self.upload(question.upload).image
        data = self.session.dataset
        if question.index is None or not 0 <= question.index < data.n:
            raise InspectorError(f"{question.about}: there are {data.n:,}, counted from 0")
        return self.session.image(question.index)

    def upload(self, name: str) -> Upload:
        """An uploaded picture that fits the dataset. Raises UnknownUpload."""
        upload = self.session.uploads.read(name)
        if upload.image.shape != self.session.dataset.image_shape:
            raise UnknownUpload("uploaded picture: was made to fit other images; upload it again")
        return upload

    def vector(self, question: Question) -> NDArray[np.float32]:
        """(d,) the query in the layer asked about."""
        if not question.upload:
            return np.array(self.session.column(f"activations/{question.layer}")[question.index], np.float32)
        upload = self.upload(question.upload)
        if question.layer == PIXELS:
            return np.asarray(pixels(upload.image[None])[0])
        if question.layer not in self.session.network.layers:
            raise InspectorError(
                f"{question.about}: {question.layer} came with the data, and nobody computed it for this picture; "
                "choose another layer"
            )
        answer = self.session.uploads.answer(question.upload, self.session)
        if answer is None:
            failure = self.session.failure(asked_for(question.upload))
            raise ColumnNotReady(failure or "the network has not looked at the uploaded picture yet")
        return answer.activations[question.layer]

    def pairs(self, question: Question) -> Pairs:
        """Random pairs of samples in the same layer, by the same distance."""
        return self._pairs(question.layer, question.metric, self.session.key(f"activations/{question.layer}"))

    def units(self, question: Question, row: int) -> tuple[Floats, Floats]:
        """(d,) and (d,): each unit's share of what the query and a sample have in common, and of what differs."""
        vector, metric = self.vector(question), question.metric
        other = np.asarray(self.session.column(f"activations/{question.layer}")[row], np.float64)
        return (
            similar.likeness(vector, other, self.pairs(question).squares, metric=metric),
            similar.difference(vector, other, metric=metric),
        )

    def rim(self) -> tuple[float, float]:
        """Mean and spread of the brightness at the rims of some of the dataset's pictures, 0 to 255."""
        images = self.session.column("images")
        rows = np.unique(np.linspace(0, len(images) - 1, min(len(images), RIMS)).astype(np.intp))
        rims = np.array([rim_of(images[row]) for row in rows])
        return float(rims.mean()), float(rims.std())

    def is_inverted(self, image: NDArray[np.uint8]) -> bool:
        """Whether a picture's rim is as light as those of almost all others are dark, or the other way round."""
        mean, spread = self._rim()
        own = rim_of(image)
        return spread < EVEN and abs(own - mean) > APART and (own > MIDDLE) != (mean > MIDDLE)

    def _draw(self, layer: str, metric: Metric, key: str) -> Pairs:
        return similar.random_pairs(self.session.column(f"activations/{layer}"), metric=metric)

    def _search(self, question: Question, key: str, hits: str) -> Found:
        """`key` and `hits` stand for the content that the answer depends on."""
        points = self.session.column(f"activations/{question.layer}")
        vector = self.vector(question)
        _check(vector, question)
        among = np.sort(self.session.find(question.query).indices) if question.query else None
        own = None if question.upload else question.index
        nearest = similar.nearest(points, vector, question.k, metric=question.metric, among=among, but=own)
        pairs = self.pairs(replace(question, query=""))
        images = np.asarray(self.session.column("images")[nearest.rows])
        return Found(
            rows=nearest.rows,
            distances=nearest.distances,
            farther=np.array([pairs.farther(distance) for distance in nearest.distances.tolist()]),
            same=(images == self.picture(question)).all(axis=(1, 2, 3)),
            searched=nearest.searched,
            allowed=len(points) if among is None else len(among),
            total=len(points),
            left_out=nearest.left_out,
            pairs=len(pairs.distances),
            vector=vector,
            vectors=np.array(points[nearest.rows], np.float32),
        )


def _check(vector: NDArray[np.float32], question: Question) -> None:
    where = "its pixels" if question.layer == PIXELS else f"its activations in {question.layer}"
    if not np.isfinite(vector).all():
        raise InspectorError(f"{question.about}: {where} are not all finite numbers; choose another layer")
    if question.metric == "cosine" and not vector.any():
        raise InspectorError(f"{question.about}: {where} are all 0, which has no direction; choose Euclidean")


def rim_of(image: NDArray[np.uint8]) -> float:
    """Mean brightness of the outermost pixels of a picture (h, w, ch), 0 to 255."""
    edges = (image[0], image[-1], image[:, 0], image[:, -1])
    return float(np.concatenate([edge.ravel() for edge in edges]).mean())
