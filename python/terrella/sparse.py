"""Sparse matrices as a pattern and values: algebra, assembly and solves, differentiable to any order."""

from terrella._terrella import sparse as _sparse
from terrella._terrella.sparse import *  # noqa: F403

__all__ = ["from_scipy", "to_scipy"]
__all__ += _sparse.__all__


def from_scipy(matrix):
    """SparseTensor of a SciPy sparse matrix or array; entries in one place are added."""
    places = matrix.tocoo()
    return _sparse.assemble(*places.shape, places.row, places.col).matrix(places.data)


def to_scipy(matrix):
    """scipy.sparse.csr_array of a SparseTensor without a batch."""
    import numpy as np
    from scipy.sparse import csr_array

    if matrix.values.ndim != 1:
        raise ValueError(f"to_scipy: SciPy has no batches of matrices, got shape {matrix.shape}; take one of them")
    pattern = matrix.pattern
    data, columns, starts = (np.asarray(x) for x in (matrix.values, pattern.column, pattern.row_starts))
    return csr_array((data, columns, starts), shape=matrix.shape)
