#include "inversion/mt2d/estimate.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ops.h"
#include "inversion/mt2d/section.h"

namespace terrella::inversion {
namespace {

// Of an iteration in forward computations: the Jacobian costs about two, and Occam tries about six lambdas, each with a
// forward computation.
constexpr double forwards_an_iteration = 8;
// Bytes of a factor of a grid of n unknowns per n log2 n, of complex numbers by nested dissection; of derivatives in
// the making; of the program itself.
constexpr double factor_bytes = 8 * 16, making_bytes = 3 * 64e6, program_bytes = 60e6;

/// A factor for each thread, of the larger mode; methods by gradients keep those of all periods for the way back.
double bytes_of(const Section2d& s, const Invert2dOptions& o, std::int64_t unknowns_te, std::int64_t unknowns_tm) {
  const auto n = static_cast<double>(s.data.data.size()), m = static_cast<double>(s.parameters());
  const auto factor = [](std::int64_t unknowns) {
    const auto u = static_cast<double>(unknowns);
    return unknowns > 1 ? factor_bytes * u * std::log2(u) : 0;
  };
  const auto periods = static_cast<double>(s.data.period.size());
  const double factors = is_by_gradients(o.method) ? periods * (factor(unknowns_te) + factor(unknowns_tm))
                                                   : std::min<double>(cpu::threads(), 2 * periods) *
                                                         std::max(factor(unknowns_te), factor(unknowns_tm));
  return 8 * (2 * n * m + 3 * std::min(n, m) * std::min(n, m)) + making_bytes + factors + program_bytes;
}

}  // namespace

void expect_memory(const Section2d& s, const Invert2dOptions& o) {
  const std::int64_t columns = s.mesh.grid.ny() + 1, rows = s.mesh.grid.nz() + 1, earth = s.mesh.grid.earth_rows() + 1;
  const double needed = bytes_of(s, o, s.forward.te ? rows * columns : 0, s.forward.tm ? earth * columns : 0);
  const double there = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > 2 * there)
    fail("invert_2d: ", rows - 1, " x ", columns - 1, " elements, ", s.parameters(), " unknowns and ",
         s.data.period.size(), " periods take about ", std::llround(needed / 1e9), " GB; this machine has ",
         std::llround(there / 1e9),
         " GB: fewer columns_between_sites or rows_per_skin_depth, a larger growth, or fewer periods "
         "(periods_per_decade)");
}

Estimate2d estimate_2d(const datasets::Observations& data, const Invert2dOptions& options) {
  validate(options);
  Estimate2d e;
  Data2d fitted = data_of(data, options);
  e.choices = fitted.notes;
  Mesh2d mesh = design_mesh(fitted, options, e.choices);
  const Section2d s = section_of(std::move(fitted), std::move(mesh), options);
  expect_memory(s, options);
  e.sites = s.data.sites();
  e.periods = static_cast<std::int64_t>(s.data.period.size());
  e.numbers = static_cast<std::int64_t>(s.data.data.size());
  e.rows = s.mesh.grid.earth_rows(), e.columns = s.mesh.grid.ny(), e.cells = s.parameters();

  const auto start = std::chrono::steady_clock::now();
  const elec::mt2d::Forward forward = forward_of(s);
  const elec::mt2d::Response response = forward(resistivity_of(s, Tensor(start_of(s))));
  for (const Tensor& part : {response.zxy, response.zyx, response.tipper})
    if (part.defined()) part.to_vector<std::complex<double>>();
  e.forward_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  e.seconds_at_most = e.forward_seconds * forwards_an_iteration * options.max_iterations;

  if (s.forward.te) e.unknowns_te = forward.unknowns(elec::mt2d::Mode::te);
  if (s.forward.tm) e.unknowns_tm = forward.unknowns(elec::mt2d::Mode::tm);
  e.bytes = bytes_of(s, options, e.unknowns_te, e.unknowns_tm);
  return e;
}

}  // namespace terrella::inversion
