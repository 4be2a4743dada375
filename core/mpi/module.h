// core/mpi/module.h: what the module of MPI offers to core/ranks.cpp, as plain C.
#pragma once

extern "C" {
/// Starts MPI; 0, or an error of MPI's.
int terrella_mpi_start(int* rank, int* size);
/// Bytes of each rank, [size].
int terrella_mpi_gather_sizes(long own, long* all);
/// Bytes of all ranks, one behind the other, on all of them or on rank 0 alone.
int terrella_mpi_gather(const void* own, long bytes, void* all, const long* sizes, int on_all);
}
