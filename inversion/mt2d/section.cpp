#include "inversion/mt2d/section.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops.h"
#include "core/ranks.h"
#include "inversion/misfit/loss.h"
#include "inversion/mt2d/smoothness.h"
#include "inversion/regularization/roughness.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;
using elec::mt2d::Derivatives;
using elec::mt2d::Forward;
using elec::mt2d::Response;
using elec::mt2d::Sensitivity;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Derivatives of all cells are held for so many numbers at a time.
constexpr std::int64_t numbers_at_a_time = 4'000'000;

/// Resistivity of the lowest row of the sea at these places, which nothing is sought of.
std::vector<double> water_over(const Mesh2d& mesh, const std::vector<double>& y) {
  std::vector<double> water;
  for (const double place : y) {
    const auto next = std::upper_bound(mesh.grid.y.begin(), mesh.grid.y.end() - 1, place) - mesh.grid.y.begin();
    const std::int64_t column = std::clamp<std::int64_t>(next - 1, 0, mesh.grid.ny() - 1);
    const std::size_t element = at((mesh.grid.sea - 1) * mesh.grid.ny() + column);
    if (mesh.cell[element] >= 0)
      fail("invert_2d: the mesh seeks the resistivity of the water over the site at y = ", place,
           " m; the lowest row of a sea is held (cell -1)");
    water.push_back(mesh.resistivity[element]);
  }
  return water;
}

elec::mt2d::Receivers receivers_of(const Section2d& s) {
  // Sites without data stand where the last number comes from.
  std::vector<double> y(s.data.y.size(), s.data.y[at(s.data.data.back().place % s.data.sites())]), tilt(y.size(), 0.0);
  bool tilted = false;
  for (const std::int64_t i : used_sites(s.data)) {
    y[at(i)] = s.data.y[at(i)];
    tilt[at(i)] = s.data.observed.sites[at(i)].tilt;
    tilted = tilted || tilt[at(i)] != 0;
  }
  elec::mt2d::Receivers r;
  r.y = Tensor(y);
  if (tilted) {
    r.stance = elec::mt2d::Stance::tilted;
    r.tilt = Tensor(tilt);
  }
  if (s.mesh.grid.sea > 0) r.water = Tensor(water_over(s.mesh, y));
  return r;
}

optimize::Loss loss_of(Loss1d loss) {
  return loss == Loss1d::huber ? huber() : loss == Loss1d::student_t ? student_t() : optimize::Loss{};
}

/// Whether resistivities lie where no rock does and matrices become singular: a step too far, whose misfit is NaN.
bool is_absurd(const Section2d& s, const Tensor& m) {
  if (m.node()->symbolic) return false;
  const auto rho = s.mapping.property(slice(m, 0, {0, s.directions * s.cells.count})).to_vector<double>();
  return !std::all_of(rho.begin(), rho.end(), [](double r) { return r > 1e-5 && r < 1e9; });
}

/// Dense derivatives of one response by ln rho of the cells along an axis, of some periods.
struct ByCell {
  std::int64_t direction;
  const Tensor* values;
};

std::vector<ByCell> parts_of(const Sensitivity& s, Source2d source) {
  const Derivatives& d = source == Source2d::zxy ? s.zxy : source == Source2d::zyx ? s.zyx : s.tipper;
  if (d.by.defined()) return {{0, &d.by}};
  std::vector<ByCell> parts;
  const std::array<const Tensor*, 3> by{&d.by_x, &d.by_y, &d.by_z};
  for (std::int64_t k = 0; k < 3; ++k)
    if (by[at(k)]->defined()) parts.push_back({k, by[at(k)]});
  return parts;
}

/// Values of a response over all periods from those of some periods at a time.
Response joined(const std::vector<Sensitivity>& parts) {
  const auto join = [&](auto of) {
    Tensors values;
    for (const Sensitivity& s : parts) values.push_back(of(s).value);
    if (!values[0].defined()) return Tensor::none();
    return values.size() == 1 ? values[0] : concatenate(values);
  };
  return {join([](const Sensitivity& s) { return s.zxy; }), join([](const Sensitivity& s) { return s.zyx; }),
          join([](const Sensitivity& s) { return s.tipper; })};
}

/// The forward operators of some periods each, and where they begin.
struct Slices {
  std::vector<Forward> forward;
  std::vector<std::int64_t> first;
};
Slices slices_of(const Section2d& s, const Forward& whole) {
  const Forward by_cells = whole.with_cells({s.cells.cell, s.cells.count});
  const auto periods = static_cast<std::int64_t>(s.data.period.size());
  const std::int64_t most =
      std::clamp<std::int64_t>(numbers_at_a_time / (s.directions * s.cells.count * s.data.sites()), 2, periods);
  const std::int64_t count = (periods + most - 1) / most;
  Slices slices;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t begin = k * periods / count, end = (k + 1) * periods / count;
    const std::vector<double> own(s.data.period.begin() + begin, s.data.period.begin() + end);
    slices.forward.push_back(by_cells.with_periods(Tensor(own)));
    slices.first.push_back(begin);
  }
  slices.first.push_back(periods);
  return slices;
}

}  // namespace

