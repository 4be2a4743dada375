"""The colours of resistivity: red is conductive, blue resistive. The table is that of viz/color.h."""

RESISTIVITY_COLORS = (
    (115, 10, 32),
    (184, 28, 42),
    (226, 82, 47),
    (246, 149, 66),
    (252, 228, 140),
    (176, 220, 160),
    (88, 180, 176),
    (45, 122, 182),
    (38, 52, 122),
)
MISSING_COLOR = (208, 204, 198)


def resistivity_colormap():
    """matplotlib's LinearSegmentedColormap "terrella_resistivity", for a LogNorm of ohm m; NaN is light grey."""
    from terrella.plot._matplotlib import pyplot

    pyplot()
    from matplotlib.colors import LinearSegmentedColormap

    def share(color):
        return tuple(part / 255 for part in color)

    colormap = LinearSegmentedColormap.from_list(
        "terrella_resistivity", [share(color) for color in RESISTIVITY_COLORS], N=1024
    )
    return colormap.with_extremes(bad=share(MISSING_COLOR))
