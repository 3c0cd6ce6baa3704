"""Between observed scales and state variables: one documented pair of functions for each.

Every pair works on numbers and on arrays of any shape, element by element, and the second function undoes
the first within the stated range. `SCALES` says which figure observes which outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = float | NDArray[np.float64]

PERCENT = 100.0
THOUSAND = 1000.0
WGI_LOW, WGI_HIGH = -2.5, 2.5
"""The range within which the World Bank publishes its governance estimates, in standard-normal units."""
WGI_STANDARD_ERROR = 0.2
"""Published standard error of the political-stability estimate, about, in the same units (0.04 mapped)."""


def alignment_from_cfsp(percent: Values) -> Values:
    """CFSP rate, % of EU positions joined (0..100), to `eu_alignment` (0..1): percent / 100.

    Inverse `cfsp_from_alignment`. Source: figure `cfsp_alignment_pct`, calendar years; report periods run
    from mid-year to mid-year and are a series of their own.
    """
    return percent / PERCENT


def cfsp_from_alignment(alignment: Values) -> Values:
    """`eu_alignment` (0..1) to the CFSP rate in % (0..100). Inverse of `alignment_from_cfsp`."""
    return alignment * PERCENT


def democracy_from_vdem(libdem: Values) -> Values:
    """V-Dem v2x_libdem (0..1) to `democracy` (0..1): the same scale, so that a score needs no map.

    Inverse `vdem_from_democracy`. Source: figure `vdem_libdem`, V-Dem v15.
    """
    return libdem


def vdem_from_democracy(democracy: Values) -> Values:
    """`democracy` (0..1) to V-Dem v2x_libdem (0..1). Inverse of `democracy_from_vdem`."""
    return democracy


def stability_from_wgi(estimate: Values) -> Values:
    """WGI estimate (-2.5..2.5) to `stability` (0..1): (estimate + 2.5) / 5, clipped.

    Linear, because the estimate is in units of the spread among countries and its published error, about
    0.2, is of the same size everywhere: differences and errors keep their meaning (an error of 0.2 becomes
    0.04). Percentile ranks would bend the scale by what other countries do. Clipped, because the owner's
    range is approximate and a few estimates of countries at war lie beyond it; none of the six does. Inverse
    `wgi_from_stability` inside the range. Source: figure `wgi_political_stability`; the other three
    governance figures map alike.
    """
    return np.clip((estimate - WGI_LOW) / (WGI_HIGH - WGI_LOW), 0.0, 1.0)


def wgi_from_stability(stability: Values) -> Values:
    """`stability` (0..1) to the WGI estimate (-2.5..2.5). Inverse of `stability_from_wgi`."""
    return WGI_LOW + stability * (WGI_HIGH - WGI_LOW)


def spending_from_nato(percent_of_gdp: Values) -> Values:
    """Defence spending in % of GDP (0 and above) to `defence_spending` in % of GDP: the same scale.

    Inverse `nato_from_spending`. Source: figure `defence_spending`, NATO's definition for allies and SIPRI's
    for BIH, SRB and XKX; the two differ by 0.05 points on average over the allies.
    """
    return percent_of_gdp


def nato_from_spending(spending: Values) -> Values:
    """`defence_spending` in % of GDP to observed % of GDP. Inverse of `spending_from_nato`."""
    return spending


def share_from_poll(percent: Values) -> Values:
    """Poll result in % of respondents (0..100) to a share of the public (0..1): percent / 100.

    Undecided respondents count as not in favour. Inverse `poll_from_share`. Source: figures `support_eu_pct`
    and `trust_eu_pct`; polls with different questions are different figures.
    """
    return percent / PERCENT


def poll_from_share(share: Values) -> Values:
    """Share of the public (0..1) to a poll result in % (0..100). Inverse of `share_from_poll`."""
    return share * PERCENT


def thousands_from_troops(troops: Values) -> Values:
    """Troops (persons, 0 and above) to thousands, as in `kfor.strength` and `eufor.strength`.

    Inverse `troops_from_thousands`. Source: figures `kfor_troops` and `eufor_troops`.
    """
    return troops / THOUSAND


def troops_from_thousands(thousands: Values) -> Values:
    """Thousands of troops to persons. Inverse of `thousands_from_troops`."""
    return thousands * THOUSAND


def prosperity_from_gdp(gdp_per_head: Values, eu_gdp_per_head: Values) -> Values:
    """GDP per head to `prosperity`, its ratio to the EU's (0 and above; 1 = the EU mean).

    Both in constant 2021 international $ (PPP) of the same year. Inverse `gdp_from_prosperity` with the same
    EU figure. Source: figure `gdp_per_capita_ppp`, whose entity EU27 is the owner's aggregate of today's
    members.
    """
    return gdp_per_head / eu_gdp_per_head


def gdp_from_prosperity(prosperity: Values, eu_gdp_per_head: Values) -> Values:
    """`prosperity` to GDP per head in constant 2021 international $. Inverse of `prosperity_from_gdp`."""
    return prosperity * eu_gdp_per_head


@dataclass(frozen=True)
class Scale:
    """Which figure observes an outcome, its observed range, and the pair of functions between the two."""

    outcome: str
    figure: str
    low: float
    high: float
    to_state: Callable[[Values], Values]
    to_observed: Callable[[Values], Values]


SCALES = (
    Scale("eu_alignment", "cfsp_alignment_pct", 0, PERCENT, alignment_from_cfsp, cfsp_from_alignment),
    Scale("democracy", "vdem_libdem", 0, 1, democracy_from_vdem, vdem_from_democracy),
    Scale("stability", "wgi_political_stability", WGI_LOW, WGI_HIGH, stability_from_wgi, wgi_from_stability),
    Scale("defence_spending", "defence_spending", 0, PERCENT, spending_from_nato, nato_from_spending),
    Scale("european_spending", "european_spending", 0, PERCENT, spending_from_nato, nato_from_spending),
    Scale("public_support_eu", "support_eu_pct", 0, PERCENT, share_from_poll, poll_from_share),
    Scale("trust_in_eu", "trust_eu_pct", 0, PERCENT, share_from_poll, poll_from_share),
    Scale("kfor.strength", "kfor_troops", 0, 1e6, thousands_from_troops, troops_from_thousands),
    Scale("eufor.strength", "eufor_troops", 0, 1e6, thousands_from_troops, troops_from_thousands),
)
"""Every outcome with one figure behind it. `prosperity` needs two, so it is not in this list."""
