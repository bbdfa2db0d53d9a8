"""Conformal p-values: how unusual a score is among the scores of reference rows (Bates, Candès, Lei, Romano and Sesia 2023,
"Testing for outliers with conformal p-values", eq. 2)."""

from __future__ import annotations

import math

import numpy as np


def p_values(scores: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(1 + reference scores that are at least as large) / (1 + reference scores), float64 (m,).

    scores     (m,), larger is more unusual
    reference  (n,), of rows that had no part in fitting what computes the scores

    For a row from the same distribution as the reference rows, the chance of a p-value of at most alpha is at most alpha.
    """
    at_least = len(reference) - np.searchsorted(np.sort(reference), scores, side="left")
    return (1 + at_least) / (1 + len(reference))


def smallest(n: int) -> float:
    """The smallest p-value that n reference scores allow."""
    return 1 / (n + 1)


def reference_size(alpha: float) -> int:
    """How many reference scores are needed for a p-value below alpha."""
    n = math.floor(1 / alpha)
    return n + (smallest(n) >= alpha)  # where 1 / alpha was rounded down


def false_positive_rate(n: int, alpha: float) -> float:
    """Chance that a row like the n reference rows has a p-value below alpha."""
    return float((np.arange(1, n + 2) / (n + 1) < alpha).mean())


def too_few_test_rows(test_rows: int, alpha: float) -> str | None:
    """Why no p-value can be below alpha with so few test rows as reference, in a sentence; None if one can."""
    least, needed = smallest(test_rows), reference_size(alpha)
    if least < alpha:
        return None
    return (
        f"No row can be called out-of-distribution: with {test_rows:,} test rows no p-value is below {least:.2g}, and transform.alpha is"
        f" {alpha:g}. Use at least {needed:,} test rows (more rows, or a higher data.test_fraction), or raise transform.alpha."
    )
