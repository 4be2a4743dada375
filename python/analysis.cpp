// python/analysis.cpp: what the data of a survey say about themselves, in terrella and terrella.elec.
#include <pybind11/complex.h>
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "core/error.h"
#include "elec/analysis/analysis.h"
#include "elec/analysis/coherence_flags.h"
#include "python/arrays.h"
#include "python/bindings.h"
#include "python/core/convert.h"
#include "python/long_call.h"
#include "viz/profile.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace elec;
using namespace pybind11::literals;
using datasets::Site;
using datasets::Survey;

/// A getter that gives a vector as a read-only array on the memory of the object.
template <class Class, class T>
auto array_of(std::vector<T> Class::*field) {
  return [field](const py::object& self) {
    const std::vector<T>& values = self.cast<const Class&>().*field;
    return view<T>(values, {static_cast<py::ssize_t>(values.size())}, self);
  };
}

std::vector<std::string> names_of(const std::vector<Dimension>& dimensions) {
  std::vector<std::string> names;
  for (const Dimension d : dimensions) names.emplace_back(name_of(d));
  return names;
}

Mode mode_of(const std::string& name) {
  for (const Mode mode : {Mode::xy, Mode::yx, Mode::determinant})
    if (name == name_of(mode)) return mode;
  fail("mode '", name, "' is none of 'xy', 'yx', 'determinant'");
}

RhoPlusData data_of(const std::string& name) {
  if (name == "both") return RhoPlusData::both;
  if (name == "resistivity") return RhoPlusData::resistivity;
  if (name == "phase") return RhoPlusData::phase;
  fail("rho_plus: data '", name, "' is none of 'both', 'resistivity', 'phase'");
}

using Doubles = Array<double>;
using Complexes = Array<std::complex<double>>;

void bind_layered(py::module_& m) {
  py::class_<LeastMisfit>(m, "LeastMisfit", "The best fit that any layered earth can have, and what it says.")
      .def_readonly("chi_squared", &LeastMisfit::chi_squared, "no layered earth has less")
      .def_readonly("data", &LeastMisfit::data, "real numbers that were fitted")
      .def_readonly("limit", &LeastMisfit::limit, "data + 2 sqrt(2 data)")
      .def_readonly("exists", &LeastMisfit::exists, "chi_squared <= limit: a layered earth may be the reason")
      .def_property_readonly("rms", &LeastMisfit::rms)
      .def_property_readonly("predicted", array_of(&LeastMisfit::predicted), "complex array [n], ohm, at all periods")
      .def_property_readonly("residual", array_of(&LeastMisfit::residual),
                             "array [n], the larger of both |residuals| in errors; NaN without data")
      .def("__repr__", [](const LeastMisfit& f) {
        return text("LeastMisfit(chi_squared=", f.chi_squared, ", data=", f.data,
                    f.exists ? ", exists)" : ", none exists)");
      });
  py::class_<DPlus, LeastMisfit>(m, "DPlus", "Thin conducting sheets in an insulator, which fit best.")
      .def_readonly("surface", &DPlus::surface, "m, thickness of an insulator on top")
      .def_property_readonly("rate", array_of(&DPlus::rate), "array, 1/s, ascending")
      .def_property_readonly("residue", array_of(&DPlus::residue), "array, m/s");
  m.def(
      "d_plus",
      [](const Doubles& period, const Complexes& z, const Doubles& error) {
        const auto t = copy<double>("d_plus: period", std::optional(period), {-1});
        const auto values = copy<std::complex<double>>("d_plus: z", std::optional(z), {-1});
        const auto errors = copy<double>("d_plus: error", std::optional(error), {-1});
        const py::gil_scoped_release unlocked;
        return d_plus(t, values, errors);
      },
      "period"_a, "z"_a, "error"_a,
      R"(The least misfit that any layered earth can have to an impedance, D+ of Parker (1980).

period : array [n], s; z : complex array [n], ohm, of xy, -yx or the determinant, NaN where missing; error : array [n], ohm,
         standard error of the real and, equally, of the imaginary part
returns : DPlus
raises : ValueError for sizes that disagree, periods or errors that are not positive, no data

Data that D+ does not fit within their errors are no response of a layered earth. Parker & Whaler (1981).

>>> import numpy as np
>>> period = np.logspace(-2, 3, 20)
>>> z = np.asarray(tl.elec.impedance_1d([100.0, 10.0], [1000.0], 1 / period))
>>> tl.elec.d_plus(period, z, 0.02 * np.abs(z)).exists
True)");
  m.def(
      "rho_plus",
      [](const Doubles& period, const Complexes& z, const Doubles& error, const std::string& data) {
        const auto t = copy<double>("rho_plus: period", std::optional(period), {-1});
        const auto values = copy<std::complex<double>>("rho_plus: z", std::optional(z), {-1});
        const auto errors = copy<double>("rho_plus: error", std::optional(error), {-1});
        const RhoPlusData kind = data_of(data);
        const py::gil_scoped_release unlocked;
        return rho_plus(t, values, errors, kind);
      },
      "period"_a, "z"_a, "error"_a, "data"_a = "both",
      R"(The same limit for log apparent resistivity and phase: 'both', or one of 'resistivity' and 'phase', which then
predicts the other, a check of both on each other. Arguments as for d_plus. Parker & Booker (1996).)");
}

