"""Surveys as xarray datasets; imported when first asked for, since xarray is optional."""

import numpy as np


def common_periods(periods, tolerance):
    """The ascending union of arrays of periods, and for each array the rows of its entries.

    Periods of different arrays that differ by less than `tolerance` (a fraction) are one; those of one stay apart.
    """
    owner = np.concatenate([np.full(len(p), i) for i, p in enumerate(periods)]) if periods else np.zeros(0, int)
    values = np.concatenate(periods) if periods else np.zeros(0)
    union = []
    rows = np.empty(len(values), int)
    seen = set()
    for k in np.argsort(values, kind="stable"):
        if not union or values[k] > union[-1] * (1 + tolerance) or owner[k] in seen:
            union.append(values[k])
            seen = set()
        seen.add(owner[k])
        rows[k] = len(union) - 1
    return np.array(union), [rows[owner == i] for i in range(len(periods))]


def survey_to_xarray(survey, tolerance):
    try:
        import xarray
    except ImportError as missing:
        raise ImportError("to_xarray needs xarray: pip install 'terrella[viz]'") from missing
    sites = survey.sites
    period, rows = common_periods([site.period for site in sites], tolerance)

    def gather(field, shape, dtype):
        array = np.full((len(sites), len(period), *shape), np.nan, dtype)
        for i, site in enumerate(sites):
            values, masked = getattr(site, field), getattr(site, field.removesuffix("_error") + "_masked")
            if values is not None:
                array[i, rows[i]] = values if masked is None else np.where(masked, np.nan, values)
        return array

    z_dims, tipper_dims = ("station", "period", "output", "input"), ("station", "period", "input")
    convention = {"sign": "exp(+iwt)"}
    error = "standard error of the real part and, equally, of the imaginary part"
    variables = {
        "z": (z_dims, gather("z", (2, 2), complex), {"long_name": "impedance E/H", "units": "ohm", **convention}),
        "z_error": (z_dims, gather("z_error", (2, 2), float), {"long_name": error, "units": "ohm"}),
        "tipper": (tipper_dims, gather("tipper", (2,), complex), {"long_name": "Hz/H", "units": "1", **convention}),
        "tipper_error": (tipper_dims, gather("tipper_error", (2,), float), {"long_name": error, "units": "1"}),
    }

    def per_site(field, units, long_name):
        return "station", [getattr(site, field) for site in sites], {"units": units, "long_name": long_name}

    coordinates = {
        "station": [site.name for site in sites],
        "period": ("period", period, {"units": "s"}),
        "output": ["ex", "ey"],
        "input": ["hx", "hy"],
        "latitude": per_site("latitude", "degrees_north", "latitude"),
        "longitude": per_site("longitude", "degrees_east", "longitude"),
        "elevation": per_site("elevation", "m", "height above sea level"),
        "rotation": per_site("rotation", "degrees", "azimuth of x, clockwise from geographic north"),
    }
    attributes = {"name": survey.name, "units": "SI", "axes": "x north, y east, z down", **convention}
    return xarray.Dataset(variables, coordinates, attributes)


def result_2d_to_xarray(result):
    try:
        import xarray
    except ImportError as missing:
        raise ImportError("to_xarray needs xarray: pip install 'terrella[viz]'") from missing
    model, data = result.model, result.data
    middle = (model.z[1:, 1:] + model.z[1:, :-1] + model.z[:-1, 1:] + model.z[:-1, :-1]) / 4
    ground = model.z[model.sea_rows]
    element = ("row", "column")
    variables = {"cell": (element, model.cell, {"long_name": "what the inversion sought; -1 where held"})}
    for name, units, meaning in (
        ("resistivity", "ohm m", "resistivity"),
        ("resistivity_y", "ohm m", "resistivity along the profile"),
        ("resistivity_z", "ohm m", "vertical resistivity"),
        ("log10_resistivity_error", "1", "linearised standard error of log10 resistivity"),
        ("sensitivity", "km-2", "root of the sum of (d residual / d ln resistivity)^2, divided by the area"),
    ):
        values = getattr(model, name)
        if values is not None:
            variables[name] = (element, values, {"long_name": meaning, "units": units})
    if model.depth_of_investigation is not None:
        what = {"long_name": "depth of investigation below the ground", "units": "m"}
        variables["depth_of_investigation"] = ("column", model.depth_of_investigation, what)
    for name, axis in (("models", "iteration"), ("ensemble", "member")):
        values = getattr(result, name)
        if values is not None:
            variables[f"log10_resistivity_{axis}"] = ((axis, *element), values, {"long_name": f"of every {axis}"})
    variables["node_y"] = ("line", model.y, {"long_name": "distance along the profile", "units": "m"})
    variables["node_z"] = (("node_row", "line"), model.z, {"long_name": "depth, positive down", "units": "m"})
    for name, values in (("observed", data.value), ("predicted", result.predicted), ("residual", result.residuals)):
        variables[name] = ("datum", values)
    variables["error"] = ("datum", data.error, {"long_name": "standard error of the real part"})
    variables["masked"] = ("datum", data.masked)
    variables["rms"] = ("station", result.rms_of_sites)
    coordinates = {
        "y": ("column", (model.y[1:] + model.y[:-1]) / 2, {"long_name": "distance along the profile", "units": "m"}),
        "depth": (element, middle - (ground[1:] + ground[:-1]) / 2, {"units": "m", "positive": "down"}),
        "elevation": (element, -middle, {"units": "m", "positive": "up"}),
        "station": [site.name for site in data.sites],
        "station_y": ("station", [site.y for site in data.sites], {"units": "m"}),
        "datum_station": ("datum", data.site),
        "period": ("datum", data.period, {"units": "s"}),
        "quantity": ("datum", data.quantity),
    }
    attributes = {
        "name": data.name,
        "rms": result.rms,
        "azimuth": result.azimuth,
        "stopped": result.stopped,
        "sea_rows": model.sea_rows,
        "config": result.config,
    }
    return xarray.Dataset(variables, coordinates, attributes)
