"""What an uncertain quantity is drawn from: quantile functions, so that a uniform draw that scenarios share decides the value.

Accuracy: normal and lognormal about 1e-15 relative (algorithm AS 241); beta within 1e-9 of the range for shapes from
0.1 to 1,000 and draws from 1e-6 to 1 - 1e-6; the others exact to rounding.
Source: Wichura, M. J. (1988), Algorithm AS 241: The percentage points of the normal distribution, Applied Statistics 37(3); the
incomplete beta function by its continued fraction, evaluated by the modified Lentz method (Lentz 1976, Applied Optics 15(3)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import DataError
from sim.scenario.plan import Distribution

Array = NDArray[np.float64]

FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("low", "high"), ()),
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("median", "sigma"), ("low", "high")),
    "triangular": (("low", "mode", "high"), ()),
    "beta": (("a", "b"), ("low", "high")),
    "choice": (("values",), ("weights",)),
    "constant": (("value",), ()),
}
"""For each distribution the fields it needs and those it may have."""

# Coefficients of AS 241 (PPND16), highest power first: the centre, the near tails, the far tails; numerator and denominator.
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
     1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080),
    (5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867, 5394.1960214247511077,
     687.18700749205790830, 42.313330701600911252, 1.0),
)  # fmt: skip
_NEAR = (
    (7.74545014278341407640e-4, 0.0227238449892691845833, 0.241780725177450611770, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.148103976427480074590,
     0.689767334985100004550, 1.67638483018380384940, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.00124266094738807843860, 0.0265321895265761230930,
     0.296560571828504891230, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     0.0148753612908506148525, 0.136929880922735805310, 0.599832206555887937690, 1.0),
)  # fmt: skip
_AT_A_TIME = 1 << 14  # so many stay in a processor's cache from one step of a polynomial to the next
_TINIEST = 2.0**-53  # a draw of exactly 0 or 1 stands for the outermost values a float64 draw can take


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    """By Horner's rule, in place: `np.polyval` makes two new arrays for each coefficient."""
    y = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        y *= x
        y += coefficient
    return y


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    above, below = coefficients
    return _polynomial(above, x) / _polynomial(below, x)


def normal_quantile(u: Array) -> Array:
    """Standard normal quantile of `u` (any shape, within 0..1), same shape."""
    u = np.asarray(u, dtype=np.float64)
    flat = u.ravel()
    found = [_normal_quantile(flat[at : at + _AT_A_TIME]) for at in range(0, flat.size, _AT_A_TIME)]
    return np.concatenate(found).reshape(u.shape) if found else u


def _normal_quantile(u: Array) -> Array:
    u = np.clip(u, _TINIEST, 1 - _TINIEST)
    q = u - 0.5
    z = q * _ratio(_CENTRE, 0.180625 - q * q)
    outside = np.abs(q) > 0.425
    if outside.any():
        r = np.sqrt(-np.log(np.minimum(u[outside], 1 - u[outside])))
        tail, far = _ratio(_NEAR, r - 1.6), r > 5.0
        tail[far] = _ratio(_FAR, r[far] - 5.0)
        z[outside] = np.copysign(tail, q[outside])
    return z


