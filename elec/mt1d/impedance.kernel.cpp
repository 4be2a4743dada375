// elec/mt1d/impedance.kernel.cpp: impedance of a layered earth, one vector lane a frequency. Compiled for every
// instruction set; plain C types only.
//
// With r = sqrt(resistivity), s = sqrt(pi f mu_0) and Z = (1+i) s zeta, Wait's (1954) recursion loses its complex
// square roots: upwards through the layers, from zeta = r in the half-space,
//
//   zeta = r (zeta' p + r m) / (r p + zeta' m),   e = exp(-2 k h) = exp(-(1+i) y),  y = 2 s h / r,  m = 1 - e,  p = 1 +
//   e
//
// where zeta' is that of the layer below and m / p = tanh(k h). The arguments of zeta' p and r m, and of r p and
// zeta' m, differ by little more than a right angle, so nothing cancels whatever the contrast or the thickness, and an
// error of zeta' / zeta shrinks on its way up. Thick layers have e = 0, thin ones m = 0 exactly.
//
// Derivatives, with i = 1 / (r p + zeta' m):
//
//   A = d zeta / d zeta'   = 4 e (r i)^2
//   H = d zeta / d h       = (1+i) s (1 - (zeta'/r)^2) A
//   G = d zeta / d ln r    = r i^2 (zeta'^2 (m p + 4 kh e) + 2 r zeta' m^2 + r^2 (m p - 4 kh e))
//
// G is arranged so that a thin resistive layer, to which Z hardly responds, still has its derivative to full precision.
#include <emmintrin.h>

#include "elec/mt1d/impedance_table.h"
#include "elec/mt1d/propagation.h"

