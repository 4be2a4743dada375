// datasets/survey/rows.h: the arrays of a site that have one row a period; all of them, so that none is forgotten.
#pragma once
#include <cstddef>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Calls visit(rows) for each, the periods included. Arrays that the site lacks are empty.
template <class Visit>
void for_each_row_array(Site& site, const Visit& visit) {
  visit(site.period);
  visit(site.z);
  visit(site.z_error);
  visit(site.z_masked);
  visit(site.tipper);
  visit(site.tipper_error);
  visit(site.tipper_masked);
  visit(site.inverse_signal_power);
  visit(site.residual_covariance);
}

/// The site with these of its rows, in that order.
void keep_rows(Site& site, const std::vector<std::size_t>& rows);

/// The site without any row.
void clear_rows(Site& site);

}  // namespace terrella::datasets