def _fraction(a: float, b: float, x: Array) -> Array:
    """The continued fraction of the incomplete beta function, fast where x < (a + 1) / (a + b + 2)."""
    tiny = 1e-300
    c = np.ones_like(x)
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / np.where(np.abs(d) < tiny, tiny, d)
    h = d.copy()
    running = np.ones(x.shape, dtype=bool)  # each element stops by itself, so that its value never depends on its neighbours
    for m in range(1, 1000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / np.where(np.abs(d) < tiny, tiny, d)
            c = 1 + term / c
            c = np.where(np.abs(c) < tiny, tiny, c)
            h = np.where(running, h * c * d, h)
        running &= np.abs(c * d - 1) >= 1e-15
        if not running.any():
            break
    return h


def beta_cdf(a: float, b: float, x: Array) -> Array:
    """Distribution function of Beta(a, b) at `x` within 0..1, same shape."""
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(divide="ignore", under="ignore"):
        log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * np.log(x) + b * np.log1p(-x)
        front = np.exp(log_front)
    left = x < (a + 1) / (a + b + 2)
    result = np.empty_like(x)
    result[left] = front[left] * _fraction(a, b, x[left]) / a
    result[~left] = 1 - front[~left] * _fraction(b, a, 1 - x[~left]) / b
    return np.clip(result, 0.0, 1.0)


@lru_cache(maxsize=256)
def _beta_table(a: float, b: float) -> tuple[Array, Array]:
    grid = np.sin(np.linspace(0, np.pi / 2, 1025)) ** 2  # denser at both ends
    grid[0], grid[-1] = 0.0, 1.0
    return grid, np.maximum.accumulate(beta_cdf(a, b, grid))


def beta_quantile(a: float, b: float, u: Array) -> Array:
    """Quantile of Beta(a, b): bracketed in a table, then closed in by Newton steps held inside the bracket."""
    u = np.clip(np.asarray(u, dtype=np.float64), _TINIEST, 1 - _TINIEST)
    grid, table = _beta_table(a, b)
    above = np.clip(np.searchsorted(table, u, side="left"), 1, len(grid) - 1)
    low, high = grid[above - 1].copy(), grid[above].copy()
    x = 0.5 * (low + high)
    running = np.ones(x.shape, dtype=bool)
    constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    for _ in range(60):
        miss = beta_cdf(a, b, x) - u
        low, high = np.where(miss < 0, x, low), np.where(miss >= 0, x, high)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            slope = np.exp(constant + (a - 1) * np.log(x) + (b - 1) * np.log1p(-x))
            newton = x - miss / slope
        inside = (newton > low) & (newton < high)
        new = np.where(inside, newton, 0.5 * (low + high))
        new = np.where(np.abs(miss) <= 1e-15, x, new)  # hit: a further step would only leave it
        moved = np.abs(new - x) > 1e-12
        x = np.where(running, new, x)
        running &= moved
        if not running.any():
            break
    return x


def quantile(distribution: Distribution, u: Array) -> Array:
    """The values of `distribution` at the uniform draws `u` (within 0..1), same shape, clipped to its bounds."""
    u = np.asarray(u, dtype=np.float64)
    values = _BY_NAME[distribution.name](distribution.arguments, u)
    if distribution.low is None and distribution.high is None:
        return values
    return np.clip(values, distribution.low, distribution.high)


def quantiles(distributions: Sequence[Distribution], u: Array) -> Array:
    """`quantile` of many distributions at once, u (distributions, worlds): all that rest on the normal share one pass over its quantile."""
    values = np.empty(u.shape)
    normal = [i for i, d in enumerate(distributions) if d.name in ("normal", "lognormal")]
    if normal:
        values[normal] = _of_normal([distributions[i] for i in normal], normal_quantile(u[normal]))
    for i in set(range(len(distributions))) - set(normal):
        values[i] = quantile(distributions[i], u[i])
    return values


def _of_normal(distributions: Sequence[Distribution], z: Array) -> Array:
    """Normal and lognormal distributions at the standard normal quantiles `z`, each (distributions, worlds), within their bounds."""
    logs = [i for i, d in enumerate(distributions) if d.name == "lognormal"]
    spread = _column(d.arguments["sigma" if d.name == "lognormal" else "sd"] for d in distributions) * z
    middle = _column(d.arguments["median" if d.name == "lognormal" else "mean"] for d in distributions)
    values = middle + spread
    values[logs] = middle[logs] * np.exp(spread[logs])
    low, high = _column(_or(d.low, -np.inf) for d in distributions), _column(_or(d.high, np.inf) for d in distributions)
    return np.clip(values, low, high)


def _or(bound: float | None, otherwise: float) -> float:
    return otherwise if bound is None else bound


def _column(numbers: Iterable[Any]) -> Array:
    return np.array(list(numbers), dtype=np.float64)[:, None]


def _uniform(p: Mapping[str, Any], u: Array) -> Array:
    return np.asarray(p["low"] + (p["high"] - p["low"]) * u)


def _normal(p: Mapping[str, Any], u: Array) -> Array:
    return np.asarray(p["mean"] + p["sd"] * normal_quantile(u))


def _lognormal(p: Mapping[str, Any], u: Array) -> Array:
    return np.asarray(p["median"] * np.exp(p["sigma"] * normal_quantile(u)))


def _triangular(p: Mapping[str, Any], u: Array) -> Array:
    low, mode, high = p["low"], p["mode"], p["high"]
    split, width = (mode - low) / (high - low), high - low
    rising = low + width * np.sqrt(u * split)
    falling = high - width * np.sqrt((1 - u) * (1 - split))
    return np.where(u < split, rising, falling)


def _beta(p: Mapping[str, Any], u: Array) -> Array:
    low, high = p.get("low", 0.0), p.get("high", 1.0)
    return np.asarray(low + (high - low) * beta_quantile(p["a"], p["b"], u))


def _choice(p: Mapping[str, Any], u: Array) -> Array:
    values = np.asarray(p["values"], dtype=np.float64)
    weights = np.asarray(p.get("weights") or np.ones(len(values)), dtype=np.float64)
    shares = np.cumsum(weights / weights.sum())
    return np.asarray(values[np.minimum(np.searchsorted(shares, u, side="right"), len(values) - 1)])


def _constant(p: Mapping[str, Any], u: Array) -> Array:
    return np.full_like(u, p["value"])


_BY_NAME = {
    "uniform": _uniform, "normal": _normal, "lognormal": _lognormal, "triangular": _triangular,
    "beta": _beta, "choice": _choice, "constant": _constant,
}  # fmt: skip


def distribution_of(entry: Mapping[str, Any], bounds: tuple[float, float]) -> Distribution:
    """A checked mapping (`uncertain:` of a scenario, or a parameter's `prior`) as a Distribution within `bounds`."""
    name = entry["distribution"]
    if name not in FIELDS:
        raise DataError(f"unknown distribution '{name}'; allowed: {', '.join(FIELDS)}")
    arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items() if k != "distribution"}
    missing = [k for k in FIELDS[name][0] if k not in arguments]
    if missing:
        raise DataError(f"the distribution '{name}' lacks {', '.join(missing)}")
    low, high = bounds
    if name in ("normal", "lognormal"):  # their tails reach beyond what is possible: clip
        own_low, own_high = arguments.pop("low", low), arguments.pop("high", high)
        low, high = max(low, float(own_low)), min(high, float(own_high))
    return Distribution(name, arguments, low, high)
