// A step of Adam, compiled once for each instruction set. What bounds it is memory: each number is read and written
// once, and what goes past the caches is not read from memory before it is written.
#include <immintrin.h>

#include "core/backend/cpu/adam_kernels.h"
#include "core/backend/cpu/lanes.h"

namespace {

using terrella::cpu::AdamFactors;

#if defined(__AVX512F__)  // maskz: GCC 12 warns of the undefined register in _mm512_sqrt
inline Vector<float> root(Vector<float> v) { return Vector<float>(_mm512_maskz_sqrt_ps(__mmask16(-1), __m512(v))); }
inline Vector<double> root(Vector<double> v) { return Vector<double>(_mm512_maskz_sqrt_pd(__mmask8(-1), __m512d(v))); }
inline void write_past(float* to, Vector<float> v) { _mm512_stream_ps(to, __m512(v)); }
inline void write_past(double* to, Vector<double> v) { _mm512_stream_pd(to, __m512d(v)); }
#elif defined(__AVX__)
inline Vector<float> root(Vector<float> v) { return Vector<float>(_mm256_sqrt_ps(__m256(v))); }
inline Vector<double> root(Vector<double> v) { return Vector<double>(_mm256_sqrt_pd(__m256d(v))); }
inline void write_past(float* to, Vector<float> v) { _mm256_stream_ps(to, __m256(v)); }
inline void write_past(double* to, Vector<double> v) { _mm256_stream_pd(to, __m256d(v)); }
#else
inline Vector<float> root(Vector<float> v) { return Vector<float>(_mm_sqrt_ps(__m128(v))); }
inline Vector<double> root(Vector<double> v) { return Vector<double>(_mm_sqrt_pd(__m128d(v))); }
inline void write_past(float* to, Vector<float> v) { _mm_stream_ps(to, __m128(v)); }
inline void write_past(double* to, Vector<double> v) { _mm_stream_pd(to, __m128d(v)); }
#endif
inline float root(float v) { return __builtin_sqrtf(v); }
inline double root(double v) { return __builtin_sqrt(v); }

/// V is a vector of T, or T itself.
template <class V, class T>
inline void moments(const AdamFactors<T>& f, V g, V& m, V& s) {
  m = f.beta1 * m + f.rest1 * g;
  s = f.beta2 * s + f.rest2 * (g * g);
}
template <class V, class T>
inline V moved(const AdamFactors<T>& f, V x, V m, V s) {
  return f.keep * x - m / (root(s) * f.correction + f.epsilon) * f.rate;
}

template <bool past_caches, class T>
inline void vectors(const AdamFactors<T>& f, const T* x, const T* g, const T* m, const T* s, T* new_x, T* new_m,
                    T* new_s, long n) {
  for (long i = 0; i < n; i += lanes_of<T>) {
    Vector<T> mean = read(m + i), square = read(s + i);
    const Vector<T> before = read(x + i);
    moments(f, read(g + i), mean, square);
    const Vector<T> after = moved(f, before, mean, square);
    if constexpr (past_caches) {
      write_past(new_x + i, after);
      write_past(new_m + i, mean);
      write_past(new_s + i, square);
    } else {
      write(new_x + i, after);
      write(new_m + i, mean);
      write(new_s + i, square);
    }
  }
}

template <class T>
void step(const AdamFactors<T>& factors, const T* x, const T* g, const T* m, const T* s, T* new_x, T* new_m, T* new_s,
          long n, bool past_caches) {
  const AdamFactors<T> f = factors;
  const long whole = n / lanes_of<T> * lanes_of<T>;
  if (past_caches) {
    vectors<true>(f, x, g, m, s, new_x, new_m, new_s, whole);
    _mm_sfence();  // other threads see it in order
  } else {
    vectors<false>(f, x, g, m, s, new_x, new_m, new_s, whole);
  }
  for (long i = whole; i < n; ++i) {
    T mean = m[i], square = s[i];
    const T before = x[i];
    moments(f, g[i], mean, square);
    new_x[i] = moved(f, before, mean, square);
    new_m[i] = mean;
    new_s[i] = square;
  }
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_adam_, TERRELLA_ISA)(AdamTable* table) {
  table->f32 = step<float>;
  table->f64 = step<double>;
}
