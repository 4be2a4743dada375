"""Resistivity sections."""

import numpy as np

from terrella.plot._matplotlib import printable, pyplot
from terrella.plot.colors import resistivity_colormap
from terrella.plot.profile import column_edges, profile


def section(
    result, ax=None, *, depth_limit=None, limits=None, colorbar=True, depth_of_investigation=True, site_names=True
):
    """The layered models of a result below their sites, side by side along the profile; or the section of a Result2d.

    A Result2d or SectionModel is drawn by terrella.plot.section_2d, which has more options.

    result       : has .model.resistivity [site, layer], ohm m; .model.thickness [site, layer - 1], m;
                   .model.depth_of_investigation [site], m, or None; .survey.sites with .name .latitude .longitude
    ax           : matplotlib axes; a new figure where None
    depth_limit  : m; where None 1.5 times the greatest depth of investigation, at most twice the median and half
                   the line
    limits       : (lowest, highest) ohm m of the colours; from the model above the depth of investigation where None
    returns      : ax, distance and depth in km
    raises       : ImportError where matplotlib is missing, ValueError where sizes disagree or a limit is impossible

    Red is conductive. What lies below the depth of investigation is hatched. Sites without coordinates are spaced
    equally in file order, and the axis says so.
    """
    plt = pyplot()
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LogNorm

    if hasattr(getattr(result, "model", result), "cell"):
        from terrella.plot.line import section_2d

        options = dict(depth_limit=depth_limit, limits=limits, colorbar=colorbar, site_names=site_names)
        return section_2d(result, ax, depth_of_investigation=depth_of_investigation, **options)
    resistivity, tops, bottoms, investigated = _layers(result)
    order, distance, placed = profile(result.survey.sites)
    edges = column_edges(distance) / 1000
    length = 1000 * (edges[-1] - edges[0]) if placed and len(order) > 2 else np.inf
    depth_limit = _depth_limit(depth_limit, bottoms, investigated, length)
    limits = _limits(limits, resistivity, tops, np.fmin(investigated, depth_limit))

    cells, values = [], []
    for column, site in enumerate(order):
        left, right = edges[column], edges[column + 1]
        for top, bottom, value in zip(tops[site], bottoms[site], resistivity[site], strict=True):
            if top >= depth_limit:
                break
            top, bottom = top / 1000, min(bottom, depth_limit) / 1000
            cells.append([(left, top), (right, top), (right, bottom), (left, bottom)])
            values.append(value if value > 0 else np.nan)
    if ax is None:
        ax = plt.subplots(figsize=(11, 5.5), layout="constrained")[1]
    mesh = PolyCollection(cells, cmap=resistivity_colormap(), norm=LogNorm(*limits), edgecolors="face", linewidths=0.3)
    mesh.set_array(np.ma.masked_invalid(values))
    ax.add_collection(mesh, autolim=False)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(depth_limit / 1000, 0)
    ax.set_xlabel("Distance (km)" if placed else "Sites in file order, equal spacing")
    ax.set_ylabel("Depth (km)")
    if depth_of_investigation:
        _veil(ax, edges, investigated[order] / 1000, depth_limit / 1000)
    if site_names:
        _name_sites(ax, distance / 1000, [result.survey.sites[site].name for site in order])
    if colorbar:
        ax.figure.colorbar(mesh, ax=ax, label="Resistivity (Ω·m)", pad=0.02, format="{x:g}")
    return ax


