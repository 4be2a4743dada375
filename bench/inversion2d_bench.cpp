// Two-dimensional inversions of real lines, judged beside the models that others made of the same data.
//
// inversion2d_bench paralana|coprod2|kap03|demo|demo10 DATA_FOLDER [--save FILE | --saved FILE] [OPTION=VALUE ...]
//
// --saved judges a result of before, made with the same options, instead of inverting.
//
// One line of JSON: RMS, iterations, seconds (wall and processor), the largest memory, cells, and
//   paralana  roughness (the integral of the squared gradient of log10 rho, with the weights of the options, on the
//             cells of each mesh) of ours and of Occam2D's iteration 12, and the RMS of that by our operator
//   demo      area-weighted RMS of log10 rho against the truth under the sites down to our depth of investigation, of
//             ours and of MARE2DEM's last model. The sea is part of the problem: sea_resistivity=0.3. The data are
//             those of DemoSynthMT.emdata; MARE2DEM's run fitted another draw of their noise and slightly other tilts,
//             which stand in Demo.10.resp: demo10
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>
#include <map>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/emdata/emdata.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/occam2d/occam2d.h"
#include "datasets/read.h"
#include "elec/mt2d/model_grid.h"
#include "inversion/mt2d/line.h"
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/option_table.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/mt2d/section.h"

namespace {

using namespace terrella;
using namespace terrella::inversion;

/// Where any: name=value.
template <class T>
void take(T& member, const std::string& value) {
  if constexpr (std::is_same_v<T, bool>)
    member = value == "true" || value == "1";
  else if constexpr (std::is_enum_v<T>)
    member = parse<T>(value);
  else
    member = static_cast<T>(std::stod(value));
}

Invert2dOptions options_of(std::map<std::string, std::string> given) {
  Invert2dOptions o;
  visit_options(o, [&](const char* name, auto& member, const char*) {
    if (const auto found = given.find(name); found != given.end()) {
      take(member, found->second);
      given.erase(found);
    }
  });
  if (!given.empty()) fail("inversion2d_bench: option '", given.begin()->first, "' is unknown");
  return o;
}

double roughness_of(const Section2d& section, const Invert2dOptions& options, const std::vector<double>& m) {
  return optimize::value(section_problem(std::make_shared<const Section2d>(section), options).model, Tensor(m));
}

/// Occam2D's blocks on its mesh.
Mesh2d occam_mesh(const std::string& folder) {
  const auto mesh = datasets::read_occam2d_mesh(folder + "/Occam2DMesh");
  const auto model = datasets::read_occam2d_model(folder + "/Occam2DModel");
  const auto section = datasets::section_of(mesh, model, datasets::read_occam_iteration(folder + "/ITER12.iter"));
  const elec::mt2d::ModelGrid made = elec::mt2d::grid_of(section, 200e3);
  Mesh2d result{.grid = made.grid, .cell = {}, .resistivity = made.resistivity.to_vector<double>()};
  const auto columns = static_cast<std::size_t>(made.grid.ny());
  std::int64_t block = 0;
  for (const datasets::Occam2dLayer& layer : model.layers) {
    std::vector<std::int64_t> row;
    for (const std::int64_t width : layer.columns) row.insert(row.end(), static_cast<std::size_t>(width), block++);
    for (std::int64_t j = 0; j < layer.rows; ++j) result.cell.insert(result.cell.end(), row.begin(), row.end());
  }
  if (result.cell.size() != result.resistivity.size())
    fail("Occam2D's blocks cover ", result.cell.size() / columns, " rows of a mesh with ", made.grid.earth_rows());
  return result;
}

void judge_paralana(const Result2d& ours, const std::string& folder, const datasets::Observations& data,
                    const Invert2dOptions& o, const Section2d& section) {
  const auto parameters = [&](const Section2d& s, const std::vector<double>& rho) {
    Section2d with = s;
    with.mesh.resistivity = rho;
    return start_of(with);
  };
  std::cout << ", \"roughness\": " << roughness_of(section, o, parameters(section, ours.model.resistivity));
  const Section2d theirs = section_of(data_of(data, o), occam_mesh(folder), o);
  std::cout << ", \"roughness_of_occam2d\": " << roughness_of(theirs, o, start_of(theirs));
  // The RMS of its model by our operator on its mesh refined once.
  Section2d fine = theirs;
  fine.mesh.grid = elec::mt2d::refined(theirs.mesh.grid);
  const elec::mt2d::Forward forward(fine.mesh.grid, Tensor(fine.data.period), {.y = Tensor(fine.data.y)},
                                    {.order = 1, .te = true, .tm = true});
  const Tensor rho = elec::mt2d::refined(
      Tensor::from(theirs.mesh.resistivity, {theirs.mesh.grid.earth_rows(), theirs.mesh.grid.ny()}));
  const auto r = residual_of(theirs.data, forward(rho), Tensor::none()).to_vector<double>();
  double squares = 0;
  for (const double x : r) squares += x * x;
  std::cout << ", \"rms_of_occam2d_by_ours\": " << std::sqrt(squares / static_cast<double>(r.size()));
}

/// What our model and MARE2DEM's miss of the truth, decades.
void judge_demo(const Result2d& ours, const std::string& data) {
  const auto truth = datasets::read_mare2dem_model(data + "/mare2dem/Demo_forward_MT/Demo.0.resistivity");
  const auto theirs = datasets::read_mare2dem_model(data + "/mare2dem/Demo_completed_inversion_MT/Demo.10.resistivity");
  const SectionModel& m = ours.model;
  double left = 1e300, right = -1e300;
  for (const datasets::ObservationSite& site : ours.data.sites) {
    left = std::min(left, site.y);
    right = std::max(right, site.y);
  }
  constexpr double dy = 200, dz = 50;  // m, of the raster
  std::vector<datasets::PlanePoint> points;
  std::vector<double> own, below;
  std::size_t i = 0;
  for (double y = left + dy / 2; y < right; y += dy) {
    while (m.y[i + 1] < y) ++i;
    const double t = (y - m.y[i]) / (m.y[i + 1] - m.y[i]);
    const auto depth = [&](std::size_t j) {
      return (1 - t) * m.z[j * (m.columns + 1) + i] + t * m.z[j * (m.columns + 1) + i + 1];
    };
    std::size_t j = 0;
    for (double z = depth(m.sea_rows) + dz / 2; z < depth(m.sea_rows) + m.depth_of_investigation[i]; z += dz) {
      while (j + 1 < m.rows && depth(j + 1) < z) ++j;
      points.push_back({y, z});
      below.push_back(z - depth(m.sea_rows));
      own.push_back(m.resistivity[j * m.columns + i]);
    }
  }
  const auto real = datasets::resistivity_at(truth, points), other = datasets::resistivity_at(theirs, points);
  // Of all points, and of those less than so many metres below the floor: areas far down, where no site can tell one
  // place from another, would count for most.
  for (const double limit : {1e300, 20e3, 10e3, 5e3}) {
    double a = 0, b = 0, count = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      if (!(real[k] < 1e9) || !(other[k] < 1e9) || below[k] > limit) continue;  // air above their ground
      a += std::pow(std::log10(own[k] / real[k]), 2);
      b += std::pow(std::log10(other[k] / real[k]), 2);
      ++count;
    }
    const std::string where = limit > 1e9 ? "" : text("_to_", limit / 1000, "_km");
    std::cout << ", \"error" << where << "\": " << std::sqrt(a / count) << ", \"error_of_mare2dem" << where
              << "\": " << std::sqrt(b / count);
  }
  double deepest = 0;
  for (const double d : m.depth_of_investigation) deepest = std::max(deepest, d);
  std::cout << ", \"deepest_m\": " << deepest << ", \"points\": " << points.size();
}