namespace {

using terrella::elec::mt1d::ImpedanceTable;
using terrella::elec::mt1d::Sounding;

typedef Vector Loose __attribute__((aligned(8), may_alias));  // a Vector anywhere in memory
typedef double Pair __attribute__((vector_size(16), aligned(8), may_alias));

constexpr double pi_mu_0 = 3.9478417604357434e-06;  // 4e-7 pi^2

struct Complex {
  Vector re, im;
};

inline Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
inline Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
inline Complex operator*(Vector a, Complex b) { return {a * b.re, a * b.im}; }
inline Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
inline Complex square(Complex a) { return {a.re * a.re - a.im * a.im, 2.0 * a.re * a.im}; }
inline Complex conj_times(Complex a, Complex b) {  // conj(a) b
  return {a.re * b.re + a.im * b.im, a.re * b.im - a.im * b.re};
}
inline Vector real_conj_times(Complex a, Complex b) { return a.re * b.re + a.im * b.im; }
inline Complex times_1i(Complex a) { return {a.re - a.im, a.re + a.im}; }  // (1+i) a

inline Vector load(const double* from) { return *(const Loose*)from; }
inline void store(double* to, Vector value) { *(Loose*)to = value; }

inline double sum(Vector a) {
  double total = 0;
  for (long lane = 0; lane < lanes; ++lane) total += a[lane];
  return total;
}

inline long padded(long count) { return (count + lanes - 1) / lanes * lanes; }

/// Pairs (re, im) of lane 0, 2, 4 ... in the first vector, of lane 1, 3, 5 ... in the second: see pair_of().
inline void interleave(Complex a, double* to) {
#if defined(__AVX512F__)
  store(to, __builtin_shufflevector(a.re, a.im, 0, 8, 2, 10, 4, 12, 6, 14));
  store(to + lanes, __builtin_shufflevector(a.re, a.im, 1, 9, 3, 11, 5, 13, 7, 15));
#elif defined(__AVX2__)
  store(to, __builtin_shufflevector(a.re, a.im, 0, 4, 2, 6));
  store(to + lanes, __builtin_shufflevector(a.re, a.im, 1, 5, 3, 7));
#else
  store(to, __builtin_shufflevector(a.re, a.im, 0, 2));
  store(to + lanes, __builtin_shufflevector(a.re, a.im, 1, 3));
#endif
}
inline const Pair& pair_of(const double* interleaved, long lane) {
  return *(const Pair*)(interleaved + (lane & 1) * lanes + (lane >> 1) * 2);
}

/// Writes the first `count` lanes as complex numbers.
inline void write_complex(Complex a, long count, double* to) {
  alignas(64) double tile[2 * lanes];
  interleave(a, tile);
  for (long lane = 0; lane < count; ++lane) *(Pair*)(to + 2 * lane) = pair_of(tile, lane);
}

/// The other way round; lanes beyond `count` are zero.
inline Complex read_complex(const double* from, long count) {
  Complex a{};
  for (long lane = 0; lane < count; ++lane) {
    a.re[lane] = from[2 * lane];
    a.im[lane] = from[2 * lane + 1];
  }
  return a;
}
inline Vector read(const double* from, long count) {
  Vector a{};
  for (long lane = 0; lane < count; ++lane) a[lane] = from[lane];
  return a;
}

/// What does not depend on the frequency, or not on the layer; at the start of the workspace.
struct Prepared {
  double* root;     // [layers] r = sqrt(resistivity)
  double* delay;    // [layers - 1] y / s = 2 h / r
  double* s;        // [frequencies, padded] sqrt(pi f mu_0); the last one again in the lanes that are left over
  double* scratch;  // what remains
};

inline long workspace(long layers, long frequencies) {
  // six vectors a layer for derivatives, twice, or once and two for their sums over frequencies, see below
  return padded(layers) * 2 + padded(frequencies) + layers * lanes * 12;
}

inline Prepared prepare(const Sounding& a) {
  Prepared p;
  p.root = a.workspace;
  p.delay = p.root + padded(a.layers);
  p.s = p.delay + padded(a.layers);
  p.scratch = p.s + padded(a.frequencies);
  const double nan = __builtin_nan("");
  for (long j = 0; j < a.layers; ++j) p.root[j] = __builtin_sqrt(a.resistivity[j]);
  for (long j = 0; j + 1 < a.layers; ++j) p.delay[j] = (a.thickness[j] >= 0 ? 2 * a.thickness[j] : nan) / p.root[j];
  for (long f = 0; f < a.frequencies; ++f) p.s[f] = __builtin_sqrt(pi_mu_0 * a.frequency[f]);
  for (long f = a.frequencies; f < padded(a.frequencies); ++f) p.s[f] = p.s[a.frequencies - 1];
  return p;
}

inline long lanes_left(const Sounding& a, long f) { return a.frequencies - f < lanes ? a.frequencies - f : lanes; }

/// Numerator and denominator of the recursion.
struct Ratio {
  Complex numerator, denominator;
};
inline Ratio recursion(const Propagation& a, double r, Complex below) {
  const Vector pr = 1.0 + a.er;
  const Vector cross = a.mi * (r - below.re);
  return {{below.re * pr + below.im * a.mi + r * a.mr, below.im * pr + cross},
          {below.re * a.mr - below.im * a.mi + r * pr, below.im * a.mr - cross}};
}

// ---- values
// ----------------------------------------------------------------------------------------------------------

/// `blocks` vectors of frequencies at once, so that their chains of divisions overlap.
template <int blocks>
inline void impedance_block(const Sounding& a, const Prepared& p, long f, double* z) {
  Vector s[blocks];
  Complex zeta[blocks];
  for (int b = 0; b < blocks; ++b) {
    s[b] = load(p.s + f + b * lanes);
    zeta[b] = {splat(p.root[a.layers - 1]), Vector{}};
  }
  for (long j = a.layers - 2; j >= 0; --j) {
    const double r = p.root[j], delay = p.delay[j];
    for (int b = 0; b < blocks; ++b) {
      const Ratio q = recursion(propagate(s[b] * delay), r, zeta[b]);
      zeta[b] = (r / real_conj_times(q.denominator, q.denominator)) * conj_times(q.denominator, q.numerator);
    }
  }
  for (int b = 0; b < blocks; ++b) {
    const long at = f + b * lanes;
    write_complex(s[b] * times_1i(zeta[b]), lanes_left(a, at), z + 2 * at);
  }
}

void impedance(const Sounding& a, double* z) {
  const Prepared p = prepare(a);
  long f = 0;
  for (; f + lanes < a.frequencies; f += 2 * lanes) impedance_block<2>(a, p, f, z);
  if (f < a.frequencies) impedance_block<1>(a, p, f, z);
}

// ---- derivatives
// -----------------------------------------------------------------------------------------------------

struct Layer {
  Complex zeta;   // at its top
  Complex below;  // A = d zeta / d zeta'
  Complex log_r;  // G = d zeta / d ln r
  Complex h;      // H = d zeta / d h
};

/// m p - 4 kh e = 2 e (sinh 2kh - 2kh) for small y, where its parts cancel. With u = 2kh = (1+i) y, u^2 = i w, the
/// series of sinh u - u is u times one real series in w and one imaginary.
inline Complex thin_layer(const Propagation& a, Vector y) {
  const Vector w = 2.0 * y * y, ww = w * w;
  const Vector re =
      ww * (splat(-1.0 / 120) +
            ww * (splat(1.0 / 362880) + ww * (splat(-1.0 / 6227020800.0) + ww * (1.0 / 355687428096000.0))));
  const Vector im =
      w * (splat(1.0 / 6) + ww * (splat(-1.0 / 5040) + ww * (splat(1.0 / 39916800) + ww * (-1.0 / 1307674368000.0))));
  return (2.0 * y) * times_1i(Complex{re, im} * Complex{a.er, -a.mi});
}
constexpr double y_thin = 0.5;  // there the series is exact to 1e-16 and the difference has lost one digit

inline Layer differentiate(Vector s, double r, double delay, Complex below) {
  const Vector y = s * delay;
  const Propagation a = propagate(y);
  const Ratio q = recursion(a, r, below);
  const Vector scale = 1.0 / real_conj_times(q.denominator, q.denominator);
  const Complex inverse = {scale * q.denominator.re, -scale * q.denominator.im};
  const Complex e = {a.er, -a.mi}, m = {a.mr, a.mi}, p = {1.0 + a.er, -a.mi};
  const Complex inverse2 = square(inverse), below2 = square(below);

  Layer out;
  out.zeta = splat(r) * (inverse * q.numerator);
  const Complex f = splat(4.0) * (inverse2 * e);
  out.below = splat(r * r) * f;
  out.h = s * times_1i(f * Complex{r * r - below2.re, -below2.im});

  const Vector ym = y > y_max ? splat(y_max) : y;  // e stays what it is beyond y_max, so y must too
  const Complex mp = m * p, khe4 = (2.0 * ym) * times_1i(e);
  const Complex direct = mp - khe4, series = thin_layer(a, ym);
  const Complex difference = {ym < y_thin ? series.re : direct.re, ym < y_thin ? series.im : direct.im};
  out.log_r =
      (splat(r) * inverse2) * (below2 * (mp + khe4) + splat(2 * r) * (below * square(m)) + splat(r * r) * difference);
  return out;
}

/// Where a layer's A, G and H of one vector of frequencies lie in the scratch between the way up and the way down.
inline double* at_layer(double* scratch, long j) { return scratch + j * 6 * lanes; }
inline const double* at_layer(const double* scratch, long j) { return scratch + j * 6 * lanes; }
inline void keep(double* to, long which, Complex a) {
  store(to + 2 * which * lanes, a.re);
  store(to + (2 * which + 1) * lanes, a.im);
}
inline Complex kept(const double* from, long which) {
  return {load(from + 2 * which * lanes), load(from + (2 * which + 1) * lanes)};
}

/// Up through the layers; returns zeta at the surface. `beside` is called once a layer.
template <class Beside>
inline Complex sweep_up(const Sounding& a, const Prepared& p, Vector s, double* scratch, const Beside& beside) {
  Complex zeta = {splat(p.root[a.layers - 1]), Vector{}};
  for (long j = a.layers - 2; j >= 0; --j) {
    const Layer layer = differentiate(s, p.root[j], p.delay[j], zeta);
    keep(at_layer(scratch, j), 0, layer.below);
    keep(at_layer(scratch, j), 1, layer.log_r);
    keep(at_layer(scratch, j), 2, layer.h);
    zeta = layer.zeta;
    beside();
  }
  return zeta;
}

/// Rows of the Jacobian at one vector of frequencies, which go to memory little by little while the next vector is
/// computed: stores straight to memory are slow, but need nobody to wait for them.
template <bool past_cache>
struct Rows {
  const double* scratch;  // of interleaved dZ / d resistivity and dZ / d thickness
  long layers, count;     // lanes that are frequencies
  double *by_resistivity, *by_thickness;
  long lane = 0, done = 0;  // entries of this lane's two rows

