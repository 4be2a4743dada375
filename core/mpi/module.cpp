#include "core/mpi/module.h"

#include <mpi.h>

#include <cstdlib>
#include <vector>

namespace {
int ranks = 1, own_rank = 0;
}

int terrella_mpi_start(int* rank, int* size) {
  int given = 0;
  if (const int error = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &given)) return error;
  if (given < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  std::atexit([] { MPI_Finalize(); });
  if (const int error = MPI_Comm_rank(MPI_COMM_WORLD, rank)) return error;
  const int error = MPI_Comm_size(MPI_COMM_WORLD, size);
  ranks = *size;
  own_rank = *rank;
  return error;
}

int terrella_mpi_gather_sizes(long own, long* all) {
  return MPI_Allgather(&own, 1, MPI_LONG, all, 1, MPI_LONG, MPI_COMM_WORLD);
}

int terrella_mpi_gather(const void* own, long bytes, void* all, const long* sizes, int on_all) {
  // Counts of MPI are int: pieces of up to 1 GiB over all.
  constexpr long most = 1L << 30;
  long longest = 0, before = 0;
  std::vector<long> first;
  for (int r = 0; r < ranks; ++r) {
    first.push_back(before);
    before += sizes[r];
    if (sizes[r] > longest) longest = sizes[r];
  }
  const long piece = most / ranks;
  std::vector<char> together;
  for (long from = 0; from < longest; from += piece) {
    const auto part = [&](long size) {
      return static_cast<int>(size <= from ? 0 : size - from < piece ? size - from : piece);
    };
    std::vector<int> counts, places;
    int place = 0;
    for (int r = 0; r < ranks; ++r) {
      counts.push_back(part(sizes[r]));
      places.push_back(place);
      place += counts.back();
    }
    if (on_all || own_rank == 0) together.resize(static_cast<std::size_t>(place));
    const char* const start = static_cast<const char*>(own) + (from < bytes ? from : bytes);
    const int error = on_all ? MPI_Allgatherv(start, part(bytes), MPI_BYTE, together.data(), counts.data(),
                                              places.data(), MPI_BYTE, MPI_COMM_WORLD)
                             : MPI_Gatherv(start, part(bytes), MPI_BYTE, together.data(), counts.data(), places.data(),
                                           MPI_BYTE, 0, MPI_COMM_WORLD);
    if (error) return error;
    if (!on_all && own_rank != 0) continue;
    for (int r = 0; r < ranks; ++r) {
      const auto at = static_cast<std::size_t>(r);
      char* const to = static_cast<char*>(all) + first[at] + from;
      for (int k = 0; k < counts[at]; ++k) to[k] = together[static_cast<std::size_t>(places[at] + k)];
    }
  }
  return MPI_SUCCESS;
}
