// Butterflies and rearrangements of Fourier transforms, compiled once for each instruction set.
#include "core/backend/cpu/fourier_kernels.h"
#include "core/backend/cpu/lanes.h"

namespace {

using terrella::cpu::FourierKernels;
using terrella::cpu::FourierLines;
using terrella::cpu::FourierStage;

/// Element of scratch memory, or of a line of complex numbers; N is Lanes<T> or Single<T>.
template <class N>
struct Complex {
  typename N::type re, im;
};
template <class N>
inline Complex<N> operator+(Complex<N> a, Complex<N> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class N>
inline Complex<N> operator-(Complex<N> a, Complex<N> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class N, class T>
inline Complex<N> times(Complex<N> a, const T* w) {
  return {a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]};
}
template <class N>
inline Complex<N> times_minus_i(Complex<N> a) {
  return {a.im, -a.re};
}
template <class N>
inline Complex<N> swapped(Complex<N> a) {
  return {a.im, a.re};
}
template <class N>
inline Complex<N> conjugate(Complex<N> a) {
  return {a.re, -a.im};
}

/// a = transform of a.
template <class T, int radix>
struct Butterfly {  // odd: pairs (k, radix - k) share their products
  template <class N>
  static inline void apply(Complex<N>* a, const T* roots) {
    constexpr int half = radix / 2;
    Complex<N> sum[half + 1], difference[half + 1];
    Complex<N> first = a[0];
    for (int k = 1; k <= half; ++k) {
      sum[k] = a[k] + a[radix - k];
      difference[k] = a[k] - a[radix - k];
      first = first + sum[k];
    }
    for (int j = 1; j <= half; ++j) {
      Complex<N> even = a[0], odd = {};
      for (int k = 1; k <= half; ++k) {
        const T* w = roots + 2 * ((j * k) % radix);
        even = {even.re + sum[k].re * w[0], even.im + sum[k].im * w[0]};
        odd = {odd.re - difference[k].re * w[1], odd.im - difference[k].im * w[1]};
      }
      odd = times_minus_i(odd);
      a[j] = even + odd;
      a[radix - j] = even - odd;
    }
    a[0] = first;
  }
};
template <class T>
struct Butterfly<T, 2> {
  template <class N>
  static inline void apply(Complex<N>* a, const T*) {
    const Complex<N> b = a[0];
    a[0] = b + a[1];
    a[1] = b - a[1];
  }
};
template <class T>
struct Butterfly<T, 4> {
  template <class N>
  static inline void apply(Complex<N>* a, const T*) {
    const Complex<N> s = a[0] + a[2], d = a[0] - a[2], t = a[1] + a[3], e = times_minus_i(a[1] - a[3]);
    a[0] = s + t;
    a[1] = d + e;
    a[2] = s - t;
    a[3] = d - e;
  }
};
template <class T>
struct Butterfly<T, 8> {
  template <class N>
  static inline void apply(Complex<N>* a, const T* roots) {
    Complex<N> even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
    Butterfly<T, 4>::apply(even, roots);
    Butterfly<T, 4>::apply(odd, roots);
    const T h = T(0.70710678118654752440);
    odd[1] = {(odd[1].re + odd[1].im) * h, (odd[1].im - odd[1].re) * h};
    odd[2] = times_minus_i(odd[2]);
    odd[3] = {(odd[3].im - odd[3].re) * h, (odd[3].re + odd[3].im) * -h};
    for (int k = 0; k < 4; ++k) {
      a[k] = even[k] + odd[k];
      a[k + 4] = even[k] - odd[k];
    }
  }
};

template <class T, int radix>
void stage(const FourierStage& s, const Complex<Lanes<T>>* x, Complex<Lanes<T>>* y) {
  const long m = s.length / radix, stride = s.stride;
  const T* w = static_cast<const T*>(s.twiddle);
  const T* roots = static_cast<const T*>(s.roots);
  Complex<Lanes<T>> a[radix];
  for (long q = 0; q < stride; ++q) {  // the factors of p = 0 are 1
    for (int k = 0; k < radix; ++k) a[k] = x[q + stride * m * k];
    Butterfly<T, radix>::apply(a, roots);
    for (int k = 0; k < radix; ++k) y[q + stride * k] = a[k];
  }
  for (long p = 1; p < m; ++p) {
    const T* factors = w + p * 2 * (radix - 1);
    const Complex<Lanes<T>>* from = x + stride * p;
    Complex<Lanes<T>>* to = y + stride * radix * p;
    for (long q = 0; q < stride; ++q) {
      for (int k = 0; k < radix; ++k) a[k] = from[q + stride * m * k];
      Butterfly<T, radix>::apply(a, roots);
      to[q] = a[0];
      for (int k = 1; k < radix; ++k) to[q + stride * k] = times(a[k], factors + 2 * (k - 1));
    }
  }
}

template <class T>
void* transform(const FourierStage* stages, long count, void* a, void* b) {
  using Element = Complex<Lanes<T>>;
  Element *x = static_cast<Element*>(a), *y = static_cast<Element*>(b);
  for (long i = 0; i < count; ++i) {
    switch (stages[i].radix) {
      case 2:
        stage<T, 2>(stages[i], x, y);
        break;
      case 3:
        stage<T, 3>(stages[i], x, y);
        break;
      case 4:
        stage<T, 4>(stages[i], x, y);
        break;
      case 5:
        stage<T, 5>(stages[i], x, y);
        break;
      case 7:
        stage<T, 7>(stages[i], x, y);
        break;
      case 8:
        stage<T, 8>(stages[i], x, y);
        break;
      case 11:
        stage<T, 11>(stages[i], x, y);
        break;
      default:
        stage<T, 13>(stages[i], x, y);
        break;
    }
    Element* const done = y;
    y = x;
    x = done;
  }
  return x;
}

template <class T>
void load(const void* data, const FourierLines* lines, long n, bool swap, void* scratch) {
  constexpr long lanes = lanes_of<T>;
  const T* from = static_cast<const T*>(data);
  T* to = static_cast<T*>(scratch);
  const long *offset = lines->offset, step = lines->step, imaginary = lines->imaginary;
  const long re = swap ? lanes : 0, im = lanes - re;
  long k = 0;
  if (imaginary == 1 && step == 2) {  // lines of complex numbers: a square of lanes x lanes numbers at a time
    for (; k + lanes / 2 <= n; k += lanes / 2) {
      Vector<T> square[lanes];
      for (long l = 0; l < lanes; ++l) square[l] = read<T>(from + offset[l] + 2 * k);
      transpose(square);
      for (long l = 0; l < lanes; l += 2) {
        write(to + (2 * k + l) * lanes + re, square[l]);
        write(to + (2 * k + l) * lanes + im, square[l + 1]);
      }
    }
  } else if (imaginary == 1 && adjacent(offset, lines->count, lanes, 2)) {
    for (; k < n; ++k) {
      const Vector<T> a = read<T>(from + offset[0] + k * step), b = read<T>(from + offset[0] + k * step + lanes);
      write(to + 2 * k * lanes + re, even(a, b));
      write(to + 2 * k * lanes + im, odd(a, b));
    }
  }
  for (; k < n; ++k)
    for (long l = 0; l < lanes; ++l) {
      const T* number = from + offset[l] + k * step;
      to[2 * k * lanes + re + l] = number[0];
      to[2 * k * lanes + im + l] = imaginary ? number[imaginary] : T(0);
    }
}

template <class T>
void store(const void* scratch, const FourierLines* lines, long n, bool swap, double factor, void* data) {
  constexpr long lanes = lanes_of<T>;
  const T* from = static_cast<const T*>(scratch);
  T* to = static_cast<T*>(data);
  const long *offset = lines->offset, step = lines->step, imaginary = lines->imaginary;
  const long re = swap ? lanes : 0, im = lanes - re;
  const T scale = T(factor);
  long k = 0;
  if (imaginary == 1 && step == 2) {
    for (; k + lanes / 2 <= n; k += lanes / 2) {
      Vector<T> square[lanes];
      for (long l = 0; l < lanes; l += 2) {
        square[l] = read<T>(from + (2 * k + l) * lanes + re) * scale;
        square[l + 1] = read<T>(from + (2 * k + l) * lanes + im) * scale;
      }
      transpose(square);
      for (long l = 0; l < lines->count; ++l) write(to + offset[l] + 2 * k, square[l]);
    }
  } else if (imaginary == 1 && adjacent(offset, lines->count, lanes, 2)) {
    for (; k < n; ++k) {
      const Vector<T> a = read<T>(from + 2 * k * lanes + re) * scale, b = read<T>(from + 2 * k * lanes + im) * scale;
      write(to + offset[0] + k * step, low(a, b));
      write(to + offset[0] + k * step + lanes, high(a, b));
    }
  }
  for (; k < n; ++k)
    for (long l = 0; l < lines->count; ++l) {
      T* number = to + offset[l] + k * step;
      number[0] = from[2 * k * lanes + re + l] * scale;
      if (imaginary) number[imaginary] = from[2 * k * lanes + im + l] * scale;
    }
}

template <class T>
void multiply(void* scratch, const void* table, long n, bool before, bool after) {
  Complex<Lanes<T>>* a = static_cast<Complex<Lanes<T>>*>(scratch);
  const T* w = static_cast<const T*>(table);
  for (long k = 0; k < n; ++k) {
    const Complex<Lanes<T>> x = before ? swapped(a[k]) : a[k], y = times(x, w + 2 * k);
    a[k] = after ? swapped(y) : y;
  }
}

template <class T>
void permute(const void* from, const long* index, long n, bool swap, void* to) {
  const Complex<Lanes<T>>* x = static_cast<const Complex<Lanes<T>>*>(from);
  Complex<Lanes<T>>* y = static_cast<Complex<Lanes<T>>*>(to);
  if (swap)
    for (long k = 0; k < n; ++k) y[k] = swapped(x[index[k]]);
  else
    for (long k = 0; k < n; ++k) y[k] = x[index[k]];
}

template <class T>
void convolve(void* scratch, const void* table, long n, void* a, void* b) {
  using Element = Complex<Lanes<T>>;
  Element* z = static_cast<Element*>(scratch);
  const T* w = static_cast<const T*>(table);
  const Element x = static_cast<Element*>(b)[n], sum = swapped(z[0] + x);
  z[0] = swapped(times(z[0], w) + x);
  for (long k = 1; k < n; ++k) z[k] = swapped(times(z[k], w + 2 * k));
  static_cast<Element*>(a)[n] = sum;
  static_cast<Element*>(b)[n] = sum;
}

template <class T>
void clear(void* scratch, long first, long last) {
  Complex<Lanes<T>>* a = static_cast<Complex<Lanes<T>>*>(scratch);
  for (long k = first; k < last; ++k) a[k] = Complex<Lanes<T>>{};
}

template <class N>
inline Complex<N> product(Complex<N> a, Complex<N> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

template <class T>
void twist(void* scratch, const void* coarse_table, const void* fine_table, long block, long n) {
  using Element = Complex<Lanes<T>>;
  Element* a = static_cast<Element*>(scratch);
  const Element *coarse = static_cast<const Element*>(coarse_table), *fine = static_cast<const Element*>(fine_table);
  for (long first = 0; first < n; first += block, ++coarse)
    for (long k = first; k < n && k < first + block; ++k) a[k] = product(a[k], product(*coarse, fine[k - first]));
}

template <class T, class N>
void split(void* data, const void* table, long m) {
  Complex<N>* z = static_cast<Complex<N>*>(data);
  const T* w = static_cast<const T*>(table);
  const Complex<N> first = z[0];
  z[0] = {first.re + first.im, typename N::type{}};
  z[m] = {first.re - first.im, typename N::type{}};
  for (long k = 1; 2 * k <= m; ++k) {
    const Complex<N> a = z[k], b = conjugate(z[m - k]), e = a + b, d = times(times_minus_i(a - b), w + 2 * k);
    const Complex<N> x = e + d, y = conjugate(e - d);
    z[m - k] = {y.re * T(0.5), y.im * T(0.5)};
    z[k] = {x.re * T(0.5), x.im * T(0.5)};
  }
}

template <class T, class N>
void join(void* data, const void* table, long m) {
  Complex<N>* z = static_cast<Complex<N>*>(data);
  const T* w = static_cast<const T*>(table);
  z[0] = {z[0].re - z[m].re, z[0].re + z[m].re};
  for (long k = 1; 2 * k <= m; ++k) {
    const T back[2] = {w[2 * k], -w[2 * k + 1]};
    const Complex<N> a = z[k], b = conjugate(z[m - k]), e = a + b, d = times(a - b, back);
    z[m - k] = {d.re - e.im, e.re + d.im};  // conj(e - i d), parts swapped
    z[k] = {e.im + d.re, e.re - d.im};      // e + i d, parts swapped
  }
}

template <class N>
void mirror(void* data, long n) {
  Complex<N>* a = static_cast<Complex<N>*>(data);
  a[0] = {typename N::type{}, a[0].re};
  for (long k = 1; 2 * k < n; ++k) {
    const Complex<N> x = a[k];
    a[k] = {x.im, x.re};
    a[n - k] = {-x.im, x.re};
  }
}

template <class T>
FourierKernels kernels() {
  return {lanes_of<T>,        load<T>,           store<T>,
          transform<T>,       multiply<T>,       permute<T>,
          convolve<T>,        clear<T>,          twist<T>,
          split<T, Lanes<T>>, join<T, Lanes<T>>, split<T, Single<T>>,
          join<T, Single<T>>, mirror<Lanes<T>>,  mirror<Single<T>>};
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_fourier_, TERRELLA_ISA)(FourierTable* table) {
  table->f32 = kernels<float>();
  table->f64 = kernels<double>();
}