  void write(long entries) {
    while (entries > 0 && lane < count) {
      const bool first = done < layers;
      const long end = first ? layers : 2 * layers - 1, stop = done + entries < end ? done + entries : end;
      const double* from = scratch + (first ? 0 : 2 * lanes);
      double* to = first ? by_resistivity + 2 * lane * layers : by_thickness + 2 * lane * (layers - 1);
      const long begin = first ? 0 : layers;
      for (long j = done - begin; j < stop - begin; ++j) {
        const Pair value = pair_of(at_layer(from, j), lane);
        if (past_cache)
          _mm_stream_pd(to + 2 * j, value);
        else
          *(Pair*)(to + 2 * j) = value;
      }
      entries -= stop - done;
      done = stop;
      if (done == 2 * layers - 1) {
        done = 0;
        ++lane;
      }
    }
  }
  void finish() { write(count * 2 * layers); }
};

template <bool past_cache>
void jacobian_of(const Sounding& a, double* z, double* dz_dresistivity, double* dz_dthickness) {
  const Prepared p = prepare(a);
  const long last = a.layers - 1;
  double *scratch = p.scratch, *other = p.scratch + a.layers * 6 * lanes;
  Rows<past_cache> rows{other, a.layers, 0, nullptr, nullptr};
  for (long f = 0; f < a.frequencies; f += lanes) {
    const long count = lanes_left(a, f);
    const Vector s = load(p.s + f);
    const Complex zeta = sweep_up(a, p, s, scratch, [&] { rows.write(2 * lanes + 1); });
    rows.finish();
    write_complex(s * times_1i(zeta), count, z + 2 * f);

    Complex to_surface = {s, s};  // dZ / d zeta of the layer
    for (long j = 0; j < last; ++j) {
      double* layer = at_layer(scratch, j);
      const Complex below = kept(layer, 0), log_r = kept(layer, 1), h = kept(layer, 2);
      interleave(splat(0.5 / a.resistivity[j]) * (to_surface * log_r), layer);
      interleave(to_surface * h, layer + 2 * lanes);
      to_surface = to_surface * below;
    }
    interleave(splat(0.5 / p.root[last]) * to_surface, at_layer(scratch, last));  // zeta = r in the half-space

    rows = {scratch, a.layers, count, dz_dresistivity + 2 * f * a.layers, dz_dthickness + 2 * f * last};
    double* const free = other;
    other = scratch;
    scratch = free;
  }
  rows.finish();
  if (past_cache) _mm_sfence();
}

void jacobian(const Sounding& a, double* z, double* dz_dresistivity, double* dz_dthickness, bool past_cache) {
  (past_cache ? jacobian_of<true> : jacobian_of<false>)(a, z, dz_dresistivity, dz_dthickness);
}

void jvp(const Sounding& a, const double* resistivity_dot, const double* thickness_dot, const double* frequency_dot,
         double* z_dot) {
  const Prepared p = prepare(a);
  const long last = a.layers - 1;
  for (long f = 0; f < a.frequencies; f += lanes) {
    const long count = lanes_left(a, f);
    const Vector s = load(p.s + f);
    // Z / s depends on s through s h alone: a change of ln s acts like the same change of every ln h.
    Vector log_s_dot{};
    if (frequency_dot)
      for (long lane = 0; lane < count; ++lane) log_s_dot[lane] = 0.5 * frequency_dot[f + lane] / a.frequency[f + lane];

    Complex zeta = {splat(p.root[last]), Vector{}};
    Complex dot = {splat(resistivity_dot ? 0.5 * resistivity_dot[last] / p.root[last] : 0.0), Vector{}};
    for (long j = last - 1; j >= 0; --j) {
      const Layer layer = differentiate(s, p.root[j], p.delay[j], zeta);
      const double log_r_dot = resistivity_dot ? 0.5 * resistivity_dot[j] / a.resistivity[j] : 0.0;
      const Vector h_dot = (thickness_dot ? thickness_dot[j] : 0.0) + a.thickness[j] * log_s_dot;
      dot = layer.below * dot + splat(log_r_dot) * layer.log_r + h_dot * layer.h;
      zeta = layer.zeta;
    }
    write_complex(s * times_1i(dot + log_s_dot * zeta), count, z_dot + 2 * f);
  }
}

void vjp(const Sounding& a, const double* z_bar, double* resistivity_bar, double* thickness_bar,
         double* frequency_bar) {
  const Prepared p = prepare(a);
  const long last = a.layers - 1;
  double* sums = p.scratch + a.layers * 6 * lanes;  // of G and H over frequencies, lane by lane
  for (long j = 0; j < 2 * a.layers; ++j) store(sums + j * lanes, Vector{});

  for (long f = 0; f < a.frequencies; f += lanes) {
    const long count = lanes_left(a, f);
    const Vector s = load(p.s + f);
    const Complex zeta = sweep_up(a, p, s, p.scratch, [] {});
    const Complex bar = read_complex(z_bar + 2 * f, count);
    Complex down = {s * (bar.re + bar.im), s * (bar.im - bar.re)};  // conj((1+i) s) bar
    Vector log_s_bar = real_conj_times(zeta, down);
    for (long j = 0; j < last; ++j) {
      const double* layer = at_layer(p.scratch, j);
      double* to = sums + 2 * j * lanes;
      const Vector h_bar = real_conj_times(kept(layer, 2), down);
      store(to, load(to) + real_conj_times(kept(layer, 1), down));
      store(to + lanes, load(to + lanes) + h_bar);
      log_s_bar += a.thickness[j] * h_bar;
      down = conj_times(kept(layer, 0), down);
    }
    store(sums + 2 * last * lanes, load(sums + 2 * last * lanes) + down.re);
    for (long lane = 0; lane < count; ++lane) frequency_bar[f + lane] = 0.5 * log_s_bar[lane] / a.frequency[f + lane];
  }
  for (long j = 0; j < last; ++j) {
    resistivity_bar[j] = 0.5 * sum(load(sums + 2 * j * lanes)) / a.resistivity[j];
    thickness_bar[j] = sum(load(sums + (2 * j + 1) * lanes));
  }
  resistivity_bar[last] = 0.5 * sum(load(sums + 2 * last * lanes)) / p.root[last];
}

void propagation(long count, const double* y, double* e, double* m) {
  for (long i = 0; i < count; i += lanes) {
    const long left = count - i < lanes ? count - i : lanes;
    const Propagation a = propagate(read(y + i, left));
    write_complex({a.er, -a.mi}, left, e + 2 * i);
    write_complex({a.mr, a.mi}, left, m + 2 * i);
  }
}

}  // namespace

#define TABLE_OF_(isa) impedance_table_##isa
#define TABLE_OF(isa) TABLE_OF_(isa)

namespace terrella::elec::mt1d {
const ImpedanceTable TABLE_OF(TERRELLA_ISA) = {workspace, impedance, jacobian, jvp, vjp, propagation};
}
