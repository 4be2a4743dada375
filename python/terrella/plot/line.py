"""Pictures of two-dimensional results: section, data and fit along the profile, misfit, convergence."""

import numpy as np

from terrella import _terrella
from terrella.plot._matplotlib import printable, pyplot
from terrella.plot.colors import resistivity_colormap
from terrella.plot.profile import column_edges
from terrella.plot.response import _scale_curves
from terrella.plot.section import _name_sites

CURVES = {
    "rho_te": "Apparent resistivity TE (Ω·m)",
    "phase_te": "Phase TE (°)",
    "rho_tm": "Apparent resistivity TM (Ω·m)",
    "phase_tm": "Phase TM (°)",
    "tipper_real": "Tipper, real part",
    "tipper_imaginary": "Tipper, imaginary part",
}
COLORS = {
    "rho_te": "#b81c2a",
    "phase_te": "#f08c46",
    "rho_tm": "#263c8c",
    "phase_tm": "#5aa5d7",
    "tipper_real": "#28784a",
    "tipper_imaginary": "#9660a6",
}


def section_2d(
    result,
    ax=None,
    *,
    quantity="resistivity",
    depth_limit=None,
    limits=None,
    span=None,
    colorbar=True,
    depth_of_investigation=True,
    site_names=True,
    mesh=False,
):
    """The resistivity section of a two-dimensional result under its topography; `terrella.plot.section` calls it.

    result      : Result2d, or a SectionModel, which has no sites
    ax          : matplotlib axes; a new figure where None
    quantity    : "resistivity", "resistivity_y", "resistivity_z", "log10_resistivity_error", or of an ensemble
                  "ensemble_mean" (of log10 resistivity) and "ensemble_deviation" (decades)
    depth_limit : m below the mean ground; chosen from the depth of investigation and the length of the line where None
    limits      : (lowest, highest) of the colours, ohm m (decades for error and deviation); from the model where None
    span        : (from, to), m along the profile; where the sites are if None
    mesh        : draw the edges of the elements
    returns     : ax, distance in km, depth in km positive down
    raises      : ImportError where matplotlib is missing, ValueError for a quantity that the result does not have

    Red is conductive. What lies below the depth of investigation is hatched; a sea is pale blue.
    """
    plt = pyplot()
    from matplotlib.colors import LogNorm, Normalize

    model = getattr(result, "model", result)
    sites = list(result.data.sites) if hasattr(result, "data") else []
    names = ("resistivity", "resistivity_y", "resistivity_z", "log10_resistivity_error")
    names += ("ensemble_mean", "ensemble_deviation")
    if quantity not in names:
        raise ValueError(f"section: quantity {quantity!r} is none of {', '.join(names)}")
    members = getattr(result, "ensemble", None)
    if not quantity.startswith("ensemble"):
        values = getattr(model, quantity)
    elif members is None or len(members) < 2:
        raise ValueError("section: the result has no ensemble; invert with ensemble=30")
    elif quantity == "ensemble_mean":
        values = 10.0 ** np.mean(members, axis=0)
    else:
        values = np.where(model.cell < 0, np.nan, np.std(members, axis=0, ddof=1))
    if values is None:
        raise ValueError(f"section: the result has no {quantity}")
    y, z = model.y, model.z
    middle_y = (y[1:] + y[:-1]) / 2
    place = np.sort([site.y for site in sites])
    if span is None:
        margin = 0.03 * np.ptp(place) if len(place) > 1 else np.ptp(y) / 10
        span = (place[0] - margin, place[-1] + margin) if len(place) else (y[0], y[-1])
    left, right = max(span[0], y[0]), min(span[1], y[-1])
    if not left < right:
        raise ValueError(f"section: from {span[0]} to {span[1]} m along the profile there is nothing to show")
    inside = (middle_y >= left) & (middle_y <= right)
    if not inside.any():  # within one column
        inside[np.clip(np.searchsorted(y, (left + right) / 2) - 1, 0, len(middle_y) - 1)] = True
    floor, surface = z[model.sea_rows], z[0]
    ground = (floor[1:] + floor[:-1]) / 2
    investigated = model.depth_of_investigation
    bottom = _bottom(depth_limit, ground[inside], investigated, inside, right - left, z[-1].max())

    middle_z = (z[1:, 1:] + z[1:, :-1] + z[:-1, 1:] + z[:-1, :-1]) / 4
    seen = inside & (middle_z < bottom)
    seen[: model.sea_rows] = False
    if investigated is not None:
        seen &= ~(middle_z - ground > investigated)  # where it is not known all counts
    if quantity in ("log10_resistivity_error", "ensemble_deviation"):
        norm = Normalize(*(limits or (0, max(0.1, float(np.nanpercentile(values[:, inside], 98))))))
        colors = "Purples"
    else:
        norm = LogNorm(*(limits or _limits(values[seen], _areas(y, z)[seen])))
        colors = resistivity_colormap()
    top = surface[1:][inside].min()
    if ax is None:
        height = np.clip(10 * (bottom - top) / (right - left) + 1.5, 3.5, 9)
        ax = plt.subplots(figsize=(11, height), layout="constrained")[1]
    style = dict(edgecolors="0.4", linewidth=0.2) if mesh else dict(edgecolors="face", linewidth=0.1)
    shown = np.ma.masked_invalid(values)
    shown[: model.sea_rows] = np.ma.masked
    if model.sea_rows:
        ax.fill_between(y / 1000, surface / 1000, floor / 1000, color="#c6e0f1", linewidth=0)
        ax.plot(y / 1000, surface / 1000, color="black", linewidth=1.2)
    drawn = ax.pcolormesh(np.broadcast_to(y / 1000, z.shape), z / 1000, shown, cmap=colors, norm=norm, **style)
    drawn.set_rasterized(True)
    ax.plot(y / 1000, floor / 1000, color="black", linewidth=1.2)
    span_down = bottom - top
    ax.set_xlim(left / 1000, right / 1000)
    ax.set_ylim(bottom / 1000, (top - 0.03 * span_down) / 1000)
    ax.set_xlabel("Distance (km)")
    ax.set_ylabel("Depth (km)")
    if depth_of_investigation and investigated is not None:
        _veil(ax, middle_y / 1000, (ground + investigated) / 1000, bottom / 1000)
    if sites:
        at = np.array([site.y for site in sites])
        depth = np.interp(at, y, floor)
        ax.plot(at / 1000, (depth - 0.012 * span_down) / 1000, "v", color="black", markersize=5)
        if site_names:
            order = np.argsort(at, kind="stable")
            _name_sites(ax, at[order] / 1000, [sites[i].name for i in order], triangles=False)
    if colorbar:
        label = {
            "resistivity": "Resistivity (Ω·m)",
            "resistivity_y": "Resistivity along the profile (Ω·m)",
            "resistivity_z": "Vertical resistivity (Ω·m)",
            "ensemble_mean": f"Mean of {0 if members is None else len(members)} models (Ω·m)",
            "ensemble_deviation": "Standard deviation of the models (decades)",
        }.get(quantity, "Standard error (decades)")
        ax.figure.colorbar(drawn, ax=ax, label=label, pad=0.02, format="{x:g}")
    return ax


