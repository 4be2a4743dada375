#include "elec/mt1d/impedance_kernel.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace terrella::elec::mt1d {
namespace {

/// Number of entries from one sounding's row to the next; 0 where all share one row.
std::int64_t stride(const char* name, std::size_t size, std::int64_t soundings, std::int64_t row) {
  const auto entries = static_cast<std::int64_t>(size);
  if (entries == soundings * row) return row;
  if (entries == row) return 0;
  fail("impedance_1d: ", name, " has ", entries, " entries; ", soundings, " soundings of ", row, " need ",
       soundings * row, ", or ", row, " to share");
}

void expect(const char* name, std::size_t size, std::int64_t entries) {
  if (static_cast<std::int64_t>(size) != entries)
    fail("impedance_1d: ", name, " has ", size, " entries instead of ", entries);
}

/// Rows that may be missing, shared or one a sounding.
class Rows {
 public:
  Rows(const char* name, std::span<const double> values, std::int64_t soundings, std::int64_t row)
      : data_(values.empty() ? nullptr : values.data()),
        stride_(data_ ? stride(name, values.size(), soundings, row) : 0) {}
  const double* operator[](std::int64_t sounding) const { return data_ ? data_ + sounding * stride_ : nullptr; }

 private:
  const double* data_;
  std::int64_t stride_;
};

double* reals(std::span<std::complex<double>> values, std::int64_t at) {
  return reinterpret_cast<double*>(values.data() + at);  // the layout that the standard promises
}

/// Memory for one task, aligned to a cache line.
class Workspace {
 public:
  explicit Workspace(std::size_t size) : memory_(size + 8) {
    void* start = memory_.data();
    std::size_t space = memory_.size() * sizeof(double);
    data_ = static_cast<double*>(std::align(64, size * sizeof(double), start, space));
  }
  double* data() const { return data_; }

 private:
  std::vector<double> memory_;
  double* data_;
};

/// Calls work(sounding, index) for each sounding of the batch.
template <class Work>
void for_each_sounding(const Batch& batch, const ImpedanceTable& table, const Work& work) {
  if (batch.layers < 1) fail("impedance_1d: a model needs at least one resistivity, that of the half-space");
  const std::int64_t resistivities = stride("resistivity", batch.resistivity.size(), batch.soundings, batch.layers);
  const std::int64_t thicknesses = stride("thickness", batch.thickness.size(), batch.soundings, batch.layers - 1);
  const std::int64_t frequencies = stride("frequency", batch.frequency.size(), batch.soundings, batch.frequencies);
  // Tasks of some hundred microseconds: far above what it costs to start one.
  const std::int64_t grain =
      std::max<std::int64_t>(1, 20000 / (batch.layers * std::max<std::int64_t>(1, batch.frequencies)));
  cpu::parallel_for(batch.soundings, grain, [&](std::int64_t begin, std::int64_t end) {
    const Workspace workspace(table.workspace(batch.layers, batch.frequencies));
    for (std::int64_t i = begin; i < end; ++i) {
      check_interrupt();
      work(Sounding{batch.layers, batch.frequencies, batch.resistivity.data() + i * resistivities,
                    batch.thickness.data() + i * thicknesses, batch.frequency.data() + i * frequencies,
                    workspace.data()},
           i);
    }
  });
}

}  // namespace

const ImpedanceTable& impedance_table(cpu::Isa isa) {
  switch (isa) {
    case cpu::Isa::avx512:
      return impedance_table_avx512;
    case cpu::Isa::avx2:
      return impedance_table_avx2;
    case cpu::Isa::baseline:
      break;
  }
  return impedance_table_baseline;
}

void impedance(const Batch& batch, std::span<std::complex<double>> z, const ImpedanceTable& table) {
  expect("z", z.size(), batch.soundings * batch.frequencies);
  for_each_sounding(batch, table, [&](const Sounding& sounding, std::int64_t i) {
    table.impedance(sounding, reals(z, i * batch.frequencies));
  });
}

void impedance_jacobian(const Batch& batch, std::span<std::complex<double>> z,
                        std::span<std::complex<double>> dz_dresistivity, std::span<std::complex<double>> dz_dthickness,
                        const ImpedanceTable& table) {
  const std::int64_t values = batch.soundings * batch.frequencies;
  expect("z", z.size(), values);
  expect("dz_dresistivity", dz_dresistivity.size(), values * batch.layers);
  expect("dz_dthickness", dz_dthickness.size(), values * (batch.layers - 1));
  const auto aligned = [](const void* at) { return reinterpret_cast<std::uintptr_t>(at) % 16 == 0; };
  const bool past_cache =
      values * batch.layers > 100000 && aligned(dz_dresistivity.data()) && aligned(dz_dthickness.data());
  for_each_sounding(batch, table, [&](const Sounding& sounding, std::int64_t i) {
    const std::int64_t at = i * batch.frequencies;
    table.jacobian(sounding, reals(z, at), reals(dz_dresistivity, at * batch.layers),
                   reals(dz_dthickness, at * (batch.layers - 1)), past_cache);
  });
}

void impedance_jvp(const Batch& batch, const Tangents& dot, std::span<std::complex<double>> z_dot,
                   const ImpedanceTable& table) {
  expect("z_dot", z_dot.size(), batch.soundings * batch.frequencies);
  const Rows resistivity("resistivity_dot", dot.resistivity, batch.soundings, batch.layers);
  const Rows thickness("thickness_dot", dot.thickness, batch.soundings, batch.layers - 1);
  const Rows frequency("frequency_dot", dot.frequency, batch.soundings, batch.frequencies);
  for_each_sounding(batch, table, [&](const Sounding& sounding, std::int64_t i) {
    table.jvp(sounding, resistivity[i], thickness[i], frequency[i], reals(z_dot, i * batch.frequencies));
  });
}

void impedance_vjp(const Batch& batch, std::span<const std::complex<double>> z_bar, const Cotangents& bar,
                   const ImpedanceTable& table) {
  const std::int64_t z_stride = stride("z_bar", z_bar.size(), batch.soundings, batch.frequencies);
  expect("resistivity_bar", bar.resistivity.size(), batch.soundings * batch.layers);
  expect("thickness_bar", bar.thickness.size(), batch.soundings * (batch.layers - 1));
  expect("frequency_bar", bar.frequency.size(), batch.soundings * batch.frequencies);
  for_each_sounding(batch, table, [&](const Sounding& sounding, std::int64_t i) {
    table.vjp(sounding, reinterpret_cast<const double*>(z_bar.data() + i * z_stride),
              bar.resistivity.data() + i * batch.layers, bar.thickness.data() + i * (batch.layers - 1),
              bar.frequency.data() + i * batch.frequencies);
  });
}

}  // namespace terrella::elec::mt1d
