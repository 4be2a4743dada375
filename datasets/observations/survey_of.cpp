#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

constexpr double degree = std::numbers::pi / 180;

// A real datum: apparent resistivity as its natural logarithm, a phase in radians, half of a complex number.
struct Part {
  double value = not_a_number, error = not_a_number;
  bool there = false, masked = false;
};

struct ComplexPart {
  Complex value{not_a_number, not_a_number};
  double error = not_a_number;
  bool there = false, masked = false;
};

// All that a site and period has, by component of the impedance and of the tipper.
struct Cell {
  std::array<ComplexPart, 4> z;
  std::array<Part, 4> z_real, z_imaginary, ln_rho, phase;
  std::array<ComplexPart, 2> tipper;
  Part tipper_real, tipper_imaginary;  // of Ty
};

double root_mean_square(double a, double b) { return a == b ? a : std::sqrt((a * a + b * b) / 2); }

class Builder {
 public:
  explicit Builder(const Observations& observations) : observations_(observations) {}

  SurveyOfObservations build() {
    sort_rows();
    result_.survey.name = observations_.name;
    for (std::size_t i = 0; i < observations_.sites.size(); ++i) add_site(static_cast<std::uint32_t>(i));
    note_losses();
    return std::move(result_);
  }

 private:
  void sort_rows() {
    order_.resize(observations_.rows.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      const Observation &p = observations_.rows[a], &q = observations_.rows[b];
      return p.site != q.site ? p.site < q.site : p.period < q.period;
    });
  }

  template <class P>
  void put(P& part, const P& datum, const Observation& row) {
    if (part.there)
      throw FormatError(observations_.provenance.path, 0,
                        text(info(row.quantity).name, " of site '", observations_.sites[row.site].name, "', period ",
                             row.period, " s stands twice; keep one"));
    part = datum;
    part.there = true;
    part.masked = row.masked;
  }

  void take(Cell& cell, const Observation& row) {
    const QuantityInfo& what = info(row.quantity);
    if (row.reference != Observation::no_site && row.reference != row.site && what.kind != QuantityKind::interstation) {
      ++unfit_[std::string(what.name) + " with the magnetic field of another site"];
      return;
    }
    const auto component = component_of(what.place);
    const double value = row.value.real();
    const ComplexPart complex{row.value, root_mean_square(row.error, row.error_imaginary)};
    switch (what.kind) {
      case QuantityKind::impedance:
        if (component) return put(cell.z[*component], complex, row);
        break;
      case QuantityKind::impedance_real:
        if (component) return put(cell.z_real[*component], {value, row.error}, row);
        break;
      case QuantityKind::impedance_imaginary:
        if (component) return put(cell.z_imaginary[*component], {value, row.error}, row);
        break;
      case QuantityKind::tipper:
        return put(cell.tipper[what.place == Place::x ? 0 : 1], complex, row);
      case QuantityKind::tipper_real:
        return put(cell.tipper_real, {value, row.error}, row);
      case QuantityKind::tipper_imaginary:
        return put(cell.tipper_imaginary, {value, row.error}, row);
      case QuantityKind::apparent_resistivity:
        if (component && value > 0) return put(cell.ln_rho[*component], {std::log(value), row.error / value}, row);
        break;
      case QuantityKind::log10_apparent_resistivity:
        if (component)
          return put(cell.ln_rho[*component], {value * std::numbers::ln10, row.error * std::numbers::ln10}, row);
        break;
      case QuantityKind::phase:
        if (component) {
          const double turn = what.place == Place::tm ? -180 : 0;  // phase_tm is arg(-Zyx)
          return put(cell.phase[*component], {(value + turn) * degree, row.error * degree}, row);
        }
        break;
      case QuantityKind::phase_tensor:
      case QuantityKind::interstation:
        break;
    }
    ++unfit_[what.name];
  }

  // Completes what came in two halves.
  void join(Cell& cell, double period) {
    const auto from_halves = [&](ComplexPart& whole, const Part& real, const Part& imaginary) {
      if (!real.there && !imaginary.there) return;
      if (whole.there || !real.there || !imaginary.there) {
        ++half_;
        return;
      }
      whole = {{real.value, imaginary.value},
               root_mean_square(real.error, imaginary.error),
               true,
               real.masked || imaginary.masked};
    };
    for (std::size_t c = 0; c < 4; ++c) from_halves(cell.z[c], cell.z_real[c], cell.z_imaginary[c]);
    from_halves(cell.tipper[1], cell.tipper_real, cell.tipper_imaginary);
    for (std::size_t c = 0; c < 4; ++c) {
      const Part &rho = cell.ln_rho[c], &phase = cell.phase[c];
      if (!rho.there && !phase.there) continue;
      if (cell.z[c].there) {
        ++beside_impedance_;
      } else if (!rho.there || !phase.there) {
        ++half_;
      } else {
        const double size = std::sqrt(2 * pi / period * mu_0 * std::exp(rho.value)), of_size = rho.error / 2;
        const double relative = std::isnan(of_size)       ? phase.error
                                : std::isnan(phase.error) ? of_size
                                                          : root_mean_square(of_size, phase.error);
        cell.z[c] = {std::polar(size, phase.value), size * relative, true, rho.masked || phase.masked};
      }
    }
  }

  void add_site(std::uint32_t number) {
    const ObservationSite& place = observations_.sites[number];
    Site site;
    site.name = place.name;
    site.latitude = place.latitude;
    site.longitude = place.longitude;
    site.elevation = std::isnan(place.z) ? 0.0 : 0.0 - place.z;
    site.rotation = place.rotation;
    site.provenance = observations_.provenance;
    const std::size_t first = next_;
    std::vector<Cell> cells;
    for (; next_ < order_.size() && observations_.rows[order_[next_]].site == number; ++next_) {
      const Observation& row = observations_.rows[order_[next_]];
      if (site.period.empty() || site.period.back() != row.period) {
        site.period.push_back(row.period);
        cells.emplace_back();
      }
      take(cells.back(), row);
    }
    if (place.channel_azimuth && next_ > first) {
      ++oblique_;
      return;
    }
    bool impedance = false, tipper = false;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      join(cells[i], site.period[i]);
      const auto there = [](const auto& part) { return part.there; };
      const bool z = std::any_of(cells[i].z.begin(), cells[i].z.end(), there);
      const bool t = std::any_of(cells[i].tipper.begin(), cells[i].tipper.end(), there);
      impedance = impedance || z;
      tipper = tipper || t;
      if (!z && !t) continue;
      site.period[kept] = site.period[i];
      cells[kept++] = cells[i];
    }
    site.period.resize(kept);
    cells.resize(kept);
    if (kept == 0) {
      ++empty_sites_;
      return;
    }
    if (impedance) fill(cells, &Cell::z, site.z, site.z_error, site.z_masked);
    if (tipper) fill(cells, &Cell::tipper, site.tipper, site.tipper_error, site.tipper_masked);
    moved_ = moved_ || !(place.x == 0 || std::isnan(place.x)) || !(place.y == 0 || std::isnan(place.y));
    tilted_ += place.tilt != 0;
    result_.survey.sites.push_back(std::move(site));
  }

  template <std::size_t n>
  static void fill(const std::vector<Cell>& cells, std::array<ComplexPart, n> Cell::*parts,
                   std::vector<std::array<Complex, n>>& values, std::vector<std::array<double, n>>& errors,
                   std::vector<std::array<bool, n>>& masks) {
    values.resize(cells.size());
    errors.resize(cells.size());
    masks.resize(cells.size());
    bool any_masked = false;
    for (std::size_t i = 0; i < cells.size(); ++i)
      for (std::size_t c = 0; c < n; ++c) {
        const ComplexPart& part = (cells[i].*parts)[c];
        values[i][c] = part.value;
        errors[i][c] = part.error;
        masks[i][c] = part.masked;
        any_masked = any_masked || part.masked;
      }
    if (!any_masked) masks.clear();
  }

  void note_losses() {
    auto& sites = result_.survey.sites;
    const auto at_zero = [](const Site& site) { return site.latitude == 0 && site.longitude == 0; };
    if (moved_ && !sites.empty() && std::all_of(sites.begin(), sites.end(), at_zero))
      for (Site& site : sites) site.latitude = site.longitude = not_a_number;
    const auto no_place =
        std::count_if(sites.begin(), sites.end(), [](const Site& s) { return std::isnan(s.latitude); });
    const auto lose = [&](auto count, const char* what) {
      if (count > 0) result_.lost.push_back(text(count, what));
    };
    for (const auto& [name, count] : unfit_) result_.lost.push_back(text(count, " values of ", name));
    lose(half_, " values without their other half (real and imaginary part, resistivity and phase)");
    lose(beside_impedance_, " apparent resistivities or phases beside an impedance");
    lose(empty_sites_, " sites without impedance or tipper");
    lose(moved_ ? no_place : 0, " places that are known in local x and y only");
    lose(oblique_, " sites whose channels are not one rectangular pair of axes");
    lose(tilted_, " slopes of the sensors");
  }

  const Observations& observations_;
  SurveyOfObservations result_;
  std::vector<std::uint32_t> order_;
  std::size_t next_ = 0;
  std::map<std::string, std::size_t> unfit_;
  std::size_t half_ = 0, beside_impedance_ = 0, empty_sites_ = 0, oblique_ = 0, tilted_ = 0;
  bool moved_ = false;
};

}  // namespace

SurveyOfObservations survey_of(const Observations& observations) {
  validate(observations);
  SurveyOfObservations result = Builder(observations).build();
  validate(result.survey);
  return result;
}

}  // namespace terrella::datasets
