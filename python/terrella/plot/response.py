"""Sounding curves."""

import numpy as np

from terrella.plot._matplotlib import printable, pyplot

MU_0 = 4e-7 * np.pi  # V s / (A m)


def _scale_curves(plt, upper, lower):
    """Axes of apparent resistivity above, phase below, once the curves are drawn."""
    upper.set_yscale("log", nonpositive="clip")
    upper.yaxis.set_major_formatter("{x:g}")
    for axes in (upper, lower):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(True, color="0.88")
        axes.set_axisbelow(True)
    low, high = lower.get_ylim()
    lower.set_ylim(min(low, 0), max(high, 90))
    lower.yaxis.set_major_locator(plt.MultipleLocator(15 if high - low < 150 else 45))
    upper.set_ylabel("Apparent resistivity (Ω·m)")


def response(result, site, ax=None):
    """Apparent resistivity and phase of one site, data with error bars and the response of its model.

    Of a Result2d both modes are shown (terrella.plot.response_2d).

    result   : has .fits[i] with .site .period [n] s, .observed .predicted [n] ohm complex, .error [n] ohm, .rms
    site     : name or index of the site
    ax       : two matplotlib axes, for apparent resistivity and phase; a new figure where None
    returns  : the two axes
    raises   : ImportError where matplotlib is missing, ValueError where there is no such site or ax is not a pair

    rho_a = |Z|^2 / (w mu_0), Cagniard (1953); errors to first order, 2 rho_a s / |Z| and s / |Z|. Phases in the third
    quadrant (Zyx) are shown as those of -Z, and the axis says so.
    """
    plt = pyplot()
    if hasattr(result, "data") and hasattr(result.model, "cell"):
        from terrella.plot.line import response_2d

        return response_2d(result, site, ax)
    fit = _find(result.fits, site)
    period, observed, predicted = (np.asarray(values) for values in (fit.period, fit.observed, fit.predicted))
    error = np.asarray(fit.error, dtype=float)
    if not period.shape == observed.shape == predicted.shape == error.shape:
        raise ValueError(
            f"response: site {fit.site!r} has {period.shape} periods, {observed.shape} observed, "
            f"{error.shape} errors, {predicted.shape} predicted"
        )
    if ax is None:
        ax = plt.subplots(2, 1, sharex=True, figsize=(7, 7), height_ratios=(3, 2), layout="constrained")[1]
    if np.size(ax) != 2:
        raise ValueError(f"response: ax must be two axes, for apparent resistivity and phase, got {np.size(ax)}")
    upper, lower = np.ravel(ax)

    omega_mu = 2 * np.pi / period * MU_0
    size = np.abs(observed)
    phase, fitted_phase = np.degrees(np.angle(observed)), np.degrees(np.angle(predicted))
    known = phase[np.isfinite(phase)]
    turned = known.size > 0 and np.median(known) < -90
    if turned:
        phase, fitted_phase = (np.where(p > 0, p - 180, p + 180) for p in (phase, fitted_phase))
    style = dict(fmt="o", color="#1f497d", mfc="white", markersize=5, elinewidth=1, capsize=2, label="data")
    upper.errorbar(period, size**2 / omega_mu, 2 * size * error / omega_mu, **style)
    upper.plot(period, np.abs(predicted) ** 2 / omega_mu, color="#cc3426", linewidth=2, zorder=3, label="model")
    lower.errorbar(period, phase, np.degrees(error / size), **style)
    lower.plot(period, fitted_phase, color="#cc3426", linewidth=2, zorder=3, label="model")

    _scale_curves(plt, upper, lower)
    lower.set_ylabel("Phase of −Z (°)" if turned else "Phase (°)")
    lower.set_xlabel("Period (s)")
    upper.set_title(f"{printable(fit.site)}, RMS {fit.rms:.2f}")
    upper.legend(frameon=False)
    return upper, lower


def _find(fits, site):
    if isinstance(site, str):
        for fit in fits:
            if fit.site == site:
                return fit
        raise ValueError(f"response: no site {site!r}, the result has {', '.join(fit.site for fit in fits)}")
    if not -len(fits) <= site < len(fits):
        raise ValueError(f"response: no site {site}, the result has {len(fits)}")
    return fits[site]
