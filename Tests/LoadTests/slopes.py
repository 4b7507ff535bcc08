# SPDX-License-Identifier: Apache-2.0
"""The slope of a series of measurements, by the estimator of Theil and Sen.

Sen, Pranab Kumar: Estimates of the Regression Coefficient Based on Kendall's Tau. Journal of the American Statistical
Association 63 (1968), https://doi.org/10.1080/01621459.1968.10480934.
"""

import math


def slope(points):
    """Returns the median slope of (time, value) pairs, and the bounds of its 95 % confidence interval.

    Neighbouring measurements depend on each other, which makes the interval narrower than the true one, so the means of
    at most 40 equal parts of the series are taken.
    """
    points = means(points, 40)
    slopes = sorted(
        (y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :] if x2 > x1)
    if not slopes:
        raise ValueError("a slope needs two points in time")
    n = len(points)
    # The variance of Kendall's S without ties.
    half = 1.96 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, round((len(slopes) - half) / 2))
    high = min(len(slopes) - 1, round((len(slopes) + half) / 2))
    return slopes[len(slopes) // 2], slopes[low], slopes[high]


def means(points, most):
    """Returns the means of at most `most` parts of the series, which have equal numbers of points but the last one."""
    size = -(-len(points) // most)
    parts = [points[i : i + size] for i in range(0, len(points), size)]
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in parts]
