"""Where sites stand along a profile: the library's own answer (viz/profile.h) as numpy arrays."""

import numpy as np

from terrella import _terrella


def profile(sites):
    """Distance of sites along the least-squares line through them.

    sites    : sequence with .latitude and .longitude, degrees
    returns  : order [n], indices of the sites along the line; distance [n], m, of the sites in that order, the first
               0; placed, False where a coordinate is missing or all are the same: then sites are spaced equally (1 km)
               in their own order
    raises   : ValueError where sites are half a world apart

    Sections read west to east and south to north. Distances are those of WGS 84, azimuthal equidistant around the
    middle of the sites, as in the tables and VTK files of Terrella.
    """
    latitude, longitude = ([float(getattr(site, name)) for site in sites] for name in ("latitude", "longitude"))
    order, distance, placed = _terrella._profile_of(latitude, longitude)
    return np.array(order, dtype=int), np.array(distance, dtype=float), placed


def column_edges(distance):
    """Edges [n + 1] of the columns below sites [n] at ascending distances: midpoints, and half a spacing at the ends.
    Sites at one place (closer than a thousandth of the median spacing) divide their column equally."""
    return np.array(_terrella._column_edges(np.asarray(distance, dtype=float).tolist()))
