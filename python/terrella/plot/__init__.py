"""Pictures by matplotlib: sections, sounding curves, maps of the sites.

Every function draws into `ax` (or a new figure) and returns it. Matplotlib is optional, `pip install terrella[viz]`,
and loaded when the first picture is asked for. `ResultPlots` is what stands behind `result.plot`.

>>> import terrella as tl
>>> ax = tl.plot.section(result)                # doctest: +SKIP
>>> ax.figure.savefig("section.png", dpi=150)   # doctest: +SKIP
"""

from terrella.plot.colors import RESISTIVITY_COLORS, resistivity_colormap
from terrella.plot.profile import profile
from terrella.plot.response import response
from terrella.plot.section import section
from terrella.plot.station_map import station_map

__all__ = [
    "RESISTIVITY_COLORS",
    "ResultPlots",
    "profile",
    "resistivity_colormap",
    "response",
    "section",
    "station_map",
]


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
