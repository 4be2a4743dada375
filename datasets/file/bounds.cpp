#include "datasets/file/bounds.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {

void expect_readable(const Site& site, const std::string& who) {
  if (site.name.size() > longest_name)
    fail(who, " has a name of ", site.name.size(), " bytes; at most ", longest_name, " are read back");
  if (std::abs(site.elevation) > highest_elevation)
    fail(who, ": ", site.elevation, " m is no elevation on Earth, and would not be read back");
}

}  // namespace terrella::datasets
