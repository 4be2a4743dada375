// elec/mt1d/impedance_table.h: what impedance.kernel.cpp offers for each instruction set, in plain C types, since that
// file may not see the standard library (docs/architecture.md). Others use impedance_kernel.h.
#pragma once

namespace terrella::elec::mt1d {

/// One sounding: `layers` resistivities from the top, the last one the half-space, and layers - 1 thicknesses.
/// Complex arrays are interleaved (re, im). Nothing is checked here: what is not positive gives NaN.
struct Sounding {
  long layers;
  long frequencies;
  const double* resistivity;  ///< [layers] ohm m
  const double* thickness;    ///< [layers - 1] m
  const double* frequency;    ///< [frequencies] Hz
  double* workspace;          ///< ImpedanceTable::workspace doubles, aligned to 64 bytes
};

/// The entries of one build. Derivatives are with respect to resistivity, thickness and frequency themselves.
struct ImpedanceTable {
  /// Doubles of workspace that any entry needs.
  long (*workspace)(long layers, long frequencies);

  /// z [frequencies].
  void (*impedance)(const Sounding&, double* z);

  /// z [frequencies], dz_dresistivity [frequencies, layers], dz_dthickness [frequencies, layers - 1]. `past_cache`
  /// writes these two straight to memory, which pays where they are larger than caches; both aligned to 16 bytes then.
  void (*jacobian)(const Sounding&, double* z, double* dz_dresistivity, double* dz_dthickness, bool past_cache);

  /// z_dot [frequencies] of real tangents; each tangent may be null, which means zero.
  void (*jvp)(const Sounding&, const double* resistivity_dot, const double* thickness_dot, const double* frequency_dot,
              double* z_dot);

  /// Real cotangents of z_bar [frequencies] for Re sum conj(z_bar) z; all three are written.
  void (*vjp)(const Sounding&, const double* z_bar, double* resistivity_bar, double* thickness_bar,
              double* frequency_bar);

  /// e = exp(-(1+i) y) and m = 1 - e, interleaved, of y [count] >= 0: what all else rests on, for its test.
  void (*propagation)(long count, const double* y, double* e, double* m);
};

extern const ImpedanceTable impedance_table_baseline, impedance_table_avx2, impedance_table_avx512;

}  // namespace terrella::elec::mt1d