void bind_tables(py::module_& m) {
  py::class_<Column>(m, "Column", "Values with standard errors.")
      .def_property_readonly("value", array_of(&Column::value))
      .def_property_readonly("error", array_of(&Column::error));
  py::class_<PhaseTensorTable>(m, "PhaseTensorTable", "Phase tensors of a site, one entry a period; degrees.")
      .def_readonly("phi_max", &PhaseTensorTable::phi_max)
      .def_readonly("phi_min", &PhaseTensorTable::phi_min)
      .def_readonly("alpha", &PhaseTensorTable::alpha)
      .def_readonly("beta", &PhaseTensorTable::beta, "skew")
      .def_readonly("strike", &PhaseTensorTable::strike, "alpha - beta, in the axes of the site")
      .def_readonly("ellipticity", &PhaseTensorTable::ellipticity, "no unit");
  m.def("phase_tensor_table", &phase_tensor_table, "site"_a, Unlocked(),
        "Phase tensors of a site with errors to first order from those of the impedance; NaN where a component is "
        "missing or masked. Caldwell, Bibby & Brown (2004).");
  py::class_<DimensionTable>(m, "DimensionTable", "Dimensionality of a site, one entry a period.")
      .def_property_readonly("kappa", array_of(&DimensionTable::kappa), "Bahr (1991): Swift's skew")
      .def_property_readonly("mu", array_of(&DimensionTable::mu))
      .def_property_readonly("eta", array_of(&DimensionTable::eta))
      .def_property_readonly("sigma", array_of(&DimensionTable::sigma))
      .def_property_readonly("i3", array_of(&DimensionTable::i3), "Weaver, Agarwal & Lilley (2000)")
      .def_property_readonly("i4", array_of(&DimensionTable::i4))
      .def_property_readonly("i5", array_of(&DimensionTable::i5))
      .def_property_readonly("i6", array_of(&DimensionTable::i6))
      .def_property_readonly("i7", array_of(&DimensionTable::i7))
      .def_property_readonly("q", array_of(&DimensionTable::q))
      .def_property_readonly("bahr", [](const DimensionTable& t) { return names_of(t.bahr); })
      .def_property_readonly("wal", [](const DimensionTable& t) { return names_of(t.wal); })
      .def_property_readonly("phase_tensor", [](const DimensionTable& t) { return names_of(t.phase_tensor); });
  m.def(
      "dimension_table",
      [](const Site& site, double kappa, double sigma, double mu, double eta, double invariants, double q, double skew,
         double ellipticity) {
        DimensionThresholds t;
        t.bahr = {kappa, sigma, mu, eta};
        t.wal = {invariants, q};
        t.phase_tensor.skew = skew;
        t.phase_tensor.ellipticity = ellipticity;
        return dimension_table(site, t);
      },
      "site"_a, py::kw_only(), "kappa"_a = 0.1, "sigma"_a = 0.1, "mu"_a = 0.05, "eta"_a = 0.3, "invariants"_a = 0.15,
      "q"_a = 0.1, "skew"_a = 3.0, "ellipticity"_a = 0.1, Unlocked(),
      R"(How many dimensions a response shows, by three families of criteria with these thresholds.

returns : DimensionTable; classes '1D', '2D', '2D twisted', '2D distorted', '1D/2D distorted', '1D/2D diagonal', '3D',
          'unknown'

Bahr (1991); Weaver, Agarwal & Lilley (2000) with Marti, Queralt & Ledo (2009); Caldwell, Bibby & Brown (2004).)");
  py::class_<Curve>(m, "Curve", "One scalar impedance of a site over its periods.")
      .def_property_readonly("period", array_of(&Curve::period))
      .def_property_readonly("z", array_of(&Curve::z))
      .def_property_readonly("error", array_of(&Curve::error))
      .def_property_readonly("resistivity", array_of(&Curve::resistivity), "apparent, ohm m")
      .def_property_readonly("resistivity_error", array_of(&Curve::resistivity_error))
      .def_property_readonly("phase", array_of(&Curve::phase), "degrees")
      .def_property_readonly("phase_error", array_of(&Curve::phase_error));
  m.def(
      "curve_of", [](const Site& site, const std::string& mode) { return curve_of(site, mode_of(mode)); }, "site"_a,
      "mode"_a = "determinant", Unlocked(),
      "The curve of 'xy', 'yx' (of -Zyx) or 'determinant', whose phases are in the first quadrant over a layered "
      "earth; "
      "NaN where missing or masked.");
  py::class_<DepthTable>(m, "DepthTable", "Niblett and Bostick's transform.")
      .def_property_readonly("depth", array_of(&DepthTable::depth), "m")
      .def_property_readonly("resistivity", array_of(&DepthTable::resistivity), "ohm m, by the phase")
      .def_property_readonly("by_slope", array_of(&DepthTable::by_slope), "ohm m, by the slope of resistivity");
  m.def("niblett_bostick", &niblett_bostick, "curve"_a, "points"_a = 5, Unlocked(),
        "Depth and resistivity at each period of a curve; slopes are those of lines through `points` periods.");
  m.def("outlier_measure", &outlier_measure, "curve"_a, "points"_a = 4, Unlocked(),
        "Distance of each value from the line through its neighbours, in robust standard deviations; beyond 5 or so "
        "means an outlier.");
}

