// Amestoy, Duff, Koster & L'Excellent (2001). The sequential library brings functions named as MPI's, which must never
// meet a true MPI: it is loaded by itself, its names are seen by it alone.
#include "core/sparse/mumps.h"

#include <cmumps_c.h>
#include <dlfcn.h>
#include <dmumps_c.h>
#include <smumps_c.h>
#include <zmumps_c.h>

#include <complex>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/sparse/front.h"
#include "core/sparse/pattern_data.h"

namespace terrella::sparse {
namespace {

template <class T>
struct Library;
template <>
struct Library<float> {
  using Struct = SMUMPS_STRUC_C;
  static constexpr char letter = 's';
};
template <>
struct Library<double> {
  using Struct = DMUMPS_STRUC_C;
  static constexpr char letter = 'd';
};
template <>
struct Library<std::complex<float>> {
  using Struct = CMUMPS_STRUC_C;
  static constexpr char letter = 'c';
};
template <>
struct Library<std::complex<double>> {
  using Struct = ZMUMPS_STRUC_C;
  static constexpr char letter = 'z';
};

/// The one function of the library.
template <class T>
void (*entry_point())(typename Library<T>::Struct*) {
  if (std::getenv("OMPI_COMM_WORLD_SIZE"))
    throw SolveError("sparse solve: MUMPS is sequential here and is not loaded under mpirun; use Direct::multifrontal");
  const std::string version = MUMPS_VERSION, name = std::string(1, Library<T>::letter) + "mumps",
                    file = "lib" + name + "_seq-" + version.substr(0, version.rfind('.')) + ".so";
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int own_names = 0;  // sanitizers must see all names
#else
  constexpr int own_names = RTLD_DEEPBIND;
#endif
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | own_names);
  void* const found = library ? dlsym(library, (name + "_c").c_str()) : nullptr;
  if (!found)
    throw SolveError(text("sparse solve: ", file, " is not there: ", dlerror(),
                          "; install libmumps-seq-dev, or solve by Direct::multifrontal"));
  return reinterpret_cast<void (*)(typename Library<T>::Struct*)>(found);
}

/// Ends what job = -1 began.
template <class T>
class Run {
 public:
  using Struct = typename Library<T>::Struct;
  Run(int symmetry, std::string_view which) : call_(function()), which_(which) {
    constexpr int no_communicator = -987654;
    s_.par = 1;
    s_.sym = symmetry;
    s_.comm_fortran = no_communicator;
    job(-1);
    for (int i = 0; i < 4; ++i) s_.icntl[i] = i == 3 ? 0 : -1;  // says nothing
    s_.icntl[13] = 50;                                          // room for pivots that are put off, in percent
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    s_.job = -2;
    call_(&s_);
  }
  Struct* operator->() { return &s_; }
  void job(int which) {
    s_.job = which;
    call_(&s_);
    while (which == 2 && (s_.infog[0] == -8 || s_.infog[0] == -9)) {  // more room, please
      if (s_.icntl[13] > 10000) break;
      s_.icntl[13] *= 3;
      call_(&s_);
    }
    const int code = s_.infog[0], detail = s_.infog[1];
    if (code >= 0) return;
    if (code == -10)
      throw SolveError(text("sparse solve: the matrix", which_, " is singular: MUMPS found ", detail, " pivots"));
    if (code == -6)
      throw SolveError(text("sparse solve: the matrix", which_, " is singular for any values, of rank ", detail));
    if (code == -13) throw ResourceError(text("sparse solve: MUMPS found no memory for ", detail, " numbers"));
    throw SolveError(text("sparse solve: MUMPS failed with codes ", code, ", ", detail));
  }

 private:
  static auto function() {
    static const auto found = entry_point<T>();
    return found;
  }
  Struct s_{};
  void (*call_)(Struct*);
  std::string_view which_;
};

}  // namespace

template <class T>
void solve_by_mumps(const SparsePattern& pattern, MatrixKind kind, const T* values, bool adjoint, std::int64_t m,
                    const T* b, T* x, std::string_view which) {
  const std::int64_t n = pattern.rows();
  if (n == 0 || m == 0) return;
  constexpr bool real = std::is_same_v<T, Real<T>>;
  const bool hermitian = kind == MatrixKind::hermitian || kind == MatrixKind::positive_definite;
  // It has no L D L^H: complex Hermitian matrices are general ones.
  const bool half = kind == MatrixKind::symmetric || (hermitian && real);
  const int symmetry = !half ? 0 : kind == MatrixKind::positive_definite ? 1 : 2;
  std::vector<MUMPS_INT> row, column;
  std::vector<T> entries;
  for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t k) {
    if (!std::isfinite(size_of(values[k])))
      throw SolveError(text("sparse solve: the matrix", which, ": entry (", i, ", ", j, ") is ", values[k]));
    if (half && j > i) return;
    row.push_back(adjoint && !half ? j + 1 : i + 1);
    column.push_back(adjoint && !half ? i + 1 : j + 1);
    entries.push_back(adjoint ? conjugate(values[k]) : values[k]);
  });
  std::vector<T> right(static_cast<std::size_t>(n * m));  // by columns
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < m; ++c) right[static_cast<std::size_t>(c * n + i)] = b[i * m + c];

  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  Run<T> run(symmetry, which);
  run->n = static_cast<MUMPS_INT>(n);
  run->nnz = static_cast<MUMPS_INT8>(entries.size());
  run->irn = row.data();
  run->jcn = column.data();
  run->a = reinterpret_cast<decltype(run->a)>(entries.data());
  run->rhs = reinterpret_cast<decltype(run->rhs)>(right.data());
  run->nrhs = static_cast<MUMPS_INT>(m);
  run->lrhs = static_cast<MUMPS_INT>(n);
  run->icntl[9] = m == 1 ? 2 : 0;  // steps of refinement, which it has for one right-hand side
  for (const int job : {1, 2, 3}) run.job(job);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < m; ++c) x[i * m + c] = right[static_cast<std::size_t>(c * n + i)];
}

#define TERRELLA_OF(T)                                                                                       \
  template void solve_by_mumps(const SparsePattern&, MatrixKind, const T*, bool, std::int64_t, const T*, T*, \
                               std::string_view);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::sparse
