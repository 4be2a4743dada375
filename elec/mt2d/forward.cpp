#include "elec/mt2d/forward.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/trace.h"
#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/mt2d/pieces.h"

namespace terrella::elec::mt2d {
namespace {

Response response_of(Mode mode, const Recorded& r) {
  const Tensor none = Tensor::none();
  if (mode == Mode::tm) return {none, r.horizontal / r.strike, none};
  return {r.strike / r.horizontal, none, r.vertical / r.horizontal};
}

/// Which quotients of a mode are wanted, and where their derivatives go.
std::vector<std::pair<Quotient, Derivatives Sensitivity::*>> wanted_of(Mode mode, const SensitivityOptions& o) {
  std::vector<std::pair<Quotient, Derivatives Sensitivity::*>> wanted;
  if (mode == Mode::te && o.zxy) wanted.emplace_back(Quotient::strike_by_horizontal, &Sensitivity::zxy);
  if (mode == Mode::te && o.tipper) wanted.emplace_back(Quotient::vertical_by_horizontal, &Sensitivity::tipper);
  if (mode == Mode::tm && o.zyx) wanted.emplace_back(Quotient::horizontal_by_strike, &Sensitivity::zyx);
  return wanted;
}

std::vector<Quotient> quotients_of(const std::vector<std::pair<Quotient, Derivatives Sensitivity::*>>& wanted) {
  std::vector<Quotient> quotients;
  for (const auto& one : wanted) quotients.push_back(one.first);
  return quotients;
}

/// That receivers which recover the current stand on.
Numbers edges_of(const Instruments& in) { return in.current ? in.current->edge : Numbers{}; }

void evaluate(const std::vector<Tensor*>& arrays) {
  Tensors there;
  for (const Tensor* x : arrays)
    if (x->defined()) there.push_back(*x);
  graph::evaluate(there);
}

}  // namespace

Forward::Forward(Grid grid, const Tensor& periods, Receivers receivers, ForwardOptions options)
    : grid_(std::move(grid)), receivers_(std::move(receivers)), options_(options) {
  validate(grid_);
  set_periods(periods);
  if (options.te) te_.push_back(half_of(places_of(grid_.nz(), grid_.ny(), options.order, false), Mode::te));
  if (options.tm) tm_.push_back(half_of(places_of(grid_.earth_rows(), grid_.ny(), options.order, true), Mode::tm));
}

void Forward::set_periods(const Tensor& periods) {
  if (periods.rank() != 1 || periods.size() == 0)
    fail("mt2d: periods are ", periods.shape(), "; give one axis of them");
  for (const double period : periods.to_vector<double>())
    if (!(period > 0 && std::isfinite(period))) fail("mt2d: a period is ", period, " s; it must be positive");
  periods_ = periods;
  omega_ = (2 * datasets::pi / periods).eval();
}

Forward Forward::with_periods(const Tensor& periods) const {
  Forward f = *this;
  f.set_periods(periods);
  return f;
}

Forward::Half Forward::half_of(const Places& places, Mode mode) const {
  const Section section = section_of(grid_, mode, options_.order);
  Instruments instruments = instruments_of(grid_, section, places, receivers_);
  ChangePlaces changes = change_places_of(places, instruments.places, section.air_rows, cells_, edges_of(instruments));
  return {places, section, std::move(instruments), std::move(changes)};
}

Forward Forward::with_grid(Grid grid) const {
  if (grid.ny() != grid_.ny() || grid.nz() != grid_.nz() || grid.surface != grid_.surface || grid.sea != grid_.sea)
    fail("mt2d: another grid of ", grid.nz(), " x ", grid.ny(), " elements for one of ", grid_.nz(), " x ", grid_.ny());
  validate(grid);
  Forward f = *this;
  f.grid_ = std::move(grid);
  for (Half& half : f.te_) half = f.half_of(half.places, Mode::te);
  for (Half& half : f.tm_) half = f.half_of(half.places, Mode::tm);
  return f;
}

Forward Forward::with_receivers(Receivers receivers) const {
  Forward f = *this;
  f.receivers_ = std::move(receivers);
  for (auto* const halves : {&f.te_, &f.tm_})
    for (Half& half : *halves) {
      half.instruments = instruments_of(f.grid_, half.section, half.places, f.receivers_);
      Numbers edges = edges_of(half.instruments);
      if (f.receivers_.row != receivers_.row || edges != half.changes.edges)
        half.changes =
            change_places_of(half.places, half.instruments.places, half.section.air_rows, cells_, std::move(edges));
    }
  return f;
}

Forward Forward::with_cells(Cells cells) const {
  Forward f = *this;
  f.cells_ = std::move(cells);
  for (auto* const halves : {&f.te_, &f.tm_})
    for (Half& half : *halves)
      half.changes = change_places_of(half.places, half.instruments.places, half.section.air_rows, f.cells_,
                                      edges_of(half.instruments));
  return f;
}

std::int64_t Forward::unknowns(Mode mode) const {
  const auto& half = mode == Mode::te ? te_ : tm_;
  return half.empty() ? 0 : half[0].places.unknown.size();
}

std::vector<Piece> Forward::pieces(const SensitivityOptions& options) const {
  std::vector<Piece> all;
  for (const auto& [mode, halves] : {std::pair(Mode::te, &te_), {Mode::tm, &tm_}}) {  // TE has the air beside
    if (halves->empty() || wanted_of(mode, options).empty()) continue;
    for (std::int64_t k = 0; k < omega_.size(); ++k) all.push_back({k, mode});
  }
  return all;
}

bool Forward::at_hand(const Resistivity& r) const {
  std::vector<Tensor> all{r.x, r.y, r.z};
  for (const auto* const halves : {&te_, &tm_})
    for (const Half& half : *halves) {
      all.push_back(half.section.elements.mass);
      for (const Weights* w : {&half.instruments.strike, &half.instruments.horizontal, &half.instruments.vertical})
        for (const Tensor& x : {w->value, w->flux})
          if (x.defined()) all.push_back(x);
    }
  return std::none_of(all.begin(), all.end(),
                      [](const Tensor& x) { return x.node()->symbolic || graph::followed(*x.node()); });
}

Forward::Model Forward::model_of(const Half& half, const Resistivity& resistivity) {
  return {matrices_of(half.section, half.places, resistivity), in_model(half.instruments, resistivity)};
}

void Forward::share_out(const Resistivity& resistivity, const std::vector<Piece>& pieces,
                        const std::function<void(std::size_t, const Half&, const Model&, const Tensor&)>& work) const {
  std::vector<Model> models[2];  // one or none
  for (const auto mode : {Mode::te, Mode::tm}) {
    const auto& halves = mode == Mode::te ? te_ : tm_;
    if (std::none_of(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.mode == mode; })) continue;
    if (halves.empty()) fail("mt2d: a piece of a mode that this operator does not have");
    Model model = model_of(halves[0], resistivity);
    const Matrices& m = model.matrices;
    graph::evaluate(Tensors{m.own_stiffness, m.own_mass, m.own_bottom, m.across_stiffness.values(),
                            m.across_mass.values(), m.corners.values(), model.instruments.horizontal.flux});
    models[mode == Mode::tm].push_back(std::move(model));
  }
  // Each thread takes the next piece when it is done with one; the last ones have all threads for their operations.
  std::atomic<std::size_t> next{0};
  const std::int64_t takers = std::min<std::int64_t>(cpu::threads(), static_cast<std::int64_t>(pieces.size()));
  cpu::parallel_for(takers, 1, [&](std::int64_t, std::int64_t) {
    for (std::size_t k = next++; k < pieces.size(); k = next++) {
      const Piece& p = pieces[k];
      const auto& halves = p.mode == Mode::te ? te_ : tm_;
      try {
        work(k, halves[0], models[p.mode == Mode::tm][0], slice(omega_, 0, {p.period, p.period + 1}));
      } catch (const SolveError& e) {
        next = pieces.size();
        const double period = slice(periods_, 0, {p.period, p.period + 1}).to_vector<double>()[0];
        throw SolveError(text("mt2d: ", p.mode == Mode::te ? "TE" : "TM", " at ", period, " s: ", e.what()));
      } catch (...) {
        next = pieces.size();
        throw;
      }
    }
  });
}