BootstrapOptions bootstrap(int draws, double confidence, std::uint64_t seed) { return {draws, confidence, seed}; }

void bind_strike(py::module_& m) {
  py::class_<MeanDirection>(m, "MeanDirection", "A mean of directions that repeat after a part of a turn.")
      .def_readonly("angle", &MeanDirection::angle, "degrees")
      .def_readonly("length", &MeanDirection::length, "of the mean vector: 0 without preference, 1 all the same")
      .def_readonly("scatter", &MeanDirection::scatter, "circular standard deviation, degrees")
      .def_readonly("chance", &MeanDirection::chance, "probability of such a length without preference (Rayleigh)")
      .def_readonly("low", &MeanDirection::low, "interval of confidence by bootstrap, degrees")
      .def_readonly("high", &MeanDirection::high)
      .def_readonly("data", &MeanDirection::data)
      .def("__repr__", [](const MeanDirection& d) {
        return text("MeanDirection(", d.angle, ", ", d.low, " .. ", d.high, ", chance ", d.chance, ", ", d.data,
                    " data)");
      });
  py::class_<Strike>(m, "Strike", "Strike by phase tensors.")
      .def_readonly("principal", &Strike::principal, "-45 .. 45 degrees; strike is this or at right angles to it")
      .def_readonly("by_arrows", &Strike::by_arrows, "of strikes at right angles to the induction arrows")
      .def_readonly("resolved", &Strike::resolved, "the one of both that the arrows choose, NaN where they do not")
      .def_readonly("too_skewed", &Strike::too_skewed)
      .def_readonly("too_uncertain", &Strike::too_uncertain);
  m.def(
      "mean_direction",
      [](const std::vector<double>& angle, std::vector<double> weight, double turn,
         const std::vector<std::size_t>& group, int draws, double confidence, std::uint64_t seed) {
        if (weight.empty()) weight.assign(angle.size(), 1.0);
        return mean_direction(angle, weight, turn, group, bootstrap(draws, confidence, seed));
      },
      "angle"_a, "weight"_a = std::vector<double>{}, "turn"_a = 180.0, "group"_a = std::vector<std::size_t>{},
      "draws"_a = 1000, "confidence"_a = 0.95, "seed"_a = 1, Unlocked(),
      "Weighted mean of directions (degrees) that mean the same after `turn`: 360 for arrows, 180 for axes, 90 for "
      "strikes "
      "of phase tensors; data of one group are drawn together by the bootstrap.");
  const auto options = [](double shortest, double longest, double skew, double error, int draws, double confidence,
                          std::uint64_t seed) {
    StrikeOptions o;
    o.shortest_period = shortest;
    o.longest_period = longest;
    o.largest_skew = skew;
    o.largest_error = error;
    o.bootstrap = bootstrap(draws, confidence, seed);
    return o;
  };
  m.def(
      "phase_tensor_strike",
      [options](const Survey& survey, double shortest, double longest, double skew, double error, int draws,
                double confidence, std::uint64_t seed) {
        return phase_tensor_strike(survey, options(shortest, longest, skew, error, draws, confidence, seed));
      },
      "survey"_a, py::kw_only(), "shortest_period"_a = 0.0, "longest_period"_a = INFINITY, "largest_skew"_a = 3.0,
      "largest_error"_a = 20.0, "draws"_a = 1000, "confidence"_a = 0.95, "seed"_a = 1, Unlocked(),
      R"(Strike of many sites and periods from their phase tensors, weighted by their errors.

returns : Strike; impedances alone leave two directions at right angles, of which induction arrows choose one where they can
raises  : ValueError for options that are not possible)");
  py::class_<Angle>(m, "Angle", "Degrees with a standard error and half an interval of confidence.")
      .def_readonly("value", &Angle::value)
      .def_readonly("error", &Angle::error)
      .def_readonly("half", &Angle::half)
      .def("__repr__", [](const Angle& a) { return text("Angle(", a.value, " -+ ", a.half, ")"); });
  py::class_<GroomBaileySite>(m, "GroomBaileySite", "Distortion and regional impedances of one site.")
      .def_readonly("name", &GroomBaileySite::name)
      .def_readonly("twist", &GroomBaileySite::twist)
      .def_readonly("shear", &GroomBaileySite::shear)
      .def_readonly("chi_squared", &GroomBaileySite::chi_squared)
      .def_property_readonly("period", array_of(&GroomBaileySite::period))
      .def_property_readonly("a", array_of(&GroomBaileySite::a), "complex array, ohm: regional Zxy, gain left in")
      .def_property_readonly("b", array_of(&GroomBaileySite::b), "complex array, ohm: regional Zyx");
  py::class_<GroomBaileyFit>(m, "GroomBaileyFit", "A decomposition of distorted two-dimensional responses.")
      .def_readonly("strike", &GroomBaileyFit::strike, "-45 .. 45 degrees; strike is this or at right angles to it")
      .def_readonly("sites", &GroomBaileyFit::sites)
      .def_readonly("chi_squared", &GroomBaileyFit::chi_squared)
      .def_readonly("data", &GroomBaileyFit::data)
      .def_readonly("freedom", &GroomBaileyFit::freedom)
      .def_property_readonly("rms", &GroomBaileyFit::rms)
      .def_readonly("converged", &GroomBaileyFit::converged)
      .def_property_readonly("profile_strike", array_of(&GroomBaileyFit::profile_strike))
      .def_property_readonly("profile_chi_squared", array_of(&GroomBaileyFit::profile_chi_squared),
                             "the least for each strike of the profile");
  m.def(
      "groom_bailey",
      [](const Survey& survey, double shortest, double longest, double confidence) {
        GroomBaileyOptions o;
        o.shortest_period = shortest;
        o.longest_period = longest;
        o.confidence = confidence;
        return groom_bailey(survey, o);
      },
      "survey"_a, py::kw_only(), "shortest_period"_a = 0.0, "longest_period"_a = INFINITY, "confidence"_a = 0.95,
      Unlocked(),
      R"(Strike, and twist and shear of each site, of galvanically distorted two-dimensional responses.

One strike for all sites and periods; the regional impedances of each are eliminated. Intervals hold where the model does:
look at rms. Give surveys an error floor first.

raises : ValueError where an error is missing or no period has all four components

Groom & Bailey (1989); McNeice & Jones (2001).)");
}

