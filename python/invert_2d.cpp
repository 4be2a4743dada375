// python/invert_2d.cpp: tl.line and tl.invert_2d, from a survey to a resistivity section.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>
#include <type_traits>
#include <variant>

#include "core/error.h"
#include "inversion/mt2d/estimate.h"
#include "inversion/mt2d/option_table.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "python/run_control.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace inversion;
using namespace pybind11::literals;
using Path = std::filesystem::path;
using Angle = std::variant<double, std::string>;  // degrees, or a word
using Source = std::variant<datasets::Survey, datasets::Observations, Line>;

// An option by its name: `lambda` is a word of Python's and has an underscore there.
std::string keyword_of(const std::string& name) { return name == "lambda" ? "lambda_" : name; }

// Takes options out of keywords one by one; what is left over at the end is a mistake.
class Keywords {
 public:
  explicit Keywords(const char* function, const py::kwargs& given) : function_(function), rest_(given.attr("copy")()) {}

  template <class T>
  void operator()(const char* name, T& value, const char*) const {
    const std::string keyword = keyword_of(name);
    known_.push_back(keyword);
    if (!rest_.contains(keyword.c_str())) return;
    const py::object given = rest_[keyword.c_str()];
    rest_.attr("pop")(keyword);
    try {
      if constexpr (std::is_enum_v<T>)
        value = parse<T>(given.cast<std::string>());
      else
        value = given.cast<T>();
    } catch (const py::cast_error&) {
      throw py::type_error(
          fmt::format("{}: {} = {} is of the wrong type", function_, keyword, py::repr(given).cast<std::string>()));
    }
  }
  void finish() const {
    if (rest_.empty()) return;
    throw py::type_error(fmt::format("{}: no option {}; there are {}", function_,
                                     py::repr(rest_.begin()->first).cast<std::string>(), fmt::join(known_, ", ")));
  }

 private:
  const char* function_;
  py::dict rest_;
  mutable std::vector<std::string> known_;
};

std::string word_of(const Angle& angle) {
  if (const auto* const degrees = std::get_if<double>(&angle)) return fmt::format("{}", *degrees);
  return std::get<std::string>(angle);
}

// A line is one already: its options were taken when it was made.
Line line_from(Source source, LineOptions options, const std::optional<Angle>& profile,
               const std::optional<Angle>& strike) {
  if (auto* const line = std::get_if<Line>(&source)) return std::move(*line);
  if (profile) set_profile(options, word_of(*profile));
  if (strike) set_strike(options, word_of(*strike));
  const py::gil_scoped_release unlocked;
  if (const auto* const survey = std::get_if<datasets::Survey>(&source)) return line_of(*survey, options);
  return line_of(std::get<datasets::Observations>(source), options);
}

std::vector<CutLine> cuts_of(const std::optional<std::vector<Array<double>>>& cuts) {
  std::vector<CutLine> all;
  if (!cuts) return all;
  for (const Array<double>& cut : *cuts) {
    if (cut.ndim() != 2 || cut.shape(1) != 2 || cut.shape(0) < 2)
      fail("invert_2d: a cut has shape (n, 2), y and z in m of two points or more, got ",
           py::str(cut.attr("shape")).cast<std::string>());
    CutLine line;
    for (py::ssize_t i = 0; i < cut.shape(0); ++i) line.y.push_back(cut.at(i, 0)), line.z.push_back(cut.at(i, 1));
    all.push_back(std::move(line));
  }
  return all;
}

// "te : fit the TE mode, where there is one (True)" for each option, one a line.
template <class Options, class Visit>
std::string described(const Visit& visit_all) {
  const Options defaults;
  std::string text;
  visit_all(defaults, [&]<class T>(const char* name, const T& value, const char* help) {
    std::string preset, choices;
    if constexpr (std::is_enum_v<T>) {
      preset = "'" + to_string(value) + "'";
      choices = fmt::format(": '{}'", fmt::join(names<T>(), "', '"));
    } else {
      preset = py::repr(py::cast(value)).template cast<std::string>();
    }
    text += fmt::format("{} : {}{} ({})\n", keyword_of(name), help, choices, preset);
  });
  return text;
}
std::string described_line() {
  return described<LineOptions>([](const auto& o, const auto& visit) { visit_line_options(o, visit); });
}
std::string described_inversion() {
  return described<Invert2dOptions>([](const auto& o, const auto& visit) { visit_options(o, visit); });
}

void bind_line(py::module_& m) {
  py::class_<Line>(m, "Line", "A survey as data along a line, and how it came about.")
      .def_readonly("data", &Line::data, "Observations: sites in order, y from the first, z down; x along strike")
      .def_readonly("profile", &Line::profile, "azimuth of the line through the sites, degrees; NaN if unknown")
      .def_readonly("strike", &Line::strike, "azimuth of x, degrees; NaN if unknown")
      .def_readonly("azimuth", &Line::azimuth, "azimuth of y, at right angles to strike; NaN if unknown")
      .def_readonly("choices", &Line::choices, "list of what was decided and why, one sentence each")
      .def_readonly("warnings", &Line::warnings, "list of what to look at before believing the model")
      .def_readonly("config", &Line::config, "the options as TOML, table [line]")
      .def("__repr__", [](const Line& line) {
        return text("Line(", line.data.sites.size(), " sites, ", line.data.rows.size(), " rows, strike ", line.strike,
                    ", towards ", line.azimuth, ")");
      });
  static const std::string documentation =
      R"(A survey as data along a line: strike found, axes turned to it, sites projected along it.

survey  : Survey, or Observations that stand along a line already (read_observations)
profile : azimuth of the line in degrees, or 'auto', the best straight line through the sites
strike  : azimuth in degrees, or 'auto' (by phase tensors; at right angles to the profile where they prefer none),
          'phase_tensor', 'groom_bailey', 'perpendicular'
returns : Line, whose .choices say what was decided
raises  : ValueError for surveys that make no line: fewer than two sites, no coordinates, a strike along the profile, ...

Options by name, with their defaults:

)" + described_line() +
      R"(
