// datasets/edi/coherence.h: the coherences that some EDI files hold beside their impedances.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Ordinary coherence of an electric with a magnetic channel of the site: 0 .. 1 by ascending period, NaN where
/// missing.
struct Coherence {
  std::string electric;  ///< "EX" or "EY"
  std::string magnetic;  ///< "HX" or "HY"
  std::vector<double> period, value;
};

struct Coherences {
  std::vector<Coherence> list;
  std::vector<Repair> repairs;
};

/// COH blocks whose MEAS1 and MEAS2 are one electric and one magnetic channel of the site; those with EPRED (predicted
/// from other channels) and those of two channels of one kind are passed over. A channel is named by its ID, or by its
/// number in the order of definition (a repair: the standard knows IDs only). Some programs write a sign that has no
/// meaning: the size is taken (a repair). Values beyond 1 by more than rounding become NaN (a repair). Empty where the
/// file is no EDI file or has none; FormatError where a block is damaged.
Coherences read_edi_coherences(const std::string& path);
Coherences read_edi_coherences(const std::string& path, std::string_view bytes);

}  // namespace terrella::datasets
