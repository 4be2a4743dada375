"""The exceptions of Terrella. Wrong arguments raise ValueError instead, memory that cannot be had MemoryError."""


class TerrellaError(Exception):
    """Base of the errors that are not the caller's wrong arguments."""


class FormatError(TerrellaError):
    """A file that does not hold what its format demands.

    path : the file
    line : counted from 1; 0 where lines mean nothing (HDF5)
    """

    path: str
    line: int

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class UnitError(TerrellaError):
    """Units, signs or conventions that contradict each other."""


class MeshError(TerrellaError):
    """A mesh that breaks a rule of its solver."""


class SolveError(TerrellaError):
    """A solve that met a singular matrix, a NaN or an impossible factor."""


class ResourceError(TerrellaError):
    """Not enough memory or disk; try with less."""
