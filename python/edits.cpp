// python/edits.cpp: changes of surveys: as functions of a survey, and as edits that are kept and taken back.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/hdf5/edited_survey.h"
#include "datasets/survey/error_floor.h"
#include "datasets/survey/mask.h"
#include "datasets/survey/periods.h"
#include "datasets/survey/scale.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;
using Path = std::filesystem::path;
using Names = std::vector<std::string>;

Selection selection_of(const Names& sites, const std::pair<double, double>& periods, const Names& components) {
  return {.sites = sites, .from = periods.first, .to = periods.second, .components = components};
}

SameSite same_of(const std::string& name) {
  if (name == "name_and_place") return SameSite::name_and_place;
  if (name == "name") return SameSite::name;
  if (name == "place") return SameSite::place;
  fail("merge: same '", name, "' is none of 'name_and_place', 'name', 'place'");
}

/// A dict as an edit; what it holds is checked by edit_of.
Edit edit_from(const py::object& edit) {
  if (py::isinstance<py::str>(edit)) return edit_of(edit.cast<std::string>());
  return edit_of(py::module_::import("json").attr("dumps")(edit).cast<std::string>());
}

py::object dict_of(const Edit& edit) { return py::module_::import("json").attr("loads")(to_text(edit)); }

/// Methods of Survey are added to the class that python/datasets.cpp has made.
template <class Function, class... Extra>
void add_method(py::handle cls, const char* name, Function&& function, const Extra&... extra) {
  const py::cpp_function method(std::forward<Function>(function), py::name(name), py::is_method(cls),
                                py::sibling(py::getattr(cls, name, py::none())), extra...);
  cls.attr(name) = method;
}

}  // namespace

void bind_edits(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> unlocked;
  const py::object survey = m.attr("Survey"), site = m.attr("Site");
  const std::pair<double, double> all_periods{0, INFINITY};
  add_method(
      survey, "mask",
      [](const Survey& s, const Names& sites, const std::pair<double, double>& periods, const Names& components,
         const std::string& reason) { return mask(s, selection_of(sites, periods, components), reason); },
      py::kw_only(), "sites"_a = Names{}, "periods"_a = all_periods, "components"_a = Names{}, "reason"_a = "",
      R"(The survey with values masked, which keeps them: of sites (names or globs), from the shortest to the longest of two
periods (s), of components 'xx' 'xy' 'yx' 'yy' 'tx' 'ty'; all where not given. The history of the sites says so.
raises : ValueError where a name fits no site)");
  add_method(
      survey, "unmask",
      [](const Survey& s, const Names& sites, const std::pair<double, double>& periods, const Names& components,
         const std::string& reason) { return unmask(s, selection_of(sites, periods, components), reason); },
      py::kw_only(), "sites"_a = Names{}, "periods"_a = all_periods, "components"_a = Names{}, "reason"_a = "",
      "The survey without these masks; see mask.");
  add_method(
      survey, "error_floor",
      [](const Survey& s, double impedance, double tipper, const std::string& reference) {
        ErrorFloor floor;
        floor.impedance.fill(impedance);
        floor.tipper.fill(tipper);
        if (reference == "own")
          floor.reference = ErrorFloor::Reference::own;
        else if (reference != "off_diagonal")
          fail("error_floor: reference '", reference, "' is neither 'off_diagonal' nor 'own'");
        return with_error_floor(s, floor);
      },
      "impedance"_a, "tipper"_a = 0.0, "reference"_a = "off_diagonal",
      R"(The survey with errors of at least this part of sqrt|Zxy Zyx| ('off_diagonal') or of each |Zij| ('own'), and of
tippers at least that number; missing errors become the floor. Kept in the history.)");
  add_method(survey, "decimate", py::overload_cast<Survey, double>(&decimate), "per_decade"_a,
             "The survey at the periods nearest to a grid of so many a decade.");
  add_method(survey, "keep_periods", &keep_periods, "shortest"_a, "longest"_a, "Only periods between these, s.");
  add_method(
      survey, "interpolate", py::overload_cast<const Survey&, const std::vector<double>&, double>(&interpolate),
      "period"_a, "largest_gap"_a = 0.5,
      "The survey at these periods (s, ascending): ln |Z| and phase along straight lines in ln T, nothing across gaps "
      "of more decades, no extrapolation, errors that do not shrink.");
  add_method(
      survey, "merge",
      [](const Survey& s, const std::string& same, double distance, double same_period) {
        return merge_sites(s, {same_of(same), distance, same_period});
      },
      "same"_a = "name_and_place", "distance"_a = 100.0, "same_period"_a = 0.01,
      R"(Soundings of the same site become one: 'name_and_place', 'name' or 'place' (within distance, m). Of a period that
several have, each component comes from the one with the smaller error. Said in the history.)");
  add_method(site, "remove_static_shift", &remove_static_shift, "xy"_a, "yx"_a,
             "The site with apparent resistivities divided by these factors.");

  py::class_<EditedSurvey>(m, "EditedSurvey", R"(A survey, what it was before, and the edits in between.

>>> site = tl.Site("A01", period=[1.0], z=[[[0, 1 + 1j], [-1 - 1j, 0]]])
>>> edited = tl.EditedSurvey(tl.Survey([site])).edit({"edit": "rotate", "azimuth": 30.0})
>>> edited.log
['rotate to azimuth 30']
>>> edited.undo().survey[0].rotation
0.0)")
      .def(py::init([](const Survey& original) {
             return EditedSurvey{original, {}, original};
           }),
           "original"_a)
      .def_readonly("original", &EditedSurvey::original)
      .def_readonly("survey", &EditedSurvey::survey, "what the edits make of the original")
      .def_property_readonly(
          "edits",
          [](const EditedSurvey& s) {
            py::list list;
            for (const Edit& edit : s.edits) list.append(dict_of(edit));
            return list;
          },
          "list of dict")
      .def_property_readonly(
          "log",
          [](const EditedSurvey& s) {
            Names words;
            for (const Edit& edit : s.edits) words.push_back(describe(edit));
            return words;
          },
          "the edits in words")
      .def(
          "edit", [](const EditedSurvey& s, const py::object& edit) { return with_edit(s, edit_from(edit)); }, "edit"_a,
          R"(With one edit more, a dict whose key 'edit' is one of mask, unmask (sites, from, to, periods, components), drop_sites
(sites), error_floor (impedance [4], reference, tipper [2]), rotate (azimuth), decimate (per_decade), keep_periods (from, to),
interpolate (period, largest_gap), static_shift (sites, xy, yx), merge (same, distance, same_period); and, if you like, reason.
raises : ValueError where it is no edit or does not fit the survey)")
      .def("undo", &without_last_edits, "count"_a = 1, "Without the last edits.")
      .def(
          "save", [](const EditedSurvey& s, const Path& path) { write_edited(s, path.string()); }, "path"_a, unlocked,
          "Writes an HDF5 file that read() reads as the edited survey, and read_edited() with its edits.")
      .def("__repr__", [](const EditedSurvey& s) {
        return text("EditedSurvey(", s.survey.sites.size(), " sites, ", s.edits.size(), " edits)");
      });
  m.def(
      "read_edited", [](const Path& path) { return read_edited(path.string()); }, "path"_a, unlocked,
      R"(A survey file with its edits; one that was never edited has none.

raises : FormatError where the file is none or its edits no longer make what stands in it)");
}

}  // namespace terrella::python
