"""Maps of the sites."""

import numpy as np

from terrella.plot._matplotlib import printable, pyplot


def station_map(survey, ax=None, *, names=True):
    """Sites by longitude and latitude, one kilometre as long to the north as to the east.

    survey   : a survey (.sites with .name .latitude .longitude, degrees) or a result (.survey)
    ax       : matplotlib axes; a new figure where None
    names    : write them beside the sites, as many as there is room for
    returns  : ax
    raises   : ImportError where matplotlib is missing, ValueError where no site has coordinates

    Sites without coordinates are left out, and the title counts them. Surveys across 180 degrees stay together:
    longitudes may then exceed 180.
    """
    plt = pyplot()
    sites = getattr(survey, "survey", survey).sites
    placed = [site for site in sites if np.isfinite(site.latitude) and np.isfinite(site.longitude)]
    if not placed:
        raise ValueError(f"station_map: none of {len(sites)} sites has coordinates")
    latitude = np.array([site.latitude for site in placed], dtype=float)
    longitude = np.array([site.longitude for site in placed], dtype=float)
    if longitude.max() - longitude.min() > 180:
        longitude = longitude % 360
    if ax is None:
        ax = plt.subplots(figsize=(7, 6), layout="constrained")[1]
    ax.plot(longitude, latitude, "o", color="#b81c2a", markeredgecolor="white", markersize=7)
    ax.margins(0.12)
    ax.set_aspect(1 / max(np.cos(np.radians(latitude.mean())), 0.01), adjustable="datalim")
    ax.ticklabel_format(useOffset=False)
    ax.grid(True, color="0.88")
    ax.set_axisbelow(True)
    ax.set_xlabel("Longitude (°)")
    ax.set_ylabel("Latitude (°)")
    missing = len(sites) - len(placed)
    if missing:
        ax.set_title(f"{missing} of {len(sites)} sites without coordinates", fontsize=10)
    if names:
        _name_sites(ax, longitude, latitude, [printable(site.name) for site in placed])
    return ax


def _name_sites(ax, longitude, latitude, names, rotation=50, size=8):
    """As many names as there is room for, all with the same slant. In the frame of the slant a name is an upright box,
    which must not touch one that is there already."""
    ax.figure.draw_without_rendering()  # fixes the aspect and with it where sites stand on paper
    points = ax.transData.transform(np.column_stack([longitude, latitude])) * 72 / ax.figure.dpi
    cosine, sine = np.cos(np.radians(rotation)), np.sin(np.radians(rotation))
    along, across = points @ (cosine, sine), points @ (-sine, cosine)
    shown = []
    for i, name in enumerate(names):
        if any(
            abs(across[i] - across[j]) < 1.1 * size
            and -0.7 * size * len(name) < along[i] - along[j] < 0.7 * size * len(names[j])
            for j in shown
        ):
            continue
        shown.append(i)
        style = dict(rotation=rotation, rotation_mode="anchor", va="center", fontsize=size)
        ax.annotate(name, (longitude[i], latitude[i]), (4, 5), textcoords="offset points", **style)