void Forward::each(const Resistivity& resistivity, const std::vector<Piece>& pieces,
                   const std::function<void(std::size_t, const Response&)>& take) const {
  require_shapes(resistivity);
  share_out(resistivity, pieces, [&](std::size_t k, const Half& half, const Model& model, const Tensor& omega) {
    const Fields f = fields(half.section, half.places, model.matrices, omega);
    Response r = response_of(pieces[k].mode, record(half.section, f, omega, model.instruments));
    evaluate(arrays_of(r));
    take(k, r);
  });
}

void Forward::each_sensitivity(const Resistivity& resistivity, const std::vector<Piece>& pieces,
                               const SensitivityOptions& options,
                               const std::function<void(std::size_t, const Sensitivity&)>& take) const {
  require_shapes(resistivity);
  share_out(resistivity, pieces, [&](std::size_t k, const Half& half, const Model& model, const Tensor& omega) {
    const auto wanted = wanted_of(pieces[k].mode, options);
    Sensitivity s = no_sensitivity();
    if (!wanted.empty()) {
      const Fields f = fields(half.section, half.places, model.matrices, omega);
      const auto found = derivatives(quotients_of(wanted), half.section, half.places, f, omega, model.instruments,
                                     half.changes, options.isotropic);
      for (std::size_t i = 0; i < wanted.size(); ++i) s.*wanted[i].second = found[i];
      evaluate(arrays_of(s));
    }
    take(k, s);
  });
}

