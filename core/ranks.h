// core/ranks.h: the processes that `mpirun` started together, and what they tell each other.
//
// MPI is no part of the program: a module of its own (core/mpi) is loaded when the environment says that OpenMPI's
// mpirun started it, so that nothing else starts later for it, and MUMPS, whose sequential library brings functions of
// MPI's names, never meets it. Every process runs the same program and must call these functions in the same order.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace terrella {

struct Ranks {
  int rank = 0, size = 1;
};

/// This process among all; 0 of 1 where no mpirun started it. ResourceError where one did but the module of MPI is not
/// there or does not start.
const Ranks& ranks();

/// What each process gives, in the order of ranks, the same on all. They wait for each other.
std::vector<Bytes> all_gather(std::span<const std::byte> own);
/// The same on rank 0 alone; none on the others.
std::vector<Bytes> gather(std::span<const std::byte> own);
/// What rank 0 gives, on all; what others give counts for nothing.
Bytes broadcast(std::span<const std::byte> of_first);

/// all_gather of numbers, one behind the other.
std::vector<double> all_gather(const std::vector<double>& own);

/// Does the work, and waits until all have. Where it throws on one, all throw the same kind of exception
/// (core/told_exception.h) of the same words, which name the rank unless it threw the same everywhere.
void together(const std::function<void()>& work);

}  // namespace terrella