Section2d section_of(Data2d data, Mesh2d mesh, const Invert2dOptions& o) {
  validate(mesh);
  Section2d s;
  s.cells = cells_of(mesh.grid, mesh.cell);
  s.data = std::move(data);
  s.mesh = std::move(mesh);
  s.mapping = o.highest_resistivity == 0 ? log10_mapping()
                                         : compose(log10_mapping(), bounded_mapping(std::log10(o.lowest_resistivity),
                                                                                    std::log10(o.highest_resistivity)));
  s.directions = o.anisotropic ? 3 : 1;
  s.forward.order = o.order;
  s.forward.te = s.data.needs(Source2d::zxy) || s.data.needs(Source2d::tipper);
  s.forward.tm = s.data.needs(Source2d::zyx);
  return s;
}

Forward forward_of(const Section2d& s) { return {s.mesh.grid, Tensor(s.data.period), receivers_of(s), s.forward}; }

elec::mt2d::Resistivity resistivity_of(const Section2d& s, const Tensor& m) {
  const auto elements = static_cast<std::int64_t>(s.cells.cell.size());
  std::vector<std::int64_t> index;
  std::vector<double> held;
  for (std::size_t e = 0; e < s.cells.cell.size(); ++e) {
    if (s.cells.cell[e] < 0) held.push_back(s.mesh.resistivity[e]);
    index.push_back(s.cells.cell[e] >= 0 ? s.cells.cell[e]
                                         : s.cells.count + static_cast<std::int64_t>(held.size()) - 1);
  }
  const Tensor places = Tensor::from(index, {elements});
  const auto along = [&](std::int64_t direction) {
    const std::int64_t first = direction * s.cells.count;
    const Tensor p = s.mapping.property(slice(m, 0, {first, first + s.cells.count}));
    return reshape(gather(held.empty() ? p : concatenate({p, Tensor(held)}), places),
                   {s.mesh.grid.earth_rows(), s.mesh.grid.ny()});
  };
  if (s.directions == 1) return along(0);
  return {along(0), along(1), along(2)};
}

Tensor shifts_of(const Section2d& s, const Tensor& m) {
  if (s.data.shifts.empty()) return Tensor::none();
  return slice(m, 0, {s.directions * s.cells.count, std::nullopt});
}

std::vector<double> start_of(const Section2d& s) {
  std::vector<double> sum(at(s.cells.count), 0.0);
  for (std::size_t e = 0; e < s.cells.cell.size(); ++e)
    if (s.cells.cell[e] >= 0) sum[at(s.cells.cell[e])] += std::log(s.mesh.resistivity[e]);
  std::vector<double> rho;
  for (std::size_t c = 0; c < sum.size(); ++c)
    rho.push_back(std::exp(sum[c] / static_cast<double>(s.cells.elements[c])));
  const std::vector<double> one = s.mapping.parameters(Tensor(rho)).to_vector<double>();
  std::vector<double> m;
  for (std::int64_t d = 0; d < s.directions; ++d) m.insert(m.end(), one.begin(), one.end());
  m.resize(at(s.parameters()), 0.0);
  return m;
}

SharedOperator shared_operator(const Section2d& s, const Invert2dOptions& o) {
  const bool by_gradients = is_by_gradients(o.method);
  if (ranks().size == 1 && !by_gradients) return nullptr;
  return std::make_shared<const elec::mt2d::SharedForward>(forward_of(s).with_cells({s.cells.cell, s.cells.count}),
                                                           by_gradients);
}