void bind_analysis_value(py::module_& m) {
  py::class_<LayeredTest>(m, "LayeredTest", "One mode of one site against all layered earths.")
      .def_property_readonly("mode", [](const LayeredTest& t) { return name_of(t.mode); })
      .def_readonly("best", &LayeredTest::best, "DPlus")
      .def_readonly("from_resistivity", &LayeredTest::from_resistivity, "LeastMisfit that predicts phases")
      .def_readonly("from_phase", &LayeredTest::from_phase, "LeastMisfit that predicts resistivities up to a factor")
      .def_readonly("phase_difference", &LayeredTest::phase_difference, "degrees, median observed less predicted")
      .def_readonly("phase_rms", &LayeredTest::phase_rms, "of the differences in errors");
  py::class_<Flag>(m, "Flag", "A value that does not agree with its neighbours or with D+.")
      .def_readonly("site", &Flag::site, "index")
      .def_readonly("period", &Flag::period, "s")
      .def_readonly("component", &Flag::component)
      .def_readonly("rule", &Flag::rule, "'outlier', 'd-plus', 'phase-quadrant'")
      .def_readonly("measure", &Flag::measure)
      .def("__repr__", [](const Flag& f) {
        return text("Flag(site=", f.site, ", period=", f.period, ", '", f.component, "', '", f.rule, "', ", f.measure,
                    ")");
      });
  py::class_<StaticShift>(m, "StaticShift", "Of one mode of one site.")
      .def_readonly("factor", &StaticShift::factor, "what apparent resistivity is to be divided by")
      .def_readonly("scatter", &StaticShift::scatter, "of its log10 between periods")
      .def_readonly("periods", &StaticShift::periods);
  py::class_<SiteShift>(m, "SiteShift", "Static shifts of one site.")
      .def_readonly("site", &SiteShift::site)
      .def_readonly("xy", &SiteShift::xy)
      .def_readonly("yx", &SiteShift::yx);
  py::class_<SiteAnalysis>(m, "SiteAnalysis", "All that is known about one site.")
      .def_readonly("phase_tensors", &SiteAnalysis::phase_tensors)
      .def_readonly("dimensions", &SiteAnalysis::dimensions)
      .def_readonly("xy", &SiteAnalysis::xy)
      .def_readonly("yx", &SiteAnalysis::yx)
      .def_readonly("determinant", &SiteAnalysis::determinant)
      .def_readonly("depths", &SiteAnalysis::depths)
      .def_readonly("layered", &SiteAnalysis::layered, "list of LayeredTest")
      .def_readonly("decomposition", &SiteAnalysis::decomposition, "GroomBaileyFit of this site alone, or None");
  py::class_<StrikeOfBand>(m, "StrikeOfBand", "Strike of a decade of period.")
      .def_readonly("shortest", &StrikeOfBand::from, "s")
      .def_readonly("longest", &StrikeOfBand::to, "s")
      .def_readonly("strike", &StrikeOfBand::strike);
  py::class_<Analysis>(m, "Analysis", "All that is known about a survey.")
      .def_readonly("sites", &Analysis::sites, "list of SiteAnalysis, in the order of the survey")
      .def_readonly("strike", &Analysis::strike)
      .def_readonly("strike_by_decade", &Analysis::strike_by_decade)
      .def_readonly("decomposition", &Analysis::decomposition, "GroomBaileyFit of all sites, or None")
      .def_readonly("static_shifts", &Analysis::static_shifts)
      .def_readonly("flags", &Analysis::flags)
      .def_readonly("notes", &Analysis::notes, "what was left out and why")
      .def("__repr__",
           [](const Analysis& a) { return text("Analysis(", a.sites.size(), " sites, ", a.flags.size(), " flags)"); });
}

