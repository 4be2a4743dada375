// Responses and derivatives beside those of ModEM's two-dimensional code: finite differences on 100 x 31 cells.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "core/ops.h"
#include "datasets/modem/data.h"
#include "datasets/modem/model.h"
#include "tests/datasets/real_data.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;
using datasets::Quantity;

/// Blocks of 10 and 1000 ohm m that crop out in 100 ohm m; 40 sites, 0.3 to 1000 s. Cells are 1500 m wide and from 10 m
/// thick on.
struct Blocks {
  std::string folder;
  std::vector<double> y, z, periods, sites;
  explicit Blocks(const std::string& data) : folder(data + "/modem-examples/2D_BLOCK2/") {
    const auto mesh = std::get<Mesh2D>(datasets::read_modem_model(folder + "m0.rho").mesh);
    y = mesh.y;
    z = mesh.z;
    const auto rows = datasets::read_modem_data(folder + "d0_JT.dat");
    periods = datasets::periods_of(rows);
    for (const auto& site : rows.sites) sites.push_back(site.y);
  }
  /// Each cell in `across` x `down` elements.
  Grid grid(int across, int down = 1) const {
    const auto cut = [](const std::vector<double>& edges, int parts) {
      std::vector<double> out;
      for (std::size_t i = 0; i + 1 < edges.size(); ++i)
        for (int k = 0; k < parts; ++k) out.push_back(edges[i] + (edges[i + 1] - edges[i]) * k / parts);
      out.push_back(edges.back());
      return out;
    };
    Rows rows;
    const std::vector<double> lines = cut(y, across), depths = cut(z, down);
    for (std::size_t j = 1; j < depths.size(); ++j) rows.thickness.push_back(depths[j] - depths[j - 1]);
    rows.air = growing(rows.thickness[0], 1.5, 1e9, 1e6);
    return grid_under(lines, zeros({static_cast<std::int64_t>(lines.size())}), rows);
  }
  Tensor cells(const std::vector<double>& values) const {
    return Tensor::from(values, {static_cast<std::int64_t>(z.size()) - 1, static_cast<std::int64_t>(y.size()) - 1});
  }
  Tensor resistivity(const char* file) const { return cells(datasets::read_modem_model(folder + file).resistivity); }
  Tensor parameters(const char* file) const { return cells(datasets::read_modem_parameters(folder + file).value); }
  /// Complex [periods, sites], ohm.
  Tensor data(const char* file, Quantity quantity) const {
    const auto rows = datasets::read_modem_data(folder + file);
    std::vector<std::complex<double>> out(periods.size() * sites.size());
    std::size_t found = 0;
    for (const auto& row : rows.rows) {
      if (row.quantity != quantity) continue;
      const auto at = std::lower_bound(periods.begin(), periods.end(), row.period * (1 - 1e-9));
      out.at(static_cast<std::size_t>(at - periods.begin()) * sites.size() + row.site) = row.value;
      ++found;
    }
    EXPECT_EQ(found, out.size()) << file;
    return Tensor::from(out, {static_cast<std::int64_t>(periods.size()), static_cast<std::int64_t>(sites.size())});
  }
  Forward forward(const Grid& on, int order) const { return {on, Tensor(periods), {Tensor(sites)}, {.order = order}}; }
  Response response(const Tensor& rho, int across, int order) const {
    Tensor each = rho;  // of elements
    if (across > 1)
      each = reshape(broadcast_to(expand_dims(rho, 2), {rho.size(0), rho.size(1), across}), {rho.size(0), -1});
    return forward(grid(across), order)(each);
  }
};

/// Quantile of |a - b| / |b|, of all periods and of the sites that do not stand on a contact.
double difference(const Tensor& a, const Tensor& b, double quantile) {
  const std::vector<double> each = (abs(a - b) / abs(b)).to_vector<double>();
  std::vector<double> kept;
  for (std::size_t k = 0; k < each.size(); ++k)
    if (const std::size_t site = k % 40; site != 6 && site != 18 && site != 30) kept.push_back(each[k]);
  std::sort(kept.begin(), kept.end());
  return kept[static_cast<std::size_t>(quantile * static_cast<double>(kept.size() - 1))];
}