int run(int count, char** words) {
  if (count < 3)
    fail(
        "inversion2d_bench paralana|coprod2|kap03|demo|demo10 DATA_FOLDER [--save FILE | --saved FILE] [OPTION=VALUE "
        "...]");
  const std::string line = words[1], folder = words[2];
  std::map<std::string, std::string> given;
  std::string save, saved;
  for (int i = 3; i < count; ++i) {
    const std::string word = words[i];
    const auto equals = word.find('=');
    if (word == "--save" && i + 1 < count)
      save = words[++i];
    else if (word == "--saved" && i + 1 < count)
      saved = words[++i];
    else
      given[word.substr(0, equals)] = equals == std::string::npos ? "true" : word.substr(equals + 1);
  }
  const Invert2dOptions o = options_of(given);
  datasets::Observations data;
  if (line == "paralana") {
    data = datasets::read_occam2d_data(folder + "/paralana-profile/occam2d/OccamDataFile.dat");
  } else if (line == "coprod2") {
    data = datasets::read_coprod2_data(folder + "/coprod2/coprod2data.dat");
  } else if (line == "demo10") {
    data =
        datasets::observations_of(datasets::read_emdata(folder + "/mare2dem/Demo_completed_inversion_MT/Demo.10.resp"));
  } else if (line == "demo") {
    data = datasets::read_em_observations(folder + "/mare2dem/Demo_forward_MT/DemoSynthMT.emdata");
  } else if (line == "kap03") {
    data = line_of(datasets::read({folder + "/kap03-profile/edi"})).data;
  } else {
    fail("inversion2d_bench: line '", line, "' is unknown");
  }
  RunControl control;
  control.progress = [](const Progress1d& p) {
    std::cerr << p.row.iteration << ": RMS " << p.row.rms << ", roughness " << p.row.regularization << ", log10 lambda "
              << std::log10(p.row.lambda) << ", step " << p.row.step << ", " << p.row.seconds << " s\n";
    return true;
  };
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t clock = std::clock();
  const Result2d r = saved.empty() ? invert_2d(data, o, control) : read_result_2d(saved);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  const double processor = static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  if (!save.empty()) write_hdf5(r, save);
  for (const std::string& choice : r.choices) std::cerr << choice << '\n';
  std::cerr << r.stopped << '\n';
  std::vector<std::string> notes;
  Data2d fitted = data_of(data, o);
  const std::size_t numbers = fitted.data.size();
  Mesh2d mesh = design_mesh(fitted, o, notes);
  const Section2d section = section_of(std::move(fitted), std::move(mesh), o);
  std::cout << "{\"line\": \"" << line << "\", \"rms\": " << r.rms
            << ", \"converged\": " << (r.converged ? "true" : "false") << ", \"iterations\": " << r.history.size() - 1
            << ", \"seconds\": " << wall.count() << ", \"processor_seconds\": " << processor
            << ", \"memory_mb\": " << usage.ru_maxrss / 1024 << ", \"data\": " << numbers
            << ", \"cells\": " << section.cells.count << ", \"elements\": " << r.model.resistivity.size();
  if (line == "paralana") judge_paralana(r, folder + "/paralana-profile/occam2d", data, o, section);
  if (line == "demo" || line == "demo10") judge_demo(r, folder);
  std::cout << "}\n";
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