std::pair<std::vector<double>, std::vector<double>> places_of(const Survey& survey) {
  std::vector<double> latitude, longitude;
  for (const Site& site : survey.sites) latitude.push_back(site.latitude), longitude.push_back(site.longitude);
  viz::Profile profile = viz::profile_of(latitude, longitude);
  return {std::move(profile.local.north), std::move(profile.local.east)};
}

}  // namespace

void bind_analysis(py::module_& parent) {
  auto m = parent.attr("elec").cast<py::module_>();
  bind_tables(m);
  bind_layered(m);
  bind_strike(m);
  bind_analysis_value(m);
  m.def(
      "static_shifts",
      [](const Survey& survey, std::size_t neighbours, double shortest, double longest, double distance) {
        const auto [north, east] = places_of(survey);
        return estimate_static_shift(survey, north, east, {neighbours, shortest, longest, distance});
      },
      "survey"_a, py::kw_only(), "neighbours"_a = 6, "shortest_period"_a = 0.0, "longest_period"_a = INFINITY,
      "largest_distance"_a = INFINITY, Unlocked(),
      R"(Static shifts by the median of each site and its neighbours, over periods.

returns : list of SiteShift
raises  : ValueError for fewer than 3 sites or sites without coordinates)");
  m.def(
      "coherence_flags", [](const Survey& survey, double least) { return coherence_flags(survey, least).flags; },
      "survey"_a, "least"_a = 0.5, Unlocked(),
      "Flags of values whose coherence (Ex with Hy, Ey with Hx) is below `least`, where the EDI files of the sites "
      "have "
      "some.");
  parent.def(
      "analyze",
      [](const Survey& survey, double error_floor, double shortest, double longest, double largest_skew,
         double outlier) {
        AnalysisOptions o;
        o.error_floor = error_floor;
        o.strike.shortest_period = o.groom_bailey.shortest_period = shortest;
        o.strike.longest_period = o.groom_bailey.longest_period = longest;
        o.strike.largest_skew = largest_skew;
        o.outlier = outlier;
        const auto places = places_of(survey);
        return long_call([&](const std::stop_token&) { return analyze(survey, places.first, places.second, o); });
      },
      "survey"_a, py::kw_only(), "error_floor"_a = 0.02, "shortest_period"_a = 0.0, "longest_period"_a = INFINITY,
      "largest_skew"_a = 3.0, "outlier"_a = 5.0,
      R"(Phase tensors, dimensions, D+, strike, decomposition, static shifts and flags of a survey.

error_floor : least error, a part of sqrt|Zxy Zyx|, for D+, the decomposition and outliers
returns     : Analysis
raises      : ValueError where no site has an impedance)");
}

}  // namespace terrella::python