void Forward::require_shapes(const Resistivity& resistivity) const {
  for (const auto& [name, rho] :
       {std::pair("rho_x", resistivity.x), {"rho_y", resistivity.y}, {"rho_z", resistivity.z}}) {
    if (!(rho.shape() == Shape{grid_.earth_rows(), grid_.ny()}))
      fail("mt2d: ", name, " is ", rho.shape(), "; the grid has ", grid_.earth_rows(), " rows of earth and ",
           grid_.ny(), " columns");
    if (rho.node()->symbolic || is_complex(rho.dtype())) continue;  // no values yet: a NaN shows in the solve
    const std::vector<double> values = cast(rho, DType::f64).to_vector<double>();
    for (std::size_t k = 0; k < values.size(); ++k)
      if (!(values[k] > 0 && std::isfinite(values[k])))
        fail("mt2d: ", name, " is ", values[k], " ohm m in row ", k / static_cast<std::size_t>(grid_.ny()), ", column ",
             k % static_cast<std::size_t>(grid_.ny()), " of the earth; resistivities are positive");
  }
}

Response Forward::operator()(const Resistivity& resistivity) const {
  Response all = no_response();
  if (at_hand(resistivity)) {
    const std::vector<Piece> own = pieces();
    std::vector<Response> parts(own.size(), all);
    each(resistivity, own, [&](std::size_t k, const Response& r) { parts[k] = r; });
    return joined(std::move(parts), own);
  }
  require_shapes(resistivity);
  for (const auto& [mode, halves] : {std::pair(Mode::te, &te_), {Mode::tm, &tm_}})
    for (const Half& half : *halves) {
      const Model model = model_of(half, resistivity);
      const Fields f = fields(half.section, half.places, model.matrices, omega_);
      const Response own = response_of(mode, record(half.section, f, omega_, model.instruments));
      if (mode == Mode::te) all.zxy = own.zxy, all.tipper = own.tipper;
      if (mode == Mode::tm) all.zyx = own.zyx;
    }
  return all;
}

Sensitivity Forward::sensitivity(const Resistivity& resistivity, const SensitivityOptions& options) const {
  Sensitivity all = no_sensitivity();
  if (at_hand(resistivity)) {
    const std::vector<Piece> own = pieces(options);
    std::vector<Sensitivity> parts(own.size(), all);
    each_sensitivity(resistivity, own, options, [&](std::size_t k, const Sensitivity& s) { parts[k] = s; });
    return joined(std::move(parts), own);
  }
  require_shapes(resistivity);
  for (const auto& [mode, halves] : {std::pair(Mode::te, &te_), {Mode::tm, &tm_}})
    for (const Half& half : *halves) {
      const auto wanted = wanted_of(mode, options);
      if (wanted.empty()) continue;
      const Model model = model_of(half, resistivity);
      const auto found = derivatives(quotients_of(wanted), half.section, half.places,
                                     fields(half.section, half.places, model.matrices, omega_), omega_,
                                     model.instruments, half.changes, options.isotropic);
      for (std::size_t k = 0; k < wanted.size(); ++k) all.*wanted[k].second = found[k];
    }
  return all;
}

}  // namespace terrella::elec::mt2d