>>> line = tl.line(tl.synthetic_survey(), strike='perpendicular')
>>> f"{line.azimuth:.0f} degrees, {len(line.data.sites)} sites"
'70 degrees, 24 sites'
)";
  m.def(
      "line",
      [](const Source& survey, const Angle& profile, const Angle& strike, const py::kwargs& given) {
        LineOptions options;
        const Keywords keywords("line", given);
        visit_line_options(options, keywords);
        keywords.finish();
        if (std::holds_alternative<Line>(survey)) throw py::type_error("line: this is a Line already");
        return line_from(survey, options, profile, strike);
      },
      "survey"_a, py::kw_only(), "profile"_a = "auto", "strike"_a = "auto", documentation.c_str());
}

struct Call {
  Line line;
  Invert2dOptions options;
};

// Both kinds of options from one set of keywords.
Call call_of(const char* function, const Source& source, const std::optional<Angle>& profile,
             const std::optional<Angle>& strike, const std::optional<std::vector<Array<double>>>& cuts,
             const py::kwargs& given) {
  LineOptions line;
  Call call;
  const Keywords keywords(function, given);
  visit_options(call.options, keywords);
  const bool is_line = std::holds_alternative<Line>(source);
  if (!is_line) visit_line_options(line, keywords);
  keywords.finish();
  if (is_line && (profile || strike)) throw py::type_error(text(function, ": a Line has its profile and strike"));
  call.options.cuts = cuts_of(cuts);
  validate(call.options);
  call.line = line_from(source, line, profile, strike);
  return call;
}

void bind_inversion_2d(py::module_& m) {
  static const std::string documentation =
      R"(A resistivity section from magnetotelluric data along a line.

data       : Survey, Line (tl.line), or Observations that stand along a line already (read_observations)
profile, strike : as tl.line has them, for a Survey
checkpoint : file that is kept up to date after every iteration; resume continues from it to the same bits
progress   : called with a Progress after every iteration; a false answer stops
cuts       : list of arrays [n, 2], y and z in m, lines across which the model may jump
returns    : Result2d with .model, .data, .predicted, .rms, .history, .choices
raises     : ValueError for options that make no sense and data that cannot be fitted, before work starts; MeshError for
             ground that no grid can follow

Ctrl-C stops after the iteration at hand, with the checkpoint written. The answer does not depend on the number of
threads. Under mpirun all processes call this with the same arguments and get the same result, to the bits that one alone
gets: they share periods and modes out, and the first of them keeps the checkpoint, calls progress and warns. What it
raises, all raise. Options by name, with their defaults:

)" + described_inversion() +
      "\nand, for a Survey, those of tl.line.\n\n" +
      R"(>>> result = tl.invert_2d(survey, strike=20, periods_per_decade=4, target_rms=1.2)  # doctest: +SKIP
)";
  m.def(
      "invert_2d",
      [](const Source& data, const std::optional<Angle>& profile, const std::optional<Angle>& strike,
         const std::optional<std::vector<Array<double>>>& cuts, const std::optional<Path>& checkpoint, bool resume,
         const std::optional<py::function>& progress, const py::kwargs& given) {
        const Call call = call_of("invert_2d", data, profile, strike, cuts, given);
        return watched({checkpoint, resume, progress},
                       [&](const RunControl& control) { return invert_2d(call.line, call.options, control); });
      },
      "data"_a, py::kw_only(), "profile"_a = py::none(), "strike"_a = py::none(), "cuts"_a = py::none(),
      "checkpoint"_a = py::none(), "resume"_a = false, "progress"_a = py::none(), documentation.c_str());
  m.def(
      "estimate_2d",
      [](const Source& data, const std::optional<Angle>& profile, const std::optional<Angle>& strike,
         const py::kwargs& given) {
        const Call call = call_of("estimate_2d", data, profile, strike, std::nullopt, given);
        const Estimate2d e =
            long_call([&](const std::stop_token&) { return estimate_2d(call.line.data, call.options); });
        return py::dict("sites"_a = e.sites, "periods"_a = e.periods, "data"_a = e.numbers, "cells"_a = e.cells,
                        "rows"_a = e.rows, "columns"_a = e.columns, "unknowns_te"_a = e.unknowns_te,
                        "unknowns_tm"_a = e.unknowns_tm, "forward_seconds"_a = e.forward_seconds,
                        "seconds_at_most"_a = e.seconds_at_most, "bytes"_a = e.bytes, "choices"_a = e.choices);
      },
      "data"_a, py::kw_only(), "profile"_a = py::none(), "strike"_a = py::none(),
      "What invert_2d with the same arguments will be and cost: a dict of sizes, bytes and seconds, from one forward "
      "computation.");
}

}  // namespace

void bind_invert_2d(py::module_& m) {
  bind_line(m);
  bind_inversion_2d(m);
}

}  // namespace terrella::python