def fit(result, curve="rho_te", show="observed", ax=None, *, limits=None, colorbar=True, site_names=True):
    """Data of a two-dimensional result along the profile, period downwards.

    curve   : "rho_te", "phase_te", "rho_tm", "phase_tm" (of -Zyx), "tipper_real" or "tipper_imaginary", whatever was
              fitted: impedances become apparent resistivities and phases
    show    : "observed", "predicted", or "residual": predicted minus observed in standard errors
    limits  : (lowest, highest) of the colours
    returns : ax, distance in km
    raises  : ImportError where matplotlib is missing, ValueError for another curve or one without data
    """
    plt = pyplot()
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LogNorm, Normalize

    from terrella.plot.survey import _limits_around, _period_cells

    if show not in ("observed", "predicted", "residual"):
        raise ValueError(f"fit: show {show!r} is neither 'observed', 'predicted' nor 'residual'")
    data = _terrella._fitted(result, curve)
    keep = ~data["masked"] & np.isfinite(data[show])
    if not keep.any():
        raise ValueError(f"fit: the result has no {show} {curve}")
    sites = result.data.sites
    at = np.array([site.y for site in sites])
    order = np.argsort(at, kind="stable")
    edges = column_edges(at[order]) / 1000
    cells, values = [], []
    for column, site in enumerate(order):
        rows = np.flatnonzero(keep & (data["site"] == site))
        if not len(rows):
            continue
        for (low, high), row in zip(_period_cells(data["period"][rows]), rows, strict=True):
            left, right = edges[column], edges[column + 1]
            cells.append([(left, low), (right, low), (right, high), (left, high)])
            values.append(data[show][row])
    label = CURVES[curve]
    if show == "residual":
        norm, colors = Normalize(*(limits or (-4, 4))), "PRGn_r"
        label = f"Residual, {label.split(' (')[0]} (standard errors)"
    elif curve.startswith("rho"):
        norm, colors = LogNorm(*(limits or _limits_around(values))), resistivity_colormap()
    elif curve.startswith("phase"):
        norm, colors = Normalize(*(limits or (0, 90))), resistivity_colormap().reversed()
    else:
        size = max(0.1, float(np.percentile(np.abs(values), 98)))
        norm, colors = Normalize(*(limits or (-size, size))), "PRGn_r"
    if ax is None:
        ax = plt.subplots(figsize=(11, 5), layout="constrained")[1]
    drawn = PolyCollection(cells, cmap=colors, norm=norm, edgecolors="face", linewidths=0.3)
    drawn.set_array(np.array(values))
    ax.add_collection(drawn, autolim=False)
    period = result.periods
    ax.set_yscale("log")
    ax.set_ylim(period[-1] * 1.3, period[0] / 1.3)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_xlabel("Distance (km)")
    ax.set_ylabel("Period (s)")
    if site_names:
        _name_sites(ax, at[order] / 1000, [sites[i].name for i in order])
    if colorbar:
        ax.figure.colorbar(drawn, ax=ax, label=label, pad=0.02, format="{x:g}")
    return ax


