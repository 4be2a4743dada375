#include "inversion/mt2d/mt2d.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/ranks.h"
#include "inversion/checkpoint.h"
#include "inversion/mt2d/covariance.h"
#include "inversion/mt2d/ensemble.h"
#include "inversion/mt2d/estimate.h"
#include "inversion/mt2d/method.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/mt2d/section.h"
#include "inversion/mt2d/sensitivity_depth.h"
#include "inversion/run_keeper.h"
#include "inversion/strategy/linearized.h"
#include "inversion/versions.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// All that a run depends on besides its options, as text.
std::string digest(const Section2d& s) {
  std::string all;
  const auto add = [&](const auto& values) {
    for (const auto v : values) all += text(std::hexfloat, v, " ");
    all += "\n";
  };
  add(s.data.period);
  add(s.data.y);
  for (const datasets::ObservationSite& site : s.data.observed.sites)
    all += text(site.name, " ", std::hexfloat, site.tilt, "\n");
  for (const Datum2d& d : s.data.data)
    all += text(std::hexfloat, static_cast<int>(d.source), " ", static_cast<int>(d.part), " ", d.place, " ", d.observed,
                " ", d.direction, " ", d.error, " ", d.shift, "\n");
  add(s.mesh.grid.y);
  add(s.mesh.grid.z.to_vector<double>());
  add(s.mesh.cell);
  add(s.mesh.resistivity);
  all += text(s.mesh.grid.surface, " ", s.mesh.grid.sea);
  return all;
}

std::vector<double> log10_along_strike(const Section2d& s, const std::vector<double>& m) {
  return log10(resistivity_of(s, Tensor(m)).x).to_vector<double>();
}

/// d ln rho / d parameter of the cells.
std::vector<double> slopes(const Section2d& s, const std::vector<double>& m) {
  const Tensor of_cells = slice(Tensor(m), 0, {0, s.directions * s.cells.count});
  const auto log_property = [&](const Tensor& x) { return log(s.mapping.property(x)); };
  return jvp(function(log_property), {of_cells}, {ones_like(of_cells)}).tangent[0].to_vector<double>();
}

/// Values of cells on the elements; NaN where held.
std::vector<double> on_elements(const Section2d& s, const std::vector<double>& of_cells) {
  std::vector<double> all;
  for (const std::int64_t c : s.cells.cell) all.push_back(c >= 0 ? of_cells[at(c)] : datasets::not_a_number);
  return all;
}

SectionModel model_of(const Section2d& s, const std::vector<double>& m) {
  SectionModel model;
  model.rows = at(s.mesh.grid.earth_rows());
  model.columns = at(s.mesh.grid.ny());
  model.sea_rows = at(s.mesh.grid.sea);
  model.y = s.mesh.grid.y;
  const std::vector<double> z = s.mesh.grid.z.to_vector<double>();
  model.z.assign(z.begin() + s.mesh.grid.surface * (s.mesh.grid.ny() + 1), z.end());
  const elec::mt2d::Resistivity rho = resistivity_of(s, Tensor(m));
  model.resistivity = rho.x.to_vector<double>();
  if (s.directions == 3) {
    model.resistivity_y = rho.y.to_vector<double>();
    model.resistivity_z = rho.z.to_vector<double>();
  }
  model.cell = s.cells.cell;
  return model;
}

/// Variances of the parameters, where `at` is their matrix: of w where a prior is white, turned into those of m.
std::vector<double> variances(const Linearized::At& at_answer, const std::optional<Whitening>& white) {
  if (!white) return at_answer.inverse_diagonal();
  const auto n = static_cast<std::int64_t>(white->reference.size());
  std::vector<double> variance;
  for (std::int64_t i = 0; i < n; ++i) {  // row i of L H^-1 L^T
    std::vector<double> unit(at(n), 0.0);
    unit[at(i)] = 1;
    const std::vector<double> row = white->root_transposed(Tensor(unit)).to_vector<double>();
    const auto solved = at_answer.solve(row);
    double sum = 0;
    for (std::size_t k = 0; solved && k < row.size(); ++k) sum += row[k] * (*solved)[k];
    variance.push_back(solved ? sum : datasets::not_a_number);
  }
  return variance;
}

