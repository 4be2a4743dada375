#include "datasets/emdata/codes.h"

#include <optional>
#include <string>

#include "datasets/emdata/emdata.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

struct Code {
  std::int32_t code;
  const char* word;
  std::optional<Quantity> quantity = std::nullopt;  // none: no real quantity of a 1D or 2D earth
};

constexpr Code codes[] = {
    {1, "realex"},
    {2, "imagex"},
    {3, "realey"},
    {4, "imagey"},
    {5, "realez"},
    {6, "imagez"},
    {11, "realbx"},
    {12, "imagbx"},
    {13, "realby"},
    {14, "imagby"},
    {15, "realbz"},
    {16, "imagbz"},
    {21, "ampex"},
    {22, "phsex"},
    {23, "ampey"},
    {24, "phsey"},
    {25, "ampez"},
    {26, "phsez"},
    {27, "log10ampex"},
    {28, "log10ampey"},
    {29, "log10ampez"},
    {31, "ampbx"},
    {32, "phsbx"},
    {33, "ampby"},
    {34, "phsby"},
    {35, "ampbz"},
    {36, "phsbz"},
    {37, "log10ampbx"},
    {38, "log10ampby"},
    {39, "log10ampbz"},
    {41, "pemax"},
    {42, "pemin"},
    {43, "pbmax"},
    {44, "pbmin"},
    {101, "rhozxx", Quantity::rho_xx},
    {102, "phszxx", Quantity::phase_xx},
    {103, "rhozxy", Quantity::rho_te},
    {104, "phszxy", Quantity::phase_te},
    {105, "rhozyx", Quantity::rho_tm},
    {106, "phszyx", Quantity::phase_tm},
    {107, "rhozyy", Quantity::rho_yy},
    {108, "phszyy", Quantity::phase_yy},
    {111, "realzxx"},
    {112, "imagzxx"},
    {113, "realzxy", Quantity::real_z_te},
    {114, "imagzxy", Quantity::imag_z_te},
    {115, "realzyx", Quantity::real_z_tm},
    {116, "imagzyx", Quantity::imag_z_tm},
    {117, "realzyy"},
    {118, "imagzyy"},
    {121, "log10rhozxx", Quantity::log10_rho_xx},
    {123, "log10rhozxy", Quantity::log10_rho_te},
    {125, "log10rhozyx", Quantity::log10_rho_tm},
    {127, "log10rhozyy", Quantity::log10_rho_yy},
    {133, "realmzy", Quantity::real_tzy},
    {134, "imagmzy", Quantity::imag_tzy},
};

}  // namespace

namespace emdata {

std::int32_t code_of(std::string_view word) {
  const std::string wanted = upper(word);
  for (const Code& entry : codes)
    if (upper(entry.word) == wanted) return entry.code;
  return 0;
}

bool is_code(std::int32_t code) {
  for (const Code& entry : codes)
    if (entry.code == code) return true;
  return false;
}

}  // namespace emdata

std::optional<Quantity> em_quantity(std::int32_t type) {
  for (const Code& entry : codes)
    if (entry.code == type) return entry.quantity;
  return std::nullopt;
}

std::int32_t em_type(Quantity quantity) {
  for (const Code& entry : codes)
    if (entry.quantity == quantity) return entry.code;
  return 0;
}

}  // namespace terrella::datasets