def misfit(result, by="site", ax=None):
    """RMS of a two-dimensional result, of each kind of data and of all (black).

    by      : "site", along the profile, or "period"
    returns : ax
    raises  : ImportError where matplotlib is missing, ValueError for another `by`
    """
    plt = pyplot()
    if by not in ("site", "period"):
        raise ValueError(f"misfit: by {by!r} is neither 'site' nor 'period'")
    if ax is None:
        ax = plt.subplots(figsize=(9, 4), layout="constrained")[1]
    at = np.array([site.y / 1000 for site in result.data.sites]) if by == "site" else result.periods
    order = np.argsort(at, kind="stable")
    for curve in CURVES:
        data = _terrella._fitted(result, curve)
        group = data["site"] if by == "site" else np.searchsorted(at, data["period"])
        use = np.isfinite(data["residual"])
        if not use.any():
            continue
        count = np.bincount(group[use], minlength=len(at))
        total = np.bincount(group[use], data["residual"][use] ** 2, len(at))
        rms = np.sqrt(np.divide(total, count, out=np.full(len(at), np.nan), where=count > 0))
        label = CURVES[curve].split(" (")[0]
        ax.plot(at[order], rms[order], "o-", color=COLORS[curve], mfc="white", markersize=4, linewidth=1, label=label)
    every = result.rms_of_sites if by == "site" else result.rms_of_periods
    ax.plot(at[order], every[order], "o-", color="black", markersize=5, linewidth=2, label="all")
    ax.axhline(1, color="0.4", linestyle="--", linewidth=1)
    ax.set_ylim(bottom=0)
    if by == "period":
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("Distance (km)" if by == "site" else "Period (s)")
    ax.set_ylabel("RMS")
    ax.legend(frameon=False, fontsize=8, ncols=2)
    return ax


def convergence(result, ax=None):
    """RMS (black, left axis) and lambda (blue, right axis) over the iterations of a result.

    returns : ax of the RMS
    raises  : ImportError where matplotlib is missing, ValueError for a result without history
    """
    plt = pyplot()
    history = result.history
    if len(history) == 0:
        raise ValueError("convergence: the result has no history; there is nothing to show")
    if ax is None:
        ax = plt.subplots(figsize=(7, 4), layout="constrained")[1]
    ax.plot(history["iteration"], history["rms"], "o-", color="black", mfc="white", markersize=5)
    ax.axhline(1, color="0.4", linestyle="--", linewidth=1)
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("{x:g}")
    ax.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
    ax.set_xlabel("Iteration")
    ax.set_ylabel("RMS")
    weighted = history["lambda"] > 0
    if weighted.any():
        other = ax.twinx()
        other.plot(
            history["iteration"][weighted],
            history["lambda"][weighted],
            "s-",
            color="#1f5aa0",
            mfc="white",
            markersize=4,
        )
        other.set_yscale("log")
        other.set_ylabel("Lambda", color="#1f5aa0")
    ax.set_title(f"RMS {history['rms'][0]:.2f} to {history['rms'][-1]:.2f}", fontsize=10)
    return ax


