"""Fits the fast path: logistic regression over character n-grams, one code against the rest. Deterministic."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from mailbot.core.weighing import CODES, FLAGS
from mailbot.edge.model.ngrams import Floats, Linear, ngrams, text_of, vector
from mailbot.learning.rows import Row

MOST_FEATURES = 50_000
SEEN_IN = 3
"""An n-gram of fewer mails teaches only their names."""
STRENGTH = 8.0
NEVER = -8.0
"""The log-odds of a code that no row has."""


def fit(rows: Sequence[Row]) -> Linear:
    """Return the linear model of some rows."""
    texts = [text_of(row.mail) for row in rows]
    seen = Counter(gram for text in texts for gram in ngrams(text))
    kept = sorted(gram for gram, count in _most_seen(seen))
    features = {gram: number for number, gram in enumerate(kept)}
    idf = np.array([math.log((1 + len(rows)) / (1 + seen[gram])) + 1 for gram in kept], dtype=np.float32)
    matrix = _matrix(texts, features, idf)
    codes = (*CODES, *FLAGS)
    columns = [_column(matrix, [row.has(code) for row in rows]) for code in codes]
    weights = np.stack([weights for weights, _ in columns], axis=1).astype(np.float16)
    return Linear(codes, features, idf, weights, np.array([bias for _, bias in columns], dtype=np.float32))


def _most_seen(seen: Counter[str]) -> list[tuple[str, int]]:
    enough = [(gram, count) for gram, count in seen.items() if count >= SEEN_IN]
    return sorted(enough, key=lambda one: (-one[1], one[0]))[:MOST_FEATURES]


def _matrix(texts: Sequence[str], features: dict[str, int], idf: Floats) -> csr_matrix:
    found = [vector(text, features, idf) for text in texts]
    ends = np.cumsum([0, *(len(rows) for rows, _ in found)])
    columns, values = np.concatenate([rows for rows, _ in found]), np.concatenate([values for _, values in found])
    return csr_matrix((values, columns, ends), shape=(len(texts), len(features)))


def _column(matrix: csr_matrix, marks: Sequence[bool]) -> tuple[Floats, float]:
    """Return the weights and the bias of one code."""
    if len(set(marks)) == 1:
        return np.zeros(matrix.shape[1], dtype=np.float32), NEVER
    model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0).fit(matrix, np.array(marks))
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