optimize::Term section_data(std::shared_ptr<const Section2d> section, const Invert2dOptions& options,
                            const SharedOperator& shared) {
  optimize::Term term;
  term.name = "data";
  term.loss = loss_of(options.loss);
  const auto whole = std::make_shared<const Forward>(forward_of(*section));
  const auto slices = std::make_shared<const Slices>(slices_of(*section, *whole));
  term.residual = [=](const Tensor& m) {
    const auto no_fit = [&] {
      const auto count = static_cast<std::int64_t>(section->data.data.size());
      return full({count}, std::numeric_limits<double>::quiet_NaN(), DType::f64);
    };
    if (is_absurd(*section, m)) return no_fit();
    try {
      const elec::mt2d::Resistivity resistivity = resistivity_of(*section, m);
      const Response response = shared ? (*shared)(resistivity) : (*whole)(resistivity);
      Tensor r = residual_of(section->data, response, shifts_of(*section, m));
      if (!m.node()->symbolic) r.eval();
      return r;
    } catch (const SolveError&) { return no_fit(); }  // a trial too far
  };
  term.linearize = [=](const Tensor& m) {
    const Section2d& s = *section;
    const std::int64_t n = s.parameters(), count = static_cast<std::int64_t>(s.data.data.size());
    const std::int64_t cells = s.directions * s.cells.count;
    const auto log_property = [&](const Tensor& x) { return log(s.mapping.property(x)); };
    const Tensor of_cells = slice(m, 0, {0, cells});
    const auto slope = jvp(function(log_property), {of_cells}, {ones_like(of_cells)}).tangent[0].to_vector<double>();
    const elec::mt2d::Resistivity resistivity = resistivity_of(s, m);
    const Tensor shift = shifts_of(s, m);
    const std::vector<double> shifts = shift.defined() ? shift.to_vector<double>() : std::vector<double>{};
    const elec::mt2d::SensitivityOptions wanted{.zxy = s.data.needs(Source2d::zxy),
                                                .zyx = s.data.needs(Source2d::zyx),
                                                .tipper = s.data.needs(Source2d::tipper),
                                                .isotropic = s.directions == 1};
    std::vector<double> jacobian(at(count * n), 0.0);
    std::vector<Sensitivity> values;  // without the derivatives, which are large
    for (std::size_t k = 0; k < slices->forward.size(); ++k) {
      const std::int64_t first = slices->first[k], last = slices->first[k + 1];
      Sensitivity now = shared && ranks().size > 1 ? shared->sensitivity(resistivity, wanted, first, last)
                                                   : slices->forward[k].sensitivity(resistivity, wanted);
      // The responses of these periods stand in their places among all.
      Response whole_response;
      const auto placed = [&](const Tensor& part) {
        if (!part.defined()) return Tensor::none();
        return pad(part, {{first, static_cast<std::int64_t>(s.data.period.size()) - last}, {0, 0}}).eval();
      };
      whole_response = {placed(now.zxy.value), placed(now.zyx.value), placed(now.tipper.value)};
      const DatumSlopes slopes = slopes_of(s.data, whole_response, shifts);
      std::array<std::vector<ByCell>, 3> parts;
      for (const Source2d source : {Source2d::zxy, Source2d::zyx, Source2d::tipper}) {
        parts[static_cast<std::size_t>(source)] = parts_of(now, source);
        for (const ByCell& part : parts[static_cast<std::size_t>(source)]) part.values->eval();
      }
      cpu::parallel_for(count, 16, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const Datum2d& d = s.data.data[at(i)];
          const std::int64_t period = d.place / s.data.sites();
          if (period < first || period >= last) continue;
          double* const row = &jacobian[at(i * n)];
          const Complex factor = slopes.response[at(i)];
          const std::int64_t place = d.place - first * s.data.sites();
          for (const ByCell& part : parts[static_cast<std::size_t>(d.source)]) {
            const Complex* const by = part.values->data<Complex>().data() + place * s.cells.count;
            double* const own = row + part.direction * s.cells.count;
            for (std::int64_t c = 0; c < s.cells.count; ++c)
              own[c] = factor.real() * by[c].real() - factor.imag() * by[c].imag();
          }
          for (std::int64_t c = 0; c < cells; ++c) row[c] *= slope[at(c)];
          if (d.shift >= 0) row[cells + d.shift] = slopes.shift[at(i)];
        }
      });
      for (auto* const one : {&now.zxy, &now.zyx, &now.tipper})
        one->by_x = one->by_y = one->by_z = one->by = Tensor::none();
      values.push_back(std::move(now));
    }
    const Tensor r = residual_of(s.data, joined(values), shift);
    return optimize::Linearization{r.to_vector<double>(), optimize::dense(count, n, std::move(jacobian))};
  };
  return term;
}

std::vector<double> reference_of(const Section2d& s, const Invert2dOptions& o) {
  std::vector<double> reference = start_of(s);
  if (o.reference_resistivity > 0) {
    const double one =
        s.mapping.parameters(Tensor(std::vector<double>{o.reference_resistivity})).to_vector<double>()[0];
    std::fill(reference.begin(), reference.begin() + s.directions * s.cells.count, one);
  }
  return reference;
}

double shallow_depth(const Section2d& s) {
  return elec::mt2d::skin_depth(mean_apparent_resistivity(s.data), s.data.period.front()) / 3;
}

Problem section_problem(const std::shared_ptr<const Section2d>& section, const Invert2dOptions& o,
                        const SharedOperator& shared) {
  const Section2d& s = *section;
  Problem problem;
  problem.data = section_data(section, o, shared);
  if (o.smoothing != Smoothing2d::covariance)
    problem.model = section_terms(s.mesh.grid, s.cells, o, reference_of(s, o), s.parameters(), shallow_depth(s));
  if (!s.data.shifts.empty()) {
    optimize::SparseMatrix w;
    w.columns = s.parameters();
    for (std::size_t k = 0; k < s.data.shifts.size(); ++k)
      w.add_row(std::array{s.directions * s.cells.count + static_cast<std::int64_t>(k)},
                std::array{1 / o.static_shift_error});
    problem.prior.push_back(linear_term("static shifts", w));
  }
  return problem;
}

}  // namespace terrella::inversion
