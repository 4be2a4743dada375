// datasets/emtf_xml/estimates.h: the numbers of one <Period>, still in the units and axes of the file.
#pragma once
#include <array>
#include <optional>
#include <span>

#include "datasets/emtf_xml/document.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets::emtf_xml {

struct Estimates {
  std::optional<Impedance> z;
  std::optional<std::array<double, 4>> z_variance;
  std::optional<Tipper> tipper;
  std::optional<std::array<double, 2>> tipper_variance;
  std::optional<std::array<Complex, 4>> z_signal, tipper_signal;  ///< <Z.INVSIGCOV>, <T.INVSIGCOV>
  std::optional<std::array<Complex, 4>> z_residual;               ///< <Z.RESIDCOV>
  std::optional<Complex> tipper_residual;                         ///< <T.RESIDCOV>
};

/// Entries that are not there are missing. Unknown channels, entries that stand twice and text that is no number are
/// FormatErrors; NaN and numbers from 1e30 on are missing and counted in `not_numbers`.
Estimates read_estimates(const pugi::xml_node& period, const Document& document, const Report& report,
                         std::size_t& not_numbers);

}  // namespace terrella::datasets::emtf_xml
