// datasets/file/covariance_rows.h: the covariance matrices of a file, checked before they become those of a site.
#pragma once
#include <vector>

#include "datasets/file/report.h"
#include "datasets/file/settle.h"
#include "datasets/survey/covariance.h"

namespace terrella::datasets {

class CovarianceRows;

/// The matrices of one period in the units of the file; entries that are not there are missing.
struct CovarianceRow {
  InverseSignalPower s = {missing_value, missing_value, missing_value, missing_value};
  ResidualCovariance n = {missing_value, missing_value, missing_value, missing_value, missing_value,
                          missing_value, missing_value, missing_value, missing_value};
  /// Adds the pair of matrices of the tipper, where files keep one of its own. It must have the same S as E has;
  /// another one is counted in `rows` and left out.
  void add_tipper(const InverseSignalPower& tipper_s, Complex hz, CovarianceRows& rows);
  void conjugate();
  bool empty() const;
};

/// Those of all periods.
class CovarianceRows {
 public:
  explicit CovarianceRows(std::size_t periods) : rows_(periods) {}
  /// Where only one of two conjugate entries is there, the other follows. Halves that differ by more than printed
  /// digits explain, and matrices that are no covariances, are counted and left out.
  void set(std::size_t period, CovarianceRow row, const FieldUnits& units);
  void other_tipper_signal() { ++other_tipper_signal_; }
  /// Gives them to the site, if there are any, and errors to values that have none. Repairs: "covariance-impossible",
  /// "covariance-of-tipper", and "variance-disagrees" where the site's errors are not those of the matrices.
  void move_to(Site& site, Report& report);

 private:
  std::vector<CovarianceRow> rows_;
  std::size_t impossible_ = 0, other_tipper_signal_ = 0;
  std::string fault_;
};

}  // namespace terrella::datasets
