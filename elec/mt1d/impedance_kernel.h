// elec/mt1d/impedance_kernel.h: impedances of many layered earths and their derivatives, on plain memory. Most callers
// want impedance_1d() of impedance.h, which is made of these.
#pragma once
#include <complex>
#include <cstdint>
#include <span>

#include "core/backend/cpu/isa.h"
#include "elec/mt1d/impedance_table.h"

namespace terrella::elec::mt1d {

/// Soundings that agree in their numbers of layers and frequencies. Each array is either one row a sounding, row-major,
/// or a single row that all soundings share.
struct Batch {
  std::int64_t soundings = 0;
  std::int64_t layers = 0;  ///< at least 1, the half-space included
  std::int64_t frequencies = 0;
  std::span<const double> resistivity;  ///< [soundings, layers] or [layers], ohm m, from the top
  std::span<const double> thickness;    ///< [soundings, layers - 1] or [layers - 1], m
  std::span<const double> frequency;    ///< [soundings, frequencies] or [frequencies], Hz
};

/// Tangents, one row a sounding or one to share, whatever the arrays of the batch do; an empty one is zero.
struct Tangents {
  std::span<const double> resistivity, thickness, frequency;
};

/// Cotangents, always with one row for each sounding: rows of shared arrays are left for the caller to add.
struct Cotangents {
  std::span<double> resistivity, thickness, frequency;
};

// Z = Ex/Hy in ohm, exp(+i w t), [soundings, frequencies]. What is not positive gives NaN. All of these share the
// soundings out among threads, and each sounding's result has the same bits whatever the batch and the threads.
// `table` is the build that runs. Sizes that disagree throw std::invalid_argument.

/// The build for the instruction set that this machine runs.
const ImpedanceTable& impedance_table(cpu::Isa isa = cpu::isa());

void impedance(const Batch& batch, std::span<std::complex<double>> z, const ImpedanceTable& table = impedance_table());

/// Also dZ/dresistivity [soundings, frequencies, layers] and dZ/dthickness [soundings, frequencies, layers - 1].
void impedance_jacobian(const Batch& batch, std::span<std::complex<double>> z,
                        std::span<std::complex<double>> dz_dresistivity, std::span<std::complex<double>> dz_dthickness,
                        const ImpedanceTable& table = impedance_table());

/// J v, without J.
void impedance_jvp(const Batch& batch, const Tangents& dot, std::span<std::complex<double>> z_dot,
                   const ImpedanceTable& table = impedance_table());

/// Re J^H z_bar, without J: the gradient of Re sum conj(z_bar) Z. z_bar [soundings, frequencies] or [frequencies].
void impedance_vjp(const Batch& batch, std::span<const std::complex<double>> z_bar, const Cotangents& bar,
                   const ImpedanceTable& table = impedance_table());

}  // namespace terrella::elec::mt1d
