#include "viz/analysis_csv.h"

#include <cmath>

#include "core/error.h"
#include "datasets/survey/units.h"
#include "viz/table.h"

namespace terrella::viz {
namespace {

using datasets::Survey;
using elec::Analysis;

void fields(Table& table, std::initializer_list<double> values) {
  for (double value : values) table.field(value);
}

Table phase_tensors(const Survey& survey, const Analysis& a) {
  Table table({"site", "period_s", "phi_max_deg", "phi_max_error_deg", "phi_min_deg", "phi_min_error_deg", "alpha_deg",
               "alpha_error_deg", "beta_deg", "beta_error_deg", "strike_deg", "strike_error_deg", "ellipticity",
               "ellipticity_error"});
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const auto& t = a.sites[s].phase_tensors;
    const double rotation = survey.sites[s].rotation;
    for (std::size_t i = 0; i < t.beta.value.size(); ++i) {
      table.field(survey.sites[s].name);
      fields(table, {survey.sites[s].period[i], t.phi_max.value[i], t.phi_max.error[i], t.phi_min.value[i],
                     t.phi_min.error[i], elec::wrapped(t.alpha.value[i] + rotation, 180), t.alpha.error[i],
                     t.beta.value[i], t.beta.error[i], elec::wrapped(t.strike.value[i] + rotation, 180),
                     t.strike.error[i], t.ellipticity.value[i], t.ellipticity.error[i]});
      table.end_row();
    }
  }
  return table;
}

Table dimensionality(const Survey& survey, const Analysis& a) {
  Table table({"site", "period_s", "kappa", "mu", "eta", "sigma", "i3", "i4", "i5", "i6", "i7", "q", "beta_deg",
               "beta_error_deg", "class_bahr", "class_wal", "class_phase_tensor"});
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const auto& d = a.sites[s].dimensions;
    for (std::size_t i = 0; i < d.bahr.size(); ++i) {
      table.field(survey.sites[s].name);
      fields(table, {survey.sites[s].period[i], d.kappa[i], d.mu[i], d.eta[i], d.sigma[i], d.i3[i], d.i4[i], d.i5[i],
                     d.i6[i], d.i7[i], d.q[i], d.beta[i], d.beta_error[i]});
      for (const elec::Dimension dimension : {d.bahr[i], d.wal[i], d.phase_tensor[i]}) table.field(name_of(dimension));
      table.end_row();
    }
  }
  return table;
}

Table resistivity(const Survey& survey, const Analysis& a) {
  Table table({"site", "period_s", "rho_xy_ohm_m", "rho_xy_error_ohm_m", "phase_xy_deg", "phase_xy_error_deg",
               "rho_yx_ohm_m", "rho_yx_error_ohm_m", "phase_minus_yx_deg", "phase_minus_yx_error_deg", "rho_det_ohm_m",
               "rho_det_error_ohm_m", "phase_det_deg", "phase_det_error_deg", "bostick_depth_m",
               "bostick_resistivity_ohm_m", "bostick_resistivity_by_slope_ohm_m"});
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const auto& site = a.sites[s];
    for (std::size_t i = 0; i < site.xy.period.size(); ++i) {
      table.field(survey.sites[s].name);
      table.field(site.xy.period[i]);
      for (const elec::Curve* c : {&site.xy, &site.yx, &site.determinant})
        fields(table, {c->resistivity[i], c->resistivity_error[i], c->phase[i], c->phase_error[i]});
      fields(table, {site.depths.depth[i], site.depths.resistivity[i], site.depths.by_slope[i]});
      table.end_row();
    }
  }
  return table;
}

Table layered(const Survey& survey, const Analysis& a) {
  Table table({"site", "mode", "chi_squared", "data", "limit", "rms", "layered_earth_exists",
               "chi_squared_from_resistivity", "chi_squared_from_phase", "phase_difference_deg", "phase_difference_rms",
               "surface_insulator_m", "sheets"});
  for (std::size_t s = 0; s < survey.sites.size(); ++s)
    for (const auto& t : a.sites[s].layered) {
      table.field(survey.sites[s].name);
      table.field(name_of(t.mode));
      fields(table, {t.best.chi_squared, static_cast<double>(t.best.data), t.best.limit, t.best.rms(),
                     static_cast<double>(t.best.exists), t.from_resistivity.chi_squared, t.from_phase.chi_squared,
                     t.phase_difference, t.phase_rms, t.best.surface, static_cast<double>(t.best.rate.size())});
      table.end_row();
    }
  return table;
}