def _layers(result):
    """Resistivity, tops and bottoms [site, layer] (m, the last infinite), and depth of investigation [site]."""
    if len(result.survey.sites) == 0:
        raise ValueError("section: the result has no sites; there is nothing to show")
    resistivity = np.atleast_2d(np.asarray(result.model.resistivity, dtype=float))
    sites, layers = resistivity.shape
    thickness = np.asarray(result.model.thickness, dtype=float)
    if thickness.size != sites * (layers - 1) or len(result.survey.sites) != sites:
        raise ValueError(
            f"section: resistivity [{sites}, {layers}] needs thickness [{sites}, {layers - 1}] and {sites} sites, "
            f"got {thickness.shape} and {len(result.survey.sites)}"
        )
    if not (thickness > 0).all():
        raise ValueError("section: thicknesses must be positive")
    bottoms = np.cumsum(thickness.reshape(sites, layers - 1), axis=1)
    tops = np.hstack([np.zeros((sites, 1)), bottoms])
    bottoms = np.hstack([bottoms, np.full((sites, 1), np.inf)])
    investigated = result.model.depth_of_investigation
    known = investigated is not None and np.size(investigated) > 0
    investigated = np.asarray(investigated, dtype=float) if known else np.full(sites, np.nan)
    if investigated.shape != (sites,):
        raise ValueError(f"section: depth_of_investigation has shape {investigated.shape}, expected ({sites},)")
    return resistivity, tops, bottoms, investigated


def _depth_limit(wish, bottoms, investigated, length):
    if wish is not None:
        if not (np.isfinite(wish) and wish > 0):
            raise ValueError(f"section: depth_limit {wish} m is not positive")
        return float(wish)
    known = np.sort(investigated[np.isfinite(investigated) & (investigated > 0)])
    if known.size:  # neither one site that sees far deeper nor the longest periods may squeeze the others
        return float(min(1.5 * known[-1], 2 * known[known.size // 2], length / 2))
    finite = bottoms[np.isfinite(bottoms)]
    return 1.25 * float(finite.max()) if finite.size else 1000.0


def _limits(wish, resistivity, tops, seen_to):
    """Limits at 1 or 3 times a power of ten around the central 96 % of the layers that the data see."""
    if wish is not None:
        lowest, highest = wish
        if not 0 < lowest < highest:
            raise ValueError(f"section: limits {lowest} to {highest} ohm m must be positive and ascend")
        return float(lowest), float(highest)
    values = resistivity[(tops < seen_to[:, None]) & (resistivity > 0) & np.isfinite(resistivity)]
    if values.size == 0:
        return 1.0, 1000.0
    marks = np.array([digit * 10.0**power for power in range(-9, 12) for digit in (1, 3)])
    lowest, highest = np.percentile(values, [2, 98])
    lowest = marks[marks <= lowest * 1.001].max(initial=marks[0])
    highest = marks[marks >= highest / 1.001].min(initial=marks[-1])
    while highest < 20 * lowest:
        lowest, highest = lowest / 10, highest * 10
    return float(lowest), float(highest)


def _veil(ax, edges, investigated, depth_limit):
    from matplotlib.collections import PolyCollection

    below = [
        [(left, depth), (right, depth), (right, depth_limit), (left, depth_limit)]
        for left, right, depth in zip(edges[:-1], edges[1:], investigated, strict=True)
        if depth < depth_limit
    ]
    veil = PolyCollection(
        below, facecolors=(1, 1, 1, 0.5), edgecolors=(0.35, 0.35, 0.35, 0.5), hatch="//", linewidths=0
    )
    ax.add_collection(veil, autolim=False)
    shown = np.where(investigated < depth_limit, investigated, np.nan)
    ax.stairs(shown, edges, baseline=None, color="black", linewidth=1.3, linestyle="--")


def _name_sites(ax, distance, names, triangles=True):
    """Triangles above the section; as many names as there is room for."""
    above = ax.get_xaxis_transform()
    size = 6 if len(names) <= 100 else 3
    if triangles:
        at = np.full(len(distance), 1.015)
        ax.plot(distance, at, "v", color="black", markersize=size, clip_on=False, transform=above)
    width = ax.figure.get_figwidth() * ax.get_position().width * 72  # points
    low, high = ax.get_xlim()
    last = -np.inf
    for at, name in zip(distance, names, strict=True):
        place = (at - low) / (high - low) * width
        if place < last + 12:
            continue
        last = place
        style = dict(rotation=60, rotation_mode="anchor", ha="left", va="center", fontsize=9, annotation_clip=False)
        ax.annotate(printable(name, 16), (at, 1), (0, 10), xycoords=above, textcoords="offset points", **style)
