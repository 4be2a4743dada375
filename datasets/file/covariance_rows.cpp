#include "datasets/file/covariance_rows.h"

#include <algorithm>
#include <cmath>

namespace terrella::datasets {
namespace {

constexpr double printed = 2e-3;  // files print four digits

bool is_missing(const Complex& value) { return std::isnan(value.real()) || std::isnan(value.imag()); }

// Makes m exactly Hermitian; false where its halves contradict each other.
template <std::size_t size, std::size_t length>
bool symmetrize(std::array<Complex, length>& m) {
  for (std::size_t i = 0; i < size; ++i) {
    Complex& diagonal = m[i * size + i];
    if (is_missing(diagonal))
      diagonal = missing_value;
    else if (std::abs(diagonal.imag()) > printed * std::abs(diagonal.real()))
      return false;
    else
      diagonal = diagonal.real();
  }
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t k = i + 1; k < size; ++k) {
      Complex &upper = m[i * size + k], &lower = m[k * size + i];
      const double scale = std::sqrt(std::abs(m[i * size + i].real() * m[k * size + k].real()));
      if (is_missing(upper)) upper = std::conj(lower);
      if (is_missing(lower)) lower = std::conj(upper);
      if (is_missing(upper)) {
        upper = lower = missing_value;
        continue;
      }
      if (std::abs(upper - std::conj(lower)) > printed * scale) return false;
      upper = (upper + std::conj(lower)) / 2.0;
      lower = std::conj(upper);
    }
  return true;
}

template <std::size_t n>
bool disagree(const std::array<double, n>& given, const std::array<double, n>& computed) {
  for (std::size_t i = 0; i < n; ++i)
    if (std::abs(given[i] - computed[i]) > 0.01 * computed[i]) return true;
  return false;
}

template <std::size_t n>
void fill_missing(std::array<double, n>& errors, const std::array<double, n>& computed) {
  for (std::size_t i = 0; i < n; ++i)
    if (std::isnan(errors[i])) errors[i] = computed[i];
}

}  // namespace

void CovarianceRow::add_tipper(const InverseSignalPower& tipper_s, Complex hz, CovarianceRows& rows) {
  const bool alone = std::all_of(s.begin(), s.end(), is_missing);
  bool same = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const double scale = std::sqrt(std::abs(s[3 * (i / 2)].real() * s[3 * (i % 2)].real()));
    same = same && !(std::abs(tipper_s[i] - s[i]) > printed * scale);
  }
  if (alone) s = tipper_s;
  if (alone || same)
    n[8] = hz;
  else
    rows.other_tipper_signal();
}

void CovarianceRow::conjugate() {
  for (Complex& value : s) value = std::conj(value);
  for (Complex& value : n) value = std::conj(value);
}

bool CovarianceRow::empty() const {
  return std::all_of(s.begin(), s.end(), is_missing) || std::all_of(n.begin(), n.end(), is_missing);
}

void CovarianceRows::set(std::size_t period, CovarianceRow row, const FieldUnits& units) {
  if (row.empty()) return;
  std::string fault;
  if (!symmetrize<2>(row.s) || !symmetrize<3>(row.n))
    fault = "halves of a matrix are no conjugates, or its diagonal is not real";
  else if (fault = fault_of(row.s); fault.empty())
    fault = fault_of(row.n);
  if (!fault.empty()) {
    if (impossible_++ == 0) fault_ = fault;
    return;
  }
  rows_[period].s = to_si(row.s, units);
  rows_[period].n = to_si(row.n, units);
}

void CovarianceRows::move_to(Site& site, Report& report) {
  if (impossible_)
    report.repair(0, "covariance-impossible", text(impossible_, " periods have none then; the first: ", fault_));
  if (other_tipper_signal_)
    report.repair(0, "covariance-of-tipper",
                  text(other_tipper_signal_,
                       " periods whose tipper has an inverse signal power of its own: kept as variances only"));
  if (std::all_of(rows_.begin(), rows_.end(), [](const CovarianceRow& row) { return row.empty(); })) return;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const CovarianceRow& row = rows_[i];
    site.inverse_signal_power.push_back(row.s);
    site.residual_covariance.push_back(row.n);
    const ImpedanceError z = impedance_error(row.s, row.n);
    const TipperError t = tipper_error(row.s, row.n);
    if (site.has_impedance()) {
      differing += disagree(site.z_error[i], z);
      fill_missing(site.z_error[i], z);
    }
    if (site.has_tipper()) {
      differing += disagree(site.tipper_error[i], t);
      fill_missing(site.tipper_error[i], t);
    }
  }
  if (differing)
    report.repair(0, "variance-disagrees",
                  text(differing, " variances are not those of the covariance matrices; the variances count"));
}

}  // namespace terrella::datasets
