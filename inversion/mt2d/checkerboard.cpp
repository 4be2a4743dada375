#include "inversion/mt2d/checkerboard.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/ranks.h"
#include "inversion/mt2d/result_mesh.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;

void check(const CheckerboardOptions& o) {
  const auto positive = [](const char* name, double value, bool or_zero) {
    if (!(or_zero ? value >= 0 : value > 0) || std::isinf(value))
      fail("checkerboard: ", name, " is ", value, "; give ", or_zero ? "0 (chosen) or " : "", "a positive number");
  };
  positive("contrast", o.contrast, false);
  if (o.contrast > 3) fail("checkerboard: contrast is ", o.contrast, " decades; give 3 or less");
  positive("width", o.width, true);
  positive("height", o.height, true);
  positive("depth", o.depth, true);
  positive("background", o.background, true);
  if (o.background != 0 && !(o.background >= 1e-5 && o.background <= 1e9))
    fail("checkerboard: background is ", o.background, " ohm m; give 1e-5 to 1e9");
  if (!(o.growth >= 1 && o.growth <= 10)) fail("checkerboard: growth is ", o.growth, "; give 1 .. 10");
}

/// Places of the sites that have data, ascending, each once.
std::vector<double> places_of_sites(const Section2d& s) {
  std::vector<double> y;
  for (const Datum2d& d : s.data.data) y.push_back(s.data.y[static_cast<std::size_t>(d.place % s.data.sites())]);
  std::sort(y.begin(), y.end());
  y.erase(std::unique(y.begin(), y.end()), y.end());
  return y;
}

struct Band {
  double top, bottom, width;
};
std::vector<Band> bands_of(const CheckerboardOptions& o) {
  std::vector<Band> bands;
  double top = 0, width = o.width, height = o.height;
  while (top < o.depth && bands.size() < 1000) {
    bands.push_back({top, top + height, width});
    top += height;
    width *= o.growth, height *= o.growth;
  }
  return bands;
}

/// Data as the sites would have measured them over these resistivities, with noise.
datasets::Observations synthetic(const Section2d& s, const std::vector<double>& resistivity,
                                 const CheckerboardOptions& board) {
  const Tensor rho = Tensor::from(resistivity, {s.mesh.grid.earth_rows(), s.mesh.grid.ny()});
  elec::mt2d::Forward forward = forward_of(s);
  if (board.refined) {
    elec::mt2d::Receivers receivers = forward.receivers();
    if (receivers.row >= 0) receivers.row *= 2;
    forward = {refined(s.mesh.grid), forward.periods(), receivers, s.forward};
  }
  const auto response = forward(board.refined ? elec::mt2d::refined(rho) : rho);
  const std::vector<Complex> exact = predicted_rows(s.data, response, std::vector<double>(s.data.shifts.size(), 0.0));
  datasets::Observations data = s.data.observed;
  const auto noise =
      random_normal({static_cast<std::int64_t>(exact.size())}, board.seed, DType::c128).to_vector<Complex>();
  for (std::size_t k = 0; k < exact.size(); ++k) {
    datasets::Observation& row = data.rows[k];
    if (row.masked || !std::isfinite(exact[k].real())) continue;
    const auto& info = datasets::info(row.quantity);
    if (info.kind == datasets::QuantityKind::apparent_resistivity)  // stays positive, whatever the error
      row.value = exact[k].real() * std::exp(row.error / row.value.real() * noise[k].real());
    else
      row.value = exact[k] +
                  Complex(row.error * noise[k].real(), info.is_complex ? row.error_imaginary * noise[k].imag() : 0.0);
  }
  data.provenance.history.push_back("synthetic data of a checkerboard");
  return data;
}

}  // namespace

CheckerboardOptions settled(CheckerboardOptions o, const Section2d& section, const SectionModel& model) {
  check(o);
  const std::vector<double> y = places_of_sites(section);
  if (o.width == 0) {
    std::vector<double> apart;
    for (std::size_t k = 1; k < y.size(); ++k) apart.push_back(y[k] - y[k - 1]);
    if (apart.empty()) fail("checkerboard: one site alone has no distance to others; give the width of blocks");
    std::nth_element(apart.begin(), apart.begin() + static_cast<std::ptrdiff_t>(apart.size() / 2), apart.end());
    o.width = 2 * apart[apart.size() / 2];
  }
  double narrowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < model.columns; ++i)
    if (model.y[i + 1] > y.front() && model.y[i] < y.back())
      narrowest = std::min(narrowest, model.y[i + 1] - model.y[i]);
  if (o.width < narrowest)
    fail("checkerboard: blocks ", o.width, " m wide are narrower than any element, ", narrowest, " m at least");
  if (o.height == 0) o.height = o.width / 2;
  if (o.depth == 0)
    for (std::size_t i = 0; i < model.depth_of_investigation.size(); ++i)
      if (model.y[i + 1] >= y.front() && model.y[i] <= y.back() && std::isfinite(model.depth_of_investigation[i]))
        o.depth = std::max(o.depth, model.depth_of_investigation[i]);
  if (o.depth == 0) fail("checkerboard: the result has no depth of investigation; give the depth of the board");
  return o;
}

