"""Where sites stand along a profile."""

import numpy as np

EQUAL_SPACING = 1000.0  # m
EARTH_RADIUS = 6371008.8  # m, mean


def profile(sites):
    """Distance of sites along the least-squares line through them.

    sites    : sequence with .latitude and .longitude, degrees
    returns  : order [n], indices of the sites along the line; distance [n], m, of the sites in that order, the first
               0; placed, False where a coordinate is missing or all are the same: then sites are spaced equally (1 km)
               in their own order

    Sections read west to east and south to north. Distances are those of a sphere, within 0.6 % of the ellipsoid's,
    which the tables and VTK files of Terrella hold.
    """
    latitude = np.radians([float(site.latitude) for site in sites])
    longitude = np.radians([float(site.longitude) for site in sites])
    order = np.arange(len(sites))
    if not (np.isfinite(latitude).all() and np.isfinite(longitude).all()):
        return order, EQUAL_SPACING * order, False
    north, east = _azimuthal_equidistant(latitude, longitude)
    north, east = north - north.mean(), east - east.mean()
    azimuth = 0.5 * np.arctan2(2 * (north * east).sum(), (north**2 - east**2).sum())
    if azimuth < -np.pi / 4:
        azimuth += np.pi
    along = north * np.cos(azimuth) + east * np.sin(azimuth)
    if along.max() - along.min() < 0.01:
        return order, EQUAL_SPACING * order, False
    order = np.argsort(along, kind="stable")
    return order, along[order] - along.min(), True


def _azimuthal_equidistant(latitude, longitude):
    """North and east, m, from the middle of the points; radians. Snyder (1987), equations 22-4 and 25-2 to 25-4."""
    x = (np.cos(latitude) * np.cos(longitude)).mean()
    y = (np.cos(latitude) * np.sin(longitude)).mean()
    z = np.sin(latitude).mean()
    latitude_0, longitude_0 = np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)
    turn = longitude - longitude_0
    toward_east = np.cos(latitude) * np.sin(turn)
    toward_north = np.cos(latitude_0) * np.sin(latitude) - np.sin(latitude_0) * np.cos(latitude) * np.cos(turn)
    ahead = np.sin(latitude_0) * np.sin(latitude) + np.cos(latitude_0) * np.cos(latitude) * np.cos(turn)
    sine = np.hypot(toward_east, toward_north)
    distance = EARTH_RADIUS * np.arctan2(sine, ahead)
    scale = np.divide(distance, sine, out=np.full_like(sine, EARTH_RADIUS), where=sine > 0)
    return scale * toward_north, scale * toward_east


def column_edges(distance):
    """Edges [n + 1] of the columns below sites [n] at ascending distances: midpoints, and half a spacing at the ends.
    Sites at one place (closer than a thousandth of the median spacing) divide their column equally."""
    distance = np.asarray(distance, dtype=float)
    if len(distance) == 1:
        return distance[0] + np.array([-0.5, 0.5]) * EQUAL_SPACING
    spacing = np.diff(distance)
    apart = spacing > 1e-3 * np.median(spacing[spacing > 0.01])
    first = np.flatnonzero(np.concatenate([[True], apart]))  # of each group at one place
    members = np.diff(np.append(first, len(distance)))
    places = distance[first]
    middles = (places[1:] + places[:-1]) / 2
    bounds = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    edges = [
        np.linspace(left, right, count, endpoint=False)
        for left, right, count in zip(bounds[:-1], bounds[1:], members, strict=True)
    ]
    return np.append(np.concatenate(edges), bounds[-1])
