"""Pictures of a survey before any inversion: phase tensors and responses along the profile, strike."""

import numpy as np

from terrella import _terrella
from terrella.plot._matplotlib import pyplot
from terrella.plot.colors import resistivity_colormap
from terrella.plot.profile import column_edges, profile
from terrella.plot.section import _name_sites


def pseudosection(survey, quantity="resistivity", mode="xy", ax=None, *, limits=None, colorbar=True, site_names=True):
    """Apparent resistivity or phase along the profile, period downwards.

    survey   : Survey
    quantity : "resistivity" (red is conductive) or "phase" (red is high)
    mode     : "xy", "yx" (of -Zyx) or "determinant"
    limits   : (lowest, highest) of the colours, ohm m or degrees
    returns  : ax, distance in km
    raises   : ImportError where matplotlib is missing, ValueError for another quantity or a survey without data
    """
    plt = pyplot()
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LogNorm, Normalize

    if quantity not in ("resistivity", "phase"):
        raise ValueError(f"pseudosection: quantity {quantity!r} is neither 'resistivity' nor 'phase'")
    order, distance, edges, placed = _line(survey)
    cells, values = [], []
    for column, site in enumerate(order):
        curve = _terrella.elec.curve_of(survey[int(site)], mode)
        value = getattr(curve, quantity)
        for (low, high), number in zip(_period_cells(curve.period), value, strict=True):
            if np.isfinite(number):
                left, right = edges[column], edges[column + 1]
                cells.append([(left, low), (right, low), (right, high), (left, high)])
                values.append(number)
    if not cells:
        raise ValueError(f"pseudosection: no {mode} impedance at any of {len(survey)} sites")
    colors = resistivity_colormap()
    if quantity == "resistivity":
        norm = LogNorm(*(limits or _limits_around(values)))
    else:
        norm, colors = Normalize(*(limits or (0, 90))), colors.reversed()
    if ax is None:
        ax = plt.subplots(figsize=(11, 5), layout="constrained")[1]
    mesh = PolyCollection(cells, cmap=colors, norm=norm, edgecolors="face", linewidths=0.3)
    mesh.set_array(np.array(values))
    ax.add_collection(mesh, autolim=False)
    _frame(ax, survey, order, distance, edges, placed, site_names)
    if colorbar:
        label = "Apparent resistivity (Ω·m)" if quantity == "resistivity" else "Phase (°)"
        ax.figure.colorbar(mesh, ax=ax, label=f"{label}, {mode}", pad=0.02, format="{x:g}")
    return ax


def phase_tensors(survey, color="beta", ax=None, *, colorbar=True, site_names=True):
    """Phase tensors along the profile as ellipses with equal large axes, north upwards, period downwards.

    color    : "beta" (skew, degrees; beyond 3 in size the earth is three-dimensional) or "phi_min" (smallest phase)
    returns  : ax
    raises   : ImportError where matplotlib is missing, ValueError for another color or a survey without phase tensors

    Caldwell, Bibby & Brown (2004). The larger axis points along strike or at right angles to it.
    """
    plt = pyplot()
    from matplotlib.collections import EllipseCollection

    if color not in ("beta", "phi_min"):
        raise ValueError(f"phase_tensors: color {color!r} is neither 'beta' nor 'phi_min'")
    order, distance, edges, placed = _line(survey)
    if ax is None:
        ax = plt.subplots(figsize=(11, 6), layout="constrained")[1]
    _frame(ax, survey, order, distance, edges, placed, site_names)
    ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    points = 72 / ax.figure.dpi
    size = float(np.clip(0.9 * box.width * points / max(len(order), 1), 6, 18))
    decades = abs(np.log10(ax.get_ylim()[0] / ax.get_ylim()[1]))
    apart = 0.8 * size * decades / (box.height * points)  # decades that one ellipse covers
    places, widths, heights, angles, values = [], [], [], [], []
    for at, index in zip(distance, order, strict=True):
        site = survey[int(index)]
        table = _terrella.elec.phase_tensor_table(site)
        last = -np.inf
        for i, period in enumerate(site.period):
            if not np.isfinite(table.phi_max.value[i]) or np.log10(period) - last < apart:
                continue
            last = np.log10(period)
            minor, major = (np.tan(np.radians(column.value[i])) for column in (table.phi_min, table.phi_max))
            places.append((at / 1000, period))
            widths.append(size)
            heights.append(size * np.clip(abs(minor / major), 0.03, 1))
            angles.append(90 - (table.strike.value[i] + site.rotation))  # anticlockwise from the x axis
            values.append(getattr(table, color).value[i])
    if not places:
        raise ValueError(f"phase_tensors: none of {len(survey)} sites has all four components of the impedance")
    ellipses = EllipseCollection(
        widths,
        heights,
        angles,
        units="points",
        offsets=places,
        transOffset=ax.transData,
        edgecolors="0.3",
        linewidths=0.6,
    )
    ellipses.set_array(np.array(values))
    ellipses.set_cmap("PRGn_r" if color == "beta" else resistivity_colormap().reversed())
    ellipses.set_clim(*((-10, 10) if color == "beta" else (0, 90)))
    ax.add_collection(ellipses, autolim=False)
    if colorbar:
        ax.figure.colorbar(ellipses, ax=ax, label="Skew β (°)" if color == "beta" else "Smallest phase (°)", pad=0.02)
    return ax