/// `state` is of `problem`, whose parameters are w where a prior is white; m are those of the section.
void resolve(const Section2d& s, const Problem& problem, const State& state, const std::optional<Whitening>& white,
             const std::vector<double>& m, const optimize::Term& data, SectionModel& model) {
  const Linearized linear(problem, state.model, Space::smaller);
  const std::vector<double> slope = slopes(s, m);
  std::vector<double> error(at(s.cells.count), datasets::not_a_number);
  if (const auto h = linear.finite() ? linear.at(state.lambda) : std::nullopt) {
    const std::vector<double> variance = variances(*h, white);
    for (std::size_t c = 0; c < error.size(); ++c) error[c] = std::sqrt(variance[c]) * slope[c] / std::numbers::ln10;
  }
  model.log10_resistivity_error = on_elements(s, error);
  optimize::Linearization own;  // by the section's parameters
  if (white) own = data.linearize(Tensor(m));
  const optimize::Matrix& jacobian = white ? own.jacobian : linear.data().jacobian;
  const SeenSection seen = seen_by(s, std::get<optimize::BlockMatrix>(jacobian).blocks.at(0).values, slope);
  model.sensitivity = on_elements(s, seen.sensitivity);
  model.depth_of_investigation = seen.depth_of_investigation;
}

/// The whole run, which lets the other processes of a shared operator work too.
Result2d run(const std::shared_ptr<const Section2d>& section, const SharedOperator& shared,
             std::vector<std::string> notes, const Invert2dOptions& options, const std::string& hash,
             const RunControl& control) {
  const Section2d& s = *section;
  const std::string config = to_toml(options);
  RunKeeper keeper(control, hash, 1 + at(options.ensemble));
  const Problem of_section = section_problem(section, options, shared);
  std::optional<Whitening> white;
  if (options.smoothing == Smoothing2d::covariance) white = section_whitening(s, options);
  const Problem problem = white ? whitened(of_section, *white) : of_section;
  const std::vector<double> start = white ? white->parameters(start_of(s)) : start_of(s);
  const Kept kept = keeper.kept(0);
  Summary summary;
  if (kept.summary) {
    summary = *kept.summary;
  } else {
    State state = kept.state ? *kept.state : State{};
    if (!kept.state) {
      state.model = start;
      state.keep_models = options.keep_models;
    }
    const std::string nobody;
    summary = minimize_2d(problem, std::move(state), start, options, [&](const State& now) {
      keeper.update(0, now);
      const bool go_on = !control.progress || control.progress({now.history.back(), nobody, 0, at(s.data.sites())});
      return go_on && !control.stop.stop_requested();
    });
    if (summary.reason != optimize::Stop::callback) keeper.done(0, summary);
  }
  keeper.flush();

  const State& found = summary.state;
  const State state = white ? unwhitened(found, *white) : found;
  Result2d result;
  result.data = s.data.observed;
  const Tensor m(state.model), shift = shifts_of(s, m);
  const std::vector<double> shifts = shift.defined() ? shift.to_vector<double>() : std::vector<double>{};
  result.predicted = predicted_rows(s.data, forward_of(s)(resistivity_of(s, m)), shifts);
  if (options.static_shift) {
    result.static_shift.assign(2 * at(s.data.sites()), 0.0);
    for (std::size_t k = 0; k < shifts.size(); ++k)
      result.static_shift[at(2 * s.data.shifts[k][0] + s.data.shifts[k][1])] = shifts[k];
  }
  result.model = model_of(s, state.model);
  if (options.resolution && state.lambda > 0)
    resolve(s, problem, found, white, state.model, of_section.data, result.model);
  if (options.ensemble > 0 && summary.reason != optimize::Stop::callback) {
    if (state.lambda > 0) {
      for (const auto& member : draw_ensemble(problem, found, start, options, control, keeper, notes)) {
        const std::vector<double> one = log10_along_strike(s, white ? white->model(member) : member);
        result.ensemble.insert(result.ensemble.end(), one.begin(), one.end());
      }
      keeper.flush();
    } else {
      notes.push_back("no ensemble: the inversion chose no lambda, which says how far models may lie apart");
      if (control.warn) control.warn("invert_2d: " + notes.back());
    }
  }
  result.history = state.history;
  for (const std::vector<double>& model : state.models) {
    const std::vector<double> one = log10_along_strike(s, model);
    result.models.insert(result.models.end(), one.begin(), one.end());
  }
  for (const Trial& t : state.trials)
    result.trials.push_back({t.lambda, t.values.misfit, t.values.regularization, t.values.rms});
  const std::vector<double> residual = of_section.data.residual(m).to_vector<double>();
  double squares = 0;
  for (const double r : residual) squares += r * r;
  result.rms = std::sqrt(squares / static_cast<double>(residual.size()));
  result.lambda = found.lambda;
  result.stopped = summary.message;
  result.converged = summary.converged();
  result.choices = std::move(notes);
  result.config = config;
  result.versions = versions();
  if (control.warn && !result.converged && summary.reason != optimize::Stop::callback)
    control.warn(text("invert_2d: ", summary.message));
  return result;
}