double norm_of(const Tensor& x) { return std::sqrt(sum(square(abs(x))).item()); }

// Finer grids move ours by a few per mille, so that the rest is the error of ModEM's cells: 1500 m wide where the skin
// depth in 10 ohm m is 870 m at 0.3 s. Where a site stands on a contact, Ey jumps, and there is nothing to compare.
TEST(Mt2dModem, ResponsesWithinTheErrorOfItsCells) {
  TERRELLA_NEED_REAL_DATA(data);
  const Blocks blocks(data);
  for (const auto& [model, file] : {std::pair("m0.rho", "d0_JT.dat"), {"m1.rho", "d1_JT.dat"}}) {
    const Tensor rho = blocks.resistivity(model);
    const Response ours = blocks.response(rho, 2, 2);
    const Tensor te = blocks.data(file, Quantity::z_te), tm = blocks.data(file, Quantity::z_tm);
    EXPECT_LT(difference(te, ours.zxy, 0.5), 0.008);
    EXPECT_LT(difference(te, ours.zxy, 0.95), 0.02);
    EXPECT_LT(difference(tm, ours.zyx, 0.5), 0.012);
    EXPECT_LT(difference(tm, ours.zyx, 0.95), 0.025);
    if (model != std::string("m0.rho")) continue;
    const Response finer = blocks.response(rho, 4, 2);
    EXPECT_LT(difference(finer.zxy, ours.zxy, 0.95), 0.001);
    EXPECT_LT(difference(finer.zyx, ours.zyx, 0.95), 0.003);
  }
}

// dm is of another sign in every cell. Bilinear elements on ModEM's cells. ModEM's Ey follows the resistivity of the
// row of 10 m on top, and with it the white noise there, so that its TM derivatives are compared by J^T d, whose lower
// rows are free of that; at the longest periods its derivatives keep the values on the sides, which its data do not.
TEST(Mt2dModem, DerivativesOnItsCells) {
  TERRELLA_NEED_REAL_DATA(data);
  const Blocks blocks(data);
  const Tensor log_rho = log(blocks.resistivity("m0.rho")), dm = blocks.parameters("dm.rho");
  const Forward forward = blocks.forward(blocks.grid(1), 1);
  const Sensitivity s = forward.sensitivity(exp(log_rho));
  const Tensor ours = sum(s.zxy.by_x * dm, {2, 3});
  const Tensor its = blocks.data("Jxdm_JT.dat", Quantity::z_te);
  const Tensor by_data = blocks.data("d1_JT.dat", Quantity::z_te) - blocks.data("d0_JT.dat", Quantity::z_te);
  for (std::int64_t p = 0; p < 12; ++p) {
    const auto apart = [&](const Tensor& a, const Tensor& b) {
      return norm_of(index(a - b, p)) / norm_of(index(by_data, p));
    };
    EXPECT_LT(apart(ours, by_data), p < 2 ? 0.16 : 0.09) << p;
    if (p < 10) { EXPECT_LT(apart(ours, its), p < 2 ? 0.15 : 0.09) << p; }
    if (p >= 10) { EXPECT_GT(apart(its, by_data), 0.15) << p; }
  }
  const auto back = [&](const Tensor& rows, Quantity q) {
    return sum(real(conj(rows) * expand_dims(expand_dims(blocks.data("d_JT.dat", q), 2), 3)), {0, 1});
  };
  // Files hold derivatives of [V/m]/[T].
  const double mu_0 = 4e-7 * 3.14159265358979323846;
  const Tensor transposed =
      (back(s.zxy.by_x, Quantity::z_te) + back(s.zyx.by_y + s.zyx.by_z, Quantity::z_tm)) / (mu_0 * mu_0);
  const Tensor want = blocks.parameters("JTxd_JT.rho");
  double mean = 0;
  for (std::int64_t j = 8; j < 28; ++j) {  // from 1.9 km down, but for the lowest cells
    const double apart = norm_of(index(transposed - want, j)) / norm_of(index(want, j));
    EXPECT_LT(apart, 0.25) << j;
    mean += apart / 20;
  }
  EXPECT_LT(mean, 0.12);
}

}  // namespace
}  // namespace terrella::test