def strike_rose(survey, ax=None, *, shortest_period=0.0, longest_period=np.inf, largest_skew=3.0, largest_error=20.0):
    """Directions of strike by phase tensors: dark the larger axes, pale at right angles to them; strike is one of both.

    ax       : polar axes of matplotlib; a new figure where None
    returns  : ax
    raises   : ImportError where matplotlib is missing, ValueError where ax is not polar

    Weights and selection are those of terrella.elec.phase_tensor_strike, whose mean is drawn where it is significant.
    """
    plt = pyplot()
    if ax is None:
        ax = plt.subplots(figsize=(5, 5), subplot_kw={"projection": "polar"}, layout="constrained")[1]
    if ax.name != "polar":
        raise ValueError("strike_rose: ax must be polar: plt.subplots(subplot_kw={'projection': 'polar'})")
    angles, weights = [], []
    for site in survey:
        table = _terrella.elec.phase_tensor_table(site)
        error = np.where(np.isnan(table.strike.error), largest_error / 2, table.strike.error)
        use = (site.period >= shortest_period) & (site.period < longest_period) & np.isfinite(table.strike.value)
        use &= (np.abs(table.beta.value) <= largest_skew) & (error <= largest_error)
        use &= np.abs(table.ellipticity.value) > 1e-6  # circles point nowhere
        angles.extend(table.strike.value[use] + site.rotation)
        weights.extend(1 / (error[use] ** 2 + 25))
    ax.set_theta_zero_location("N")
    ax.set_theta_direction(-1)
    edges = np.radians(np.arange(0, 361, 10))
    principal = np.histogram(np.radians(np.mod(angles, 180)), edges, weights=weights)[0]
    principal += np.roll(principal, 18)
    both = principal + np.roll(principal, 9)
    scale = both.max() if both.max() > 0 else 1
    middle, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    ax.bar(middle, np.sqrt(both / scale), width, color="#bed6e8", edgecolor="0.4", linewidth=0.5)
    ax.bar(middle, np.sqrt(principal / scale), width, color="#2d6ea0", edgecolor="0.4", linewidth=0.5)
    ax.set_yticklabels([])
    found = _terrella.elec.phase_tensor_strike(
        survey,
        shortest_period=shortest_period,
        longest_period=longest_period,
        largest_skew=largest_skew,
        largest_error=largest_error,
    )
    mean = found.principal
    title = "no preferred direction"
    if mean.data and mean.chance < 0.05:
        for turn in (0, 90, 180, 270):
            ax.plot(np.radians([mean.angle + turn] * 2), [0, 1.05], color="#c83228", linewidth=1.5)
        half = (mean.high - mean.low) / 2
        title = (
            f"{mean.angle:.0f}° ± {half:.0f}° or {(mean.angle + 180) % 180 - 90:.0f}°" if half < 45 else "undetermined"
        )
    ax.set_title(f"{title} ({mean.data})")
    return ax


def _line(survey):
    if len(survey) == 0:
        raise ValueError("the survey has no sites; there is nothing to show")
    order, distance, placed = profile(survey.sites)
    return order, distance, column_edges(distance) / 1000, placed


def _frame(ax, survey, order, distance, edges, placed, site_names):
    periods = np.concatenate([site.period for site in survey])
    ax.set_yscale("log")
    ax.set_ylim(periods.max() * 1.3, periods.min() / 1.3)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_xlabel("Distance (km)" if placed else "Sites in file order, equal spacing")
    ax.set_ylabel("Period (s)")
    if site_names:
        _name_sites(ax, distance / 1000, [survey[int(site)].name for site in order])


def _limits_around(values):
    """1 or 3 times a power of ten around the central 96 %, a factor of 30 apart at least."""
    marks = np.array([digit * 10.0**power for power in range(-9, 12) for digit in (1, 3)])
    lowest, highest = np.percentile(values, [2, 98])
    lowest = marks[marks <= lowest * 1.001].max(initial=marks[0])
    highest = marks[marks >= highest / 1.001].min(initial=marks[-1])
    while highest < 29 * lowest:
        lowest, highest = lowest / np.sqrt(10), highest * np.sqrt(10)
    return lowest, highest


def _period_cells(period):
    """From midpoint to midpoint in logarithm, no farther than 0.2 decades or 3/4 of the usual spacing."""
    log = np.log10(period)
    if len(log) == 1:
        return [(10 ** (log[0] - 0.05), 10 ** (log[0] + 0.05))]
    spacing = np.sort(np.diff(log))
    farthest = max(0.2, 0.75 * spacing[(len(spacing) - 1) // 2])
    middle = (log[1:] + log[:-1]) / 2
    low = np.concatenate([[2 * log[0] - middle[0]], middle])
    high = np.concatenate([middle, [2 * log[-1] - middle[-1]]])
    return [(10 ** max(a, x - farthest), 10 ** min(b, x + farthest)) for a, b, x in zip(low, high, log, strict=True)]
