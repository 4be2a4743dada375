"""The one place that loads matplotlib."""


def pyplot():
    try:
        import matplotlib.pyplot as module
    except ImportError as error:
        raise ImportError("pictures need matplotlib: pip install terrella[viz]") from error
    return module


def printable(name, longest=24):
    """A name from a file as it is drawn: one line, not read as TeX, no longer than `longest` letters."""
    line = "".join(letter if letter.isprintable() else " " for letter in str(name))
    line = line if len(line) <= longest else line[:longest] + "..."
    return line.replace("$", r"\$")
