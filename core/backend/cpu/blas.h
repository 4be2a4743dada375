// core/backend/cpu/blas.h: OpenBLAS and the LAPACK inside it, one thread a call; calls come from our own threads.
#pragma once
#include <cblas.h>

#include <complex>
#include <cstddef>

namespace terrella::cpu {

/// Sets OpenBLAS to one thread and compares its products with plain loops, once: old builds choose wrong kernels on
/// processors newer than themselves. Says so on stderr when they differ.
bool blas_is_right();
/// Throws SolveError where they do not: for work that has no other way.
void require_right_blas();

}  // namespace terrella::cpu

// LAPACK's Fortran interface: column-major, arguments by address. Fortran passes the length of each text behind all
// other arguments; the callee may write to that place, which without the argument is somebody else's stack.
extern "C" {
#define TERRELLA_LAPACK(p, T, R)                                                                                    \
  void p##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t uplo_length = 1);     \
  void p##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);                         \
  void p##gesv_(const int* n, const int* nrhs, T* a, const int* lda, int* pivots, T* b, const int* ldb, int* info); \
  void p##gelqf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork, int* info);
TERRELLA_LAPACK(s, float, float)
TERRELLA_LAPACK(d, double, double)
TERRELLA_LAPACK(c, std::complex<float>, float)
TERRELLA_LAPACK(z, std::complex<double>, double)
#undef TERRELLA_LAPACK
#define TERRELLA_LAPACK(name, T)                                                                                     \
  void name(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work, const int* lwork, \
            int* info);
TERRELLA_LAPACK(sorglq_, float)
TERRELLA_LAPACK(dorglq_, double)
TERRELLA_LAPACK(cunglq_, std::complex<float>)
TERRELLA_LAPACK(zunglq_, std::complex<double>)
#undef TERRELLA_LAPACK
#define TERRELLA_LAPACK(name, T)                                                                                   \
  void name(const char* jobz, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu, T* vt, \
            const int* ldvt, T* work, const int* lwork, int* iwork, int* info, std::size_t jobz_length = 1);
TERRELLA_LAPACK(sgesdd_, float)
TERRELLA_LAPACK(dgesdd_, double)
#undef TERRELLA_LAPACK
#define TERRELLA_LAPACK(name, T)                                                                             \
  void name(const char* jobz, const int* m, const int* n, std::complex<T>* a, const int* lda, T* s,          \
            std::complex<T>* u, const int* ldu, std::complex<T>* vt, const int* ldvt, std::complex<T>* work, \
            const int* lwork, T* rwork, int* iwork, int* info, std::size_t jobz_length = 1);
TERRELLA_LAPACK(cgesdd_, float)
TERRELLA_LAPACK(zgesdd_, double)
#undef TERRELLA_LAPACK
#define TERRELLA_LAPACK(p, T)                                                                                  \
  void p##syevd_(const char* jobz, const char* uplo, const int* n, T* a, const int* lda, T* w, T* work,        \
                 const int* lwork, int* iwork, const int* liwork, int* info, std::size_t jobz_length = 1,      \
                 std::size_t uplo_length = 1);                                                                 \
  void p##geev_(const char* jobvl, const char* jobvr, const int* n, T* a, const int* lda, T* wr, T* wi, T* vl, \
                const int* ldvl, T* vr, const int* ldvr, T* work, const int* lwork, int* info,                 \
                std::size_t jobvl_length = 1, std::size_t jobvr_length = 1);
TERRELLA_LAPACK(s, float)
TERRELLA_LAPACK(d, double)
#undef TERRELLA_LAPACK
#define TERRELLA_LAPACK(p, T)                                                                                         \
  void p##heevd_(const char* jobz, const char* uplo, const int* n, std::complex<T>* a, const int* lda, T* w,          \
                 std::complex<T>* work, const int* lwork, T* rwork, const int* lrwork, int* iwork, const int* liwork, \
                 int* info, std::size_t jobz_length = 1, std::size_t uplo_length = 1);                                \
  void p##geev_(const char* jobvl, const char* jobvr, const int* n, std::complex<T>* a, const int* lda,               \
                std::complex<T>* w, std::complex<T>* vl, const int* ldvl, std::complex<T>* vr, const int* ldvr,       \
                std::complex<T>* work, const int* lwork, T* rwork, int* info, std::size_t jobvl_length = 1,           \
                std::size_t jobvr_length = 1);
TERRELLA_LAPACK(c, float)
TERRELLA_LAPACK(z, double)
#undef TERRELLA_LAPACK
}