def response_2d(result, site, ax=None):
    """Apparent resistivity and phase of TE (red) and TM (blue) of one site; `terrella.plot.response` calls it.

    site    : name or index of the site
    ax      : two matplotlib axes, for apparent resistivity and phase; a new figure where None
    returns : the two axes
    """
    plt = pyplot()
    names = [s.name for s in result.data.sites]
    if isinstance(site, str):
        if site not in names:
            raise ValueError(f"response: no site {site!r}, the result has {', '.join(names)}")
        site = names.index(site)
    elif not -len(names) <= site < len(names):
        raise ValueError(f"response: no site {site}, the result has {len(names)}")
    site %= len(names)
    if ax is None:
        ax = plt.subplots(2, 1, sharex=True, figsize=(7, 7), height_ratios=(3, 2), layout="constrained")[1]
    if np.size(ax) != 2:
        raise ValueError(f"response: ax must be two axes, for apparent resistivity and phase, got {np.size(ax)}")
    upper, lower = np.ravel(ax)
    for mode, color in (("te", "#c43228"), ("tm", "#1f5aa0")):
        for axes, curve in ((upper, f"rho_{mode}"), (lower, f"phase_{mode}")):
            data = _terrella._fitted(result, curve)
            rows = data["site"] == site
            period, observed, error = (data[key][rows] for key in ("period", "observed", "error"))
            used = ~data["masked"][rows]
            if axes is upper:  # errors are those of log10
                error = np.abs(observed * (10.0 ** (np.array([[-1.0], [1.0]]) * error) - 1))[:, used]
            else:
                error = error[used]
            style = dict(fmt="o", color=color, mfc="white", markersize=5, elinewidth=1, capsize=2)
            axes.errorbar(period[used], observed[used], error, label=mode.upper() if rows.any() else None, **style)
            axes.plot(period[~used], observed[~used], "o", color="0.7", mfc="white", markersize=4)
            axes.plot(period, data["predicted"][rows], color=color, linewidth=2, zorder=3)
    _scale_curves(plt, upper, lower)
    lower.set_ylabel("Phase (°), TM of −Zyx")
    lower.set_xlabel("Period (s)")
    upper.set_title(f"{printable(names[site])}, RMS {result.rms_of_sites[site]:.2f}")
    upper.legend(frameon=False)
    return upper, lower


def _bottom(wish, ground, investigated, inside, length, lowest):
    if wish is not None:
        if not (np.isfinite(wish) and wish > 0):
            raise ValueError(f"section: depth_limit {wish} m is not positive")
        return float(ground.mean() + wish)
    limit = min(length / 2, lowest - ground.mean())
    known = investigated[inside] if investigated is not None else np.zeros(0)
    known = np.sort(known[np.isfinite(known) & (known > 0)])
    if known.size:
        limit = min(limit, 1.5 * known[-1], 2 * known[known.size // 2])
    return float(max(ground.mean() + limit, ground.max() + 0.05 * limit))


def _areas(y, z):
    heights = np.diff(z, axis=0)
    return (heights[:, 1:] + heights[:, :-1]) / 2 * np.diff(y)


def _limits(values, areas):
    """Limits at 1 or 3 times a power of ten around the central 98 % of the area, a factor of 30 apart at least."""
    from terrella.plot.survey import _limits_around

    if values.size == 0:
        return 1.0, 1000.0
    order = np.argsort(values)
    part = np.cumsum(areas[order]) / areas.sum()
    low, high = (values[order][min(np.searchsorted(part, p), values.size - 1)] for p in (0.01, 0.99))
    return _limits_around([low] * 50 + [high] * 50)


def _veil(ax, y, limit, bottom):
    shown = np.where(limit < bottom, limit, np.nan)
    if not np.isfinite(shown).any():
        return
    clear = np.where(np.isfinite(limit), np.minimum(limit, bottom), bottom)
    style = dict(facecolor=(1, 1, 1, 0.5), edgecolor=(0.35, 0.35, 0.35, 0.5), hatch="//", linewidth=0)
    ax.fill_between(y, clear, bottom, **style)
    ax.plot(y, shown, color="black", linewidth=1.3, linestyle="--")
