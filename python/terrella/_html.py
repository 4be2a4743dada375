"""How values show themselves in a notebook."""

from html import escape


def survey_to_html(survey):
    rows = "".join(site_row(site) for site in survey)
    heads = "".join(
        f"<th>{head}</th>"
        for head in ("site", "latitude", "longitude", "elevation m", "periods s", "impedance", "tipper", "repairs")
    )
    title = escape(survey.name or "Survey")
    return f"<b>{title}</b>: {len(survey)} sites<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def site_row(site):
    period = site.period
    span = f"{len(period)}: {period[0]:.3g} to {period[-1]:.3g}" if len(period) else "0"
    cells = (
        escape(site.name),
        f"{site.latitude:.4f}",
        f"{site.longitude:.4f}",
        f"{site.elevation:.0f}",
        span,
        "yes" if site.z is not None else "no",
        "yes" if site.tipper is not None else "no",
        str(len(site.provenance.repairs)),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def result_to_html(result):
    rows = "".join(
        f"<tr><td>{escape(fit.site)}</td><td>{len(fit.period)}</td><td>{fit.rms:.3f}</td><td>{escape(fit.stopped)}</td></tr>"
        for fit in result.fits
    )
    heads = "".join(f"<th>{head}</th>" for head in ("site", "periods", "RMS", "stopped because"))
    return f"<b>Result</b>: {len(result.fits)} sites<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def result_2d_to_html(result):
    sites = zip(result.data.sites, result.rms_of_sites, strict=True)
    rows = "".join(
        f"<tr><td>{escape(site.name)}</td><td>{site.y:.0f}</td><td>{rms:.2f}</td></tr>" for site, rms in sites
    )
    heads = "".join(f"<th>{head}</th>" for head in ("site", "y m", "RMS"))
    elements = " × ".join(str(n) for n in result.model.resistivity.shape)
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in result.choices)
    return (
        f"<b>Result2d</b>: {escape(result.data.name)} RMS {result.rms:.3f}, {len(result.data)} data of "
        f"{len(result.data.sites)} sites, {elements} elements; {escape(result.stopped)}"
        f"<ul>{choices}</ul><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
