#include "elec/strike/groom_bailey.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/optimize/ceres.h"
#include "datasets/survey/units.h"
#include "elec/strike/axes.h"

namespace terrella::elec {
namespace {

using Complex = std::complex<double>;
using datasets::pi;
using Vector4 = Eigen::Vector4d;
using Columns = Eigen::Matrix<double, 4, 2>;

constexpr double degree = pi / 180;

/// One period of one site, divided by its errors.
struct Row {
  Columns z;  // weighted; real and imaginary parts
  Vector4 weight;
  double period = 0;
};

struct SiteRows {
  std::string name;
  double rotation = 0;  // radians, azimuth of x
  std::vector<Row> rows;
};

/// What the regional impedances a and b multiply, in the axes of the site, and derivatives by strike, twist and shear
/// (radians). R^T T is a rotation by the sum of strike and twist.
struct Model {
  std::array<Columns, 4> m;  // value, three derivatives
};

Model model(double strike, double twist, double shear) {
  const double c = std::cos(strike), s = std::sin(strike), ct = std::cos(strike + twist), st = std::sin(strike + twist);
  const double ce = std::cos(shear), se = std::sin(shear);
  using V = Eigen::Vector2d;
  const auto turn = [&](double x, double y) { return V(ct * x - st * y, st * x + ct * y); };
  const auto quarter = [](const V& v) { return V(-v.y(), v.x()); };
  const V u = turn(ce, se), v = turn(se, ce), u_shear = turn(-se, ce), v_shear = turn(ce, -se);
  const V along(c, s), across(-s, c);  // rows of R
  Model result;
  const auto set = [&](int k, const V& ua, const V& ra, const V& vb, const V& rb) {
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) {
        result.m[k](2 * i + j, 0) += ua(i) * ra(j);
        result.m[k](2 * i + j, 1) += vb(i) * rb(j);
      }
  };
  for (auto& columns : result.m) columns.setZero();
  set(0, u, across, v, along);
  set(1, quarter(u), across, quarter(v), along);
  set(1, u, quarter(across), v, quarter(along));
  set(2, quarter(u), across, quarter(v), along);
  set(3, u_shear, across, v_shear, along);
  return result;
}

/// Residuals of one row with a and b at their best, and their derivatives by the angles. Golub & Pereyra (1973).
struct Projected {
  Columns residual;              // real and imaginary parts
  std::array<Columns, 3> slope;  // likewise
  Eigen::Matrix2d regional;      // a and b, real and imaginary parts
};

Projected project(const Row& row, const Model& model, bool with_slopes) {
  const Columns m = row.weight.asDiagonal() * model.m[0];
  const Eigen::Matrix2d inverse = (m.transpose() * m).inverse();
  const Eigen::Matrix<double, 2, 4> pseudo = inverse * m.transpose();
  Projected p;
  p.regional.noalias() = pseudo * row.z;
  p.residual = row.z;
  p.residual.noalias() -= m * p.regional;
  if (with_slopes)
    for (int k = 0; k < 3; ++k) {
      const Columns d = row.weight.asDiagonal() * model.m[k + 1];
      const Columns moved = d * p.regional;
      const Eigen::Matrix2d back = d.transpose() * p.residual, along = pseudo * moved;
      p.slope[k].noalias() = m * along - moved;
      p.slope[k].noalias() -= pseudo.transpose() * back;
    }
  return p;
}

std::vector<SiteRows> rows_of(const datasets::Survey& survey, const GroomBaileyOptions& o) {
  std::vector<SiteRows> result;
  for (const datasets::Site& site : survey.sites) {
    SiteRows part{site.name, site.rotation * degree, {}};
    for (std::size_t i = 0; i < site.z.size(); ++i) {
      if (site.period[i] < o.shortest_period || site.period[i] >= o.longest_period) continue;
      Row row;
      row.period = site.period[i];
      bool whole = true;
      for (int k = 0; k < 4; ++k) {
        const Complex z = site.z[i][k];
        whole = whole && std::isfinite(z.real()) && std::isfinite(z.imag()) &&
                (site.z_masked.empty() || !site.z_masked[i][k]);
      }
      if (!whole) continue;
      for (int k = 0; k < 4; ++k) {
        const double error = site.z_error[i][k];
        if (!(error > 0) || std::isinf(error))
          fail("groom_bailey: site '", site.name, "', period ", row.period, " s: error ", error,
               " ohm is not positive; give an error floor");
        row.weight(k) = 1 / error;
        row.z.row(k) << site.z[i][k].real() / error, site.z[i][k].imag() / error;
      }
      part.rows.push_back(row);
    }
    if (!part.rows.empty()) result.push_back(std::move(part));
  }
  if (result.empty())
    fail("groom_bailey: no period of ", survey.sites.size(), " sites from ", o.shortest_period, " to ",
         o.longest_period, " s has all four components of the impedance");
  return result;
}

/// Residuals and derivatives [rows x (3 | residual)] of a site in few numbers: an orthogonal transformation changes
/// neither the value nor the step that follows, so the triangle of a QR factorisation stands for all rows.
Eigen::Matrix4d triangle(const SiteRows& site, double strike, double twist, double shear) {
  const Model m = model(strike - site.rotation, twist, shear);
  Eigen::MatrixXd all(static_cast<Eigen::Index>(8 * std::max<std::size_t>(site.rows.size(), 1)), 4);
  all.setZero();
  for (std::size_t i = 0; i < site.rows.size(); ++i) {
    const Projected p = project(site.rows[i], m, true);
    const auto at = static_cast<Eigen::Index>(8 * i);
    for (int part = 0; part < 2; ++part) {
      for (int k = 0; k < 3; ++k) all.block<4, 1>(at + 4 * part, k) = p.slope[k].col(part);
      all.block<4, 1>(at + 4 * part, 3) = p.residual.col(part);
    }
  }
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(all);
  return qr.matrixQR().topRows<4>().triangularView<Eigen::Upper>();
}

double chi_squared(const SiteRows& site, double strike, double twist, double shear) {
  const Model m = model(strike - site.rotation, twist, shear);
  double sum = 0;
  for (const Row& row : site.rows) sum += project(row, m, false).residual.squaredNorm();
  return sum;
}

struct Angles {
  double twist = 0, shear = 0;
};

/// A least-squares problem of the angles x: (twist, shear) of one site at a given strike, or (strike, all twists, all
/// shears).
optimize::LeastSquares problem_of(const std::vector<const SiteRows*>& sites, const double* fixed_strike) {
  const auto n = sites.size();
  const std::size_t first = fixed_strike ? 0 : 1, columns = first + 2 * n;
  std::vector<double> strike;
  if (fixed_strike) strike.push_back(*fixed_strike);
  const auto value = [sites, strike, first, n](const Tensor& at) {
    const auto x = at.data<double>();
    std::vector<double> r;
    for (std::size_t s = 0; s < n; ++s) {
      r.push_back(std::sqrt(chi_squared(*sites[s], strike.empty() ? x[0] : strike[0], x[first + s], x[first + n + s])));
      r.insert(r.end(), 3, 0.0);
    }
    return Tensor(r);
  };
  const auto linear = [sites, strike, first, n, columns](const Tensor& at) {
    const auto x = at.data<double>();
    optimize::Linearization result;
    std::vector<double> jacobian(4 * n * columns, 0.0);
    for (std::size_t s = 0; s < n; ++s) {
      const Eigen::Matrix4d t = triangle(*sites[s], strike.empty() ? x[0] : strike[0], x[first + s], x[first + n + s]);
      for (int i = 0; i < 4; ++i) {
        const std::size_t row = (4 * s + static_cast<std::size_t>(i)) * columns;
        if (first == 1) jacobian[row] = t(i, 0);
        jacobian[row + first + s] = t(i, 1);
        jacobian[row + first + n + s] = t(i, 2);
        result.residual.push_back(t(i, 3));
      }
    }
    result.jacobian =
        optimize::dense(static_cast<std::int64_t>(4 * n), static_cast<std::int64_t>(columns), std::move(jacobian));
    return result;
  };
  return {optimize::Term{.name = "groom_bailey", .residual = value, .linearize = linear}};
}

optimize::CeresOptions bounds(std::size_t sites, bool with_strike, const GroomBaileyOptions& o) {
  optimize::CeresOptions options;
  if (with_strike) options.lower.push_back(-10), options.upper.push_back(10);
  for (double largest : {o.largest_twist, o.largest_shear}) {
    options.lower.insert(options.lower.end(), sites, -largest * degree);
    options.upper.insert(options.upper.end(), sites, largest * degree);
  }
  return options;
}

/// Twist and shear of one site for a given strike, from the best of several starts, since the misfit has more than one
/// valley.
Angles best_angles(const SiteRows& site, double strike, const std::vector<Angles>& starts, const GroomBaileyOptions& o,
                   double& least) {
  const auto problem = problem_of({&site}, &strike);
  Angles best;
  least = INFINITY;
  for (const Angles& start : starts) {
    const double twist = std::clamp(start.twist, -o.largest_twist * degree, o.largest_twist * degree);
    const double shear = std::clamp(start.shear, -o.largest_shear * degree, o.largest_shear * degree);
    const auto summary = optimize::minimize_ceres(problem, Tensor({twist, shear}), bounds(1, false, o));
    if (const double value = 2 * summary.state.value; value < least) {
      const auto x = summary.state.x.data<double>();
      least = value;
      best = {x[0], x[1]};
    }
  }
  return best;
}

/// The factor by which a standard error becomes half an interval of that confidence.
double quantile(double confidence) {
  double low = 0, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < confidence ? low : high) = middle;
  }
  return low;
}

