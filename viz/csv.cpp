#include "viz/csv.h"

#include <cmath>

#include "datasets/file/atomic_file.h"
#include "viz/section.h"
#include "viz/sounding.h"
#include "viz/table.h"

namespace terrella::viz {
void write_section_csv(const inversion::Result& result, const std::string& path) {
  const Section section = make_section(result);
  const auto& model = result.model;
  Table table({"site", "latitude", "longitude", "x_north_m", "y_east_m", "distance_m", "site_elevation_m",
               "elevation_top_m", "elevation_bottom_m", "depth_top_m", "depth_bottom_m", "resistivity_ohm_m",
               "within_depth_of_investigation"});
  for (const SectionSite& site : section.sites) {
    double top = 0;
    for (std::size_t k = 0; k < model.layers; ++k) {
      const bool half_space = k + 1 == model.layers;
      const double bottom = half_space ? INFINITY : top + model.thickness[site.index * (model.layers - 1) + k];
      const double seen = half_space ? top : (top + bottom) / 2;
      table.field(site.name);
      for (double value :
           {site.latitude, site.longitude, site.north, site.east, site.distance, site.elevation, site.elevation - top,
            site.elevation - bottom, top, bottom, model.resistivity[site.index * model.layers + k],
            std::isnan(site.depth_of_investigation) ? NAN : double(seen < site.depth_of_investigation)})
        table.field(value);
      table.end_row();
      top = bottom;
    }
  }
  datasets::write_file(path, table.bytes());
}

void write_fit_csv(const inversion::Result& result, const std::string& path) {
  Table table({"site", "period_s", "observed_re_ohm", "observed_im_ohm", "error_ohm", "predicted_re_ohm",
               "predicted_im_ohm", "rho_a_ohm_m", "rho_a_error_ohm_m", "phase_deg", "phase_error_deg",
               "predicted_rho_a_ohm_m", "predicted_phase_deg", "site_rms"});
  for (const inversion::SiteFit& fit : result.fits) {
    const Sounding sounding = make_sounding(fit);
    for (std::size_t i = 0; i < fit.period.size(); ++i) {
      table.field(fit.site);
      for (double value :
           {fit.period[i], fit.observed[i].real(), fit.observed[i].imag(), fit.error[i], fit.predicted[i].real(),
            fit.predicted[i].imag(), sounding.resistivity[i], sounding.resistivity_error[i], sounding.phase[i],
            sounding.phase_error[i], sounding.fitted_resistivity[i], sounding.fitted_phase[i], fit.rms})
        table.field(value);
      table.end_row();
    }
  }
  datasets::write_file(path, table.bytes());
}

}  // namespace terrella::viz