/// The run on rank 0, whose result all processes get.
Result2d run_together(const std::shared_ptr<const Section2d>& section, const SharedOperator& shared,
                      std::vector<std::string> notes, const Invert2dOptions& options, const std::string& hash,
                      const RunControl& control) {
  if (ranks().size == 1) return run(section, shared, std::move(notes), options, hash, control);

  const Bytes own = BytesWriter{}.put_all(hash).take(), first = broadcast(own);
  together([&] {
    if (own != first) fail("invert_2d: data or options are not those of rank 0; give all processes the same");
  });
  std::optional<Result2d> result;
  const Bytes told = shared->crew().lead([&] {
    result = run(section, shared, std::move(notes), options, hash, control);
    return BytesWriter{}.put(control.stop.stop_requested()).put_all(hdf5_bytes(*result)).take();
  });
  bool stopped = false;
  together([&] {
    if (result) return;
    BytesReader read(told);
    stopped = read.get<bool>();
    if (!stopped) result = read_result_2d("rank 0", read.get_text());
  });
  if (stopped) throw Interruption();  // rank 0 was asked to stop, and its caller knows
  return std::move(*result);
}

/// `make` says what is inverted, the same on all processes or on none.
Result2d prepared(const Invert2dOptions& options, const RunControl& control,
                  const std::function<Section2d(std::vector<std::string>& notes)>& make) {
  std::shared_ptr<const Section2d> section;
  SharedOperator shared;
  std::string hash;
  std::vector<std::string> notes;
  together([&] {
    validate(options);
    section = std::make_shared<const Section2d>(make(notes));
    expect_memory(*section, options);
    shared = shared_operator(*section, options);
    hash = run_hash(to_toml(options) + digest(*section), {});
  });
  return run_together(section, shared, std::move(notes), options, hash, control);
}

}  // namespace

Result2d invert_2d(const datasets::Observations& data, const Invert2dOptions& options, const RunControl& control) {
  return prepared(options, control, [&](std::vector<std::string>& notes) {
    Data2d fitted = data_of(data, options);
    notes = fitted.notes;
    Mesh2d mesh = design_mesh(fitted, options, notes);
    if (const std::string warning = missing_sea(fitted, options); control.warn && !warning.empty() && ranks().rank == 0)
      control.warn("invert_2d: " + warning);
    return section_of(std::move(fitted), std::move(mesh), options);
  });
}

Result2d invert_2d(const datasets::Observations& data, const Mesh2d& mesh, const Invert2dOptions& options,
                   const RunControl& control) {
  return prepared(options, control, [&](std::vector<std::string>& notes) {
    Data2d fitted = data_of(data, options);
    notes = fitted.notes;
    notes.emplace_back("mesh, cells and start as given");
    return section_of(std::move(fitted), mesh, options);
  });
}

}  // namespace terrella::inversion