void check(const GroomBaileyOptions& o) {
  if (!(o.shortest_period >= 0) || !(o.longest_period > o.shortest_period))
    fail("groom_bailey: periods ", o.shortest_period, " .. ", o.longest_period, " s");
  if (!(o.largest_twist > 0 && o.largest_twist < 90) || !(o.largest_shear > 0 && o.largest_shear < 45))
    fail("groom_bailey: largest twist ", o.largest_twist, ", largest shear ", o.largest_shear,
         " degrees; below 90 and 45");
  if (!(o.profile_step >= 1 && o.profile_step <= 30)) fail("groom_bailey: profile step ", o.profile_step, " degrees");
  if (!(o.confidence > 0 && o.confidence < 1)) fail("groom_bailey: confidence ", o.confidence);
}

}  // namespace

double GroomBaileyFit::rms() const { return data == 0 ? 0 : std::sqrt(chi_squared / static_cast<double>(data)); }

GroomBaileyFit groom_bailey(const datasets::Survey& survey, const GroomBaileyOptions& o) {
  check(o);
  const std::vector<SiteRows> sites = rows_of(survey, o);
  const std::size_t n = sites.size();
  GroomBaileyFit fit;

  const int steps = std::max(3, static_cast<int>(std::lround(90 / o.profile_step)));
  std::vector<std::vector<Angles>> found(static_cast<std::size_t>(steps), std::vector<Angles>(n));
  for (int k = 0; k < steps; ++k) {
    const double strike = (-45 + 90.0 * k / steps) * degree;
    double sum = 0;
    for (std::size_t s = 0; s < n; ++s) {
      double least = 0;
      std::vector<Angles> starts = {{}, {0.3, 0.4}, {-0.3, -0.4}};
      if (k > 0) starts.push_back(found[k - 1][s]);
      found[k][s] = best_angles(sites[s], strike, starts, o, least);
      sum += least;
    }
    fit.profile_strike.push_back(strike / degree);
    fit.profile_chi_squared.push_back(sum);
  }

  // From the valleys of the profile, the three deepest.
  std::vector<int> valleys;
  for (int k = 0; k < steps; ++k) {
    const auto at = [&](int i) { return fit.profile_chi_squared[static_cast<std::size_t>((i + steps) % steps)]; };
    if (at(k) <= at(k - 1) && at(k) <= at(k + 1)) valleys.push_back(k);
  }
  std::sort(valleys.begin(), valleys.end(),
            [&](int a, int b) { return fit.profile_chi_squared[a] < fit.profile_chi_squared[b]; });
  valleys.resize(std::min<std::size_t>(valleys.size(), 3));
  std::vector<const SiteRows*> all;
  for (const SiteRows& site : sites) all.push_back(&site);
  const auto problem = problem_of(all, nullptr);
  std::vector<double> x;
  double least = INFINITY;
  for (int k : valleys) {
    std::vector<double> start = {fit.profile_strike[k] * degree};
    for (const Angles& a : found[k]) start.push_back(a.twist);
    for (const Angles& a : found[k]) start.push_back(a.shear);
    double before = INFINITY;
    for (int round = 0; round < 4; ++round) {
      const auto summary = optimize::minimize_ceres(problem, Tensor(start), bounds(n, true, o));
      const double value = 2 * summary.state.value;
      start = summary.state.x.to_vector<double>();
      if (value < least) {
        least = value;
        x = start;
        fit.converged = summary.converged();
      }
      if (!(value < before * (1 - 1e-6))) break;
      before = value;
      // A site may have a deeper valley at this strike than the one that it came from.
      for (std::size_t s = 0; s < n; ++s) {
        double site_least = 0;
        const Angles better = best_angles(
            sites[s], start[0], {{start[1 + s], start[1 + n + s]}, {}, {0.3, 0.4}, {-0.3, -0.4}}, o, site_least);
        start[1 + s] = better.twist;
        start[1 + n + s] = better.shear;
      }
    }
  }

  const auto columns = static_cast<Eigen::Index>(1 + 2 * n);
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(columns, columns);
  for (std::size_t s = 0; s < n; ++s) {
    const double twist = x[1 + s], shear = x[1 + n + s];
    GroomBaileySite site;
    site.name = sites[s].name;
    site.rows = sites[s].rows.size();
    site.chi_squared = chi_squared(sites[s], x[0], twist, shear);
    const Model m = model(x[0] - sites[s].rotation, twist, shear);
    for (const Row& row : sites[s].rows) {
      const Projected p = project(row, m, false);
      site.period.push_back(row.period);
      site.a.emplace_back(p.regional(0, 0), p.regional(0, 1));
      site.b.emplace_back(p.regional(1, 0), p.regional(1, 1));
    }
    fit.chi_squared += site.chi_squared;
    fit.data += 8 * site.rows;
    const Eigen::Matrix4d t = triangle(sites[s], x[0], twist, shear);
    const Eigen::Matrix3d part = t.leftCols<3>().transpose() * t.leftCols<3>();
    const Eigen::Index at[] = {0, static_cast<Eigen::Index>(1 + s), static_cast<Eigen::Index>(1 + n + s)};
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) normal(at[i], at[j]) += part(i, j);
    fit.sites.push_back(std::move(site));
  }
  const std::size_t parameters = static_cast<std::size_t>(columns) + fit.data / 2;
  fit.freedom = fit.data > parameters ? fit.data - parameters : 0;

  const double scale = std::max(1.0, fit.reduced()), factor = quantile(o.confidence);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(normal);
  const double largest = eigen.eigenvalues().maxCoeff();
  Eigen::VectorXd variance = Eigen::VectorXd::Zero(columns);
  for (Eigen::Index k = 0; k < columns; ++k) {
    const double value = std::max(eigen.eigenvalues()(k), 1e-14 * largest);
    variance += eigen.eigenvectors().col(k).array().square().matrix() * (scale / value);
  }
  const auto angle = [&](Eigen::Index k) {
    const double error = std::min(std::sqrt(variance(k)) / degree, 90.0);
    return Angle{x[static_cast<std::size_t>(k)] / degree, error, std::min(factor * error, 90.0)};
  };
  fit.strike = angle(0);
  for (std::size_t s = 0; s < n; ++s) {
    fit.sites[s].twist = angle(static_cast<Eigen::Index>(1 + s));
    fit.sites[s].shear = angle(static_cast<Eigen::Index>(1 + n + s));
  }
  // Axes that have turned by 90 degrees are the same ones with a and b, and the sign of the shear, exchanged.
  const double turned = wrapped(fit.strike.value, 90);
  const auto quarters = static_cast<int>(std::lround((fit.strike.value - turned) / 90));
  fit.strike.value = turned;
  if (quarters % 2 != 0)
    for (GroomBaileySite& site : fit.sites) {
      site.shear.value = -site.shear.value;
      for (std::size_t i = 0; i < site.rows; ++i) {
        const Complex a = site.a[i];
        site.a[i] = -site.b[i];
        site.b[i] = -a;
      }
    }
  return fit;
}

}  // namespace terrella::elec