Table layered_fit(const Survey& survey, const Analysis& a) {
  Table table({"site", "mode", "period_s", "dplus_rho_ohm_m", "dplus_phase_deg", "dplus_residual_errors",
               "phase_from_resistivity_deg", "rho_from_phase_ohm_m"});
  for (std::size_t s = 0; s < survey.sites.size(); ++s)
    for (const auto& t : a.sites[s].layered)
      for (std::size_t i = 0; i < t.best.predicted.size(); ++i) {
        const double period = survey.sites[s].period[i], scale = period / (2 * datasets::pi * datasets::mu_0);
        constexpr double degrees = 180 / datasets::pi;
        table.field(survey.sites[s].name);
        table.field(name_of(t.mode));
        fields(table, {period, std::norm(t.best.predicted[i]) * scale, std::arg(t.best.predicted[i]) * degrees,
                       t.best.residual[i], std::arg(t.from_resistivity.predicted[i]) * degrees,
                       std::norm(t.from_phase.predicted[i]) * scale});
        table.end_row();
      }
  return table;
}

Table strike(const Analysis& a) {
  Table table({"from_s", "to_s", "strike_deg", "low_deg", "high_deg", "or_strike_deg", "mean_length", "chance",
               "phase_tensors", "too_skewed", "too_uncertain", "by_arrows_deg", "by_arrows_low_deg",
               "by_arrows_high_deg", "by_arrows_chance", "arrows", "resolved_deg"});
  const auto row = [&](double from, double to, const elec::Strike& s) {
    fields(table,
           {from, to, s.principal.angle, s.principal.low, s.principal.high, elec::wrapped(s.principal.angle + 90, 180),
            s.principal.length, s.principal.chance, static_cast<double>(s.principal.data),
            static_cast<double>(s.too_skewed), static_cast<double>(s.too_uncertain), s.by_arrows.angle, s.by_arrows.low,
            s.by_arrows.high, s.by_arrows.chance, static_cast<double>(s.by_arrows.data), s.resolved});
    table.end_row();
  };
  for (const auto& band : a.strike_by_decade) row(band.from, band.to, band.strike);
  row(NAN, NAN, a.strike);
  return table;
}

Table groom_bailey(const Analysis& a) {
  Table table({"site", "fitted", "strike_deg", "strike_half_interval_deg", "twist_deg", "twist_half_interval_deg",
               "shear_deg", "shear_half_interval_deg", "periods", "chi_squared", "freedom", "converged"});
  const auto rows = [&](const elec::GroomBaileyFit& fit, const char* how) {
    for (const auto& site : fit.sites) {
      table.field(site.name);
      table.field(how);
      fields(table,
             {fit.strike.value, fit.strike.half, site.twist.value, site.twist.half, site.shear.value, site.shear.half,
              static_cast<double>(site.rows), site.chi_squared,
              fit.sites.size() == 1 ? static_cast<double>(fit.freedom) : NAN, static_cast<double>(fit.converged)});
      table.end_row();
    }
  };
  for (const auto& site : a.sites)
    if (site.decomposition) rows(*site.decomposition, "alone");
  if (a.decomposition) rows(*a.decomposition, "together");
  return table;
}

Table profile(const Analysis& a) {
  Table table({"strike_deg", "chi_squared", "freedom"});
  if (a.decomposition)
    for (std::size_t k = 0; k < a.decomposition->profile_strike.size(); ++k) {
      fields(table, {a.decomposition->profile_strike[k], a.decomposition->profile_chi_squared[k],
                     static_cast<double>(a.decomposition->freedom)});
      table.end_row();
    }
  return table;
}

Table static_shifts(const Analysis& a) {
  Table table({"site", "rho_xy_factor", "xy_scatter_decades", "xy_periods", "rho_yx_factor", "yx_scatter_decades",
               "yx_periods"});
  for (const auto& s : a.static_shifts) {
    table.field(s.site);
    fields(table, {s.xy.factor, s.xy.scatter, static_cast<double>(s.xy.periods), s.yx.factor, s.yx.scatter,
                   static_cast<double>(s.yx.periods)});
    table.end_row();
  }
  return table;
}

Table flags(const Survey& survey, const Analysis& a) {
  Table table({"site", "period_s", "component", "rule", "measure"});
  for (const auto& flag : a.flags) {
    table.field(survey.sites[flag.site].name);
    table.field(flag.period);
    table.field(flag.component);
    table.field(flag.rule);
    table.field(flag.measure);
    table.end_row();
  }
  return table;
}

}  // namespace

std::vector<NamedTable> analysis_tables(const Survey& survey, const Analysis& a) {
  if (survey.sites.size() != a.sites.size())
    fail("analysis_tables: ", survey.sites.size(), " sites, ", a.sites.size(), " of them analysed");
  return {{"phase_tensors.csv", phase_tensors(survey, a).bytes()},
          {"dimensionality.csv", dimensionality(survey, a).bytes()},
          {"resistivity.csv", resistivity(survey, a).bytes()},
          {"layered.csv", layered(survey, a).bytes()},
          {"layered_fit.csv", layered_fit(survey, a).bytes()},
          {"strike.csv", strike(a).bytes()},
          {"groom_bailey.csv", groom_bailey(a).bytes()},
          {"groom_bailey_profile.csv", profile(a).bytes()},
          {"static_shifts.csv", static_shifts(a).bytes()},
          {"flags.csv", flags(survey, a).bytes()}};
}

}  // namespace terrella::viz
