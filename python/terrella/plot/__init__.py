"""Pictures by matplotlib: sections, sounding curves, fit and misfit along a line, maps of the sites.

Every function draws into `ax` (or a new figure) and returns it. Matplotlib is optional, `pip install terrella[viz]`,
and loaded when the first picture is asked for. `ResultPlots` is what stands behind `result.plot`.

>>> import terrella as tl
>>> ax = tl.plot.section(result)                # doctest: +SKIP
>>> ax.figure.savefig("section.png", dpi=150)   # doctest: +SKIP
"""

from terrella.plot.colors import RESISTIVITY_COLORS, resistivity_colormap
from terrella.plot.line import convergence, fit, misfit, response_2d, section_2d
from terrella.plot.profile import profile
from terrella.plot.response import response
from terrella.plot.section import section
from terrella.plot.station_map import station_map
from terrella.plot.survey import phase_tensors, pseudosection, strike_rose

__all__ = [
    "RESISTIVITY_COLORS",
    "Result2dPlots",
    "ResultPlots",
    "convergence",
    "fit",
    "misfit",
    "phase_tensors",
    "profile",
    "pseudosection",
    "resistivity_colormap",
    "response",
    "response_2d",
    "section",
    "section_2d",
    "station_map",
    "strike_rose",
]


class Result2dPlots:
    """The pictures of a two-dimensional result: `.section()`, `.fit("rho_te", "residual")`, `.misfit()`,
    `.convergence()`, `.response("A01")`."""

    def __init__(self, result):
        self._result = result

    def section(self, ax=None, **options):
        """See terrella.plot.section_2d."""
        return section_2d(self._result, ax, **options)

    def fit(self, curve="rho_te", show="observed", ax=None, **options):
        """See terrella.plot.fit."""
        return fit(self._result, curve, show, ax, **options)

    def misfit(self, by="site", ax=None):
        """See terrella.plot.misfit."""
        return misfit(self._result, by, ax)

    def convergence(self, ax=None):
        """See terrella.plot.convergence."""
        return convergence(self._result, ax)

    def response(self, site, ax=None):
        """See terrella.plot.response_2d."""
        return response_2d(self._result, site, ax)


class ResultPlots:
    """The pictures of one result: `result.plot.section()`, `.response("A01")`, `.station_map()`."""

    def __init__(self, result):
        self._result = result

    def section(self, ax=None, **options):
        """See terrella.plot.section."""
        return section(self._result, ax, **options)

    def response(self, site, ax=None, **options):
        """See terrella.plot.response."""
        return response(self._result, site, ax, **options)

    def station_map(self, ax=None, **options):
        """See terrella.plot.station_map."""
        return station_map(self._result, ax, **options)