std::vector<double> board_signs(const Section2d& s, const CheckerboardOptions& o) {
  const std::vector<double> y = places_of_sites(s);
  const double middle = (y.front() + y.back()) / 2;
  const std::vector<Band> bands = bands_of(o);
  std::vector<double> of_cell(static_cast<std::size_t>(s.cells.count), 0.0);
  for (std::size_t c = 0; c < of_cell.size(); ++c)
    for (std::size_t k = 0; k < bands.size(); ++k) {
      if (s.cells.depth[c] < bands[k].top || s.cells.depth[c] >= bands[k].bottom) continue;
      if (s.cells.y[c] < y.front() - bands[k].width / 2 || s.cells.y[c] > y.back() + bands[k].width / 2) continue;
      const auto column = std::llround((s.cells.y[c] - middle) / bands[k].width) + static_cast<std::int64_t>(k);
      of_cell[c] = column % 2 == 0 ? 1.0 : -1.0;
    }
  std::vector<double> sign;
  for (const std::int64_t c : s.cells.cell) sign.push_back(c < 0 ? 0.0 : of_cell[static_cast<std::size_t>(c)]);
  return sign;
}

Checkerboard checkerboard_test(const Result2d& result, const Invert2dOptions& options, const CheckerboardOptions& given,
                               const RunControl& control) {
  check(given);
  std::vector<std::string> notes;
  std::optional<Section2d> made;
  CheckerboardOptions board;
  std::vector<double> sign, background, truth;
  datasets::Observations data;
  Mesh2d start;
  together([&] {  // on all processes or on none
    made = section_of_result(result, options, notes);
    board = settled(given, *made, result.model);
    sign = board_signs(*made, board);
    if (std::all_of(sign.begin(), sign.end(), [](double s) { return s == 0; }))
      fail("checkerboard: no element lies in a block; make the board deeper than ", board.depth, " m");
    start = made->mesh;
    std::vector<double> resistivity;
    for (std::size_t e = 0; e < sign.size(); ++e) {
      const bool uniform = board.background > 0 && made->cells.cell[e] >= 0;
      background.push_back(std::log10(uniform ? board.background : result.model.resistivity[e]));
      truth.push_back(background[e] + board.contrast * sign[e]);
      resistivity.push_back(std::pow(10.0, truth[e]));
      if (uniform) start.resistivity[e] = board.background;
    }
    data = synthetic(*made, resistivity, board);
  });
  const Section2d& section = *made;
  const std::size_t elements = sign.size();
  Checkerboard test{invert_2d(data, start, options, control), background, {}};
  test.recovered.truth = truth;
  test.recovered.azimuth = result.azimuth;
  notes.push_back(text("checkerboard of ", board.contrast, " decades on ",
                       board.background > 0 ? text(board.background, " ohm m") : std::string("the result's model"),
                       ": blocks of ", board.width, " x ", board.height, " m at the ground, growing by ", board.growth,
                       " from row to row, down to ", board.depth, " m; noise of the size of the errors, seed ",
                       board.seed, board.refined ? "; data of elements cut in four" : ""));
  if (const double line = places_of_sites(section).back() - places_of_sites(section).front();
      bands_of(board).back().width > line)
    notes.push_back(text("the deepest blocks are wider than the line of ", line, " m: there the board is a layer"));
  test.recovered.choices.insert(test.recovered.choices.begin(), notes.begin(), notes.end());

  const ElementPlaces places = element_places(section.mesh.grid);
  const std::vector<double> y = places_of_sites(section);
  for (const Band& band : bands_of(board)) {
    double tt = 0, rr = 0, rt = 0;
    for (std::size_t e = 0; e < elements; ++e) {
      if (sign[e] == 0 || places.depth[e] < band.top || places.depth[e] >= band.bottom || places.y[e] < y.front() ||
          places.y[e] > y.back())
        continue;
      const double t = truth[e] - background[e], r = std::log10(test.recovered.model.resistivity[e]) - background[e],
                   a = places.area[e];
      tt += a * t * t, rr += a * r * r, rt += a * r * t;
    }
    if (tt == 0) continue;  // no element between the sites has its middle in there
    test.recovery.push_back(
        {band.top, band.bottom, rt / tt, rr > 0 ? rt / std::sqrt(tt * rr) : 0.0, (tt + 2 * rt + rr) / (2 * (tt + rr))});
  }
  return test;
}

}  // namespace terrella::inversion
