#include "elec/analysis/dimensionality.h"

#include <cmath>

#include "core/error.h"
#include "elec/analysis/phase_tensors.h"
#include "elec/response/dimensionality.h"
#include "elec/response/site_tensors.h"

namespace terrella::elec {
namespace {

Dimension by_bahr(double kappa, double mu, double eta, double sigma, const BahrThresholds& t) {
  if (std::isnan(kappa + mu + eta + sigma)) return Dimension::unknown;
  if (kappa < t.kappa) return sigma < t.sigma ? Dimension::one : Dimension::two;
  if (mu < t.mu) return Dimension::distorted;
  if (eta < t.eta) return Dimension::distorted_two;
  return Dimension::three;
}

struct Wal {
  double i3, i4, i5, i6, i7, q, xi4, eta4, size;
};

Dimension by_wal(const Wal& w, const WalThresholds& t) {
  if (std::isnan(w.i3 + w.i4 + w.i5 + w.i6 + w.q)) return Dimension::unknown;
  const auto zero = [&](double value) { return std::abs(value) < t.invariants; };
  const bool q_zero = w.q < t.q;
  if (!q_zero && !zero(w.i7)) return Dimension::three;
  if (!zero(w.i6)) return q_zero ? Dimension::distorted : Dimension::distorted_two;
  if (!zero(w.i5)) return q_zero ? Dimension::distorted : Dimension::twisted_two;
  if (zero(w.i3) && zero(w.i4)) return Dimension::one;
  const bool off_diagonal = std::abs(w.xi4) > t.invariants * w.size && std::abs(w.eta4) > t.invariants * w.size;
  return off_diagonal ? Dimension::two : Dimension::diagonal;
}

Dimension by_phase_tensor(double beta, double beta_error, double ellipticity, double ellipticity_error,
                          const PhaseTensorThresholds& t) {
  if (std::isnan(beta)) return Dimension::unknown;
  const double slack = std::isnan(beta_error) ? 0 : t.errors * beta_error;
  if (std::abs(beta) - slack > t.skew) return Dimension::three;
  const double round = std::isnan(ellipticity_error) ? 0 : t.errors * ellipticity_error;
  return ellipticity - round < t.ellipticity ? Dimension::one : Dimension::two;
}

void check(const DimensionThresholds& t) {
  for (double value : {t.bahr.kappa, t.bahr.sigma, t.bahr.mu, t.bahr.eta, t.wal.invariants, t.wal.q,
                       t.phase_tensor.skew, t.phase_tensor.ellipticity})
    if (!(value > 0) || std::isinf(value)) fail("dimension_table: a threshold is ", value, "; all must be positive");
  if (!(t.phase_tensor.errors >= 0)) fail("dimension_table: ", t.phase_tensor.errors, " standard errors");
}

}  // namespace

const char* name_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::one:
      return "1D";
    case Dimension::two:
      return "2D";
    case Dimension::twisted_two:
      return "2D twisted";
    case Dimension::distorted_two:
      return "2D distorted";
    case Dimension::distorted:
      return "1D/2D distorted";
    case Dimension::diagonal:
      return "1D/2D diagonal";
    case Dimension::three:
      return "3D";
    case Dimension::unknown:
      break;
  }
  return "unknown";
}

DimensionTable dimension_table(const datasets::Site& site, const DimensionThresholds& thresholds) {
  check(thresholds);
  DimensionTable table;
  if (site.periods() == 0) return table;
  const Tensor z = impedance_of(site);
  const BahrParameters bahr = bahr_parameters(z);
  const WalInvariants wal = wal_invariants(z);
  table.kappa = bahr.kappa.to_vector<double>();
  table.mu = bahr.mu.to_vector<double>();
  table.eta = bahr.eta.to_vector<double>();
  table.sigma = bahr.sigma.to_vector<double>();
  table.i3 = wal.i3.to_vector<double>();
  table.i4 = wal.i4.to_vector<double>();
  table.i5 = wal.i5.to_vector<double>();
  table.i6 = wal.i6.to_vector<double>();
  table.i7 = wal.i7.to_vector<double>();
  table.q = wal.q.to_vector<double>();
  const auto xi4 = wal.xi4.to_vector<double>(), eta4 = wal.eta4.to_vector<double>(), i1 = wal.i1.to_vector<double>(),
             i2 = wal.i2.to_vector<double>();
  const PhaseTensorTable phases = phase_tensor_table(site);
  table.beta = phases.beta.value;
  table.beta_error = phases.beta.error;
  table.ellipticity = phases.ellipticity.value;
  table.ellipticity_error = phases.ellipticity.error;
  for (std::size_t i = 0; i < site.periods(); ++i) {
    table.bahr.push_back(by_bahr(table.kappa[i], table.mu[i], table.eta[i], table.sigma[i], thresholds.bahr));
    table.wal.push_back(by_wal({table.i3[i], table.i4[i], table.i5[i], table.i6[i], table.i7[i], table.q[i], xi4[i],
                                eta4[i], std::min(i1[i], i2[i])},
                               thresholds.wal));
    table.phase_tensor.push_back(by_phase_tensor(table.beta[i], table.beta_error[i], table.ellipticity[i],
                                                 table.ellipticity_error[i], thresholds.phase_tensor));
  }
  return table;
}

}  // namespace terrella::elec
