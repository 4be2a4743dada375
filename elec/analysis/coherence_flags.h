// elec/analysis/coherence_flags.h: values whose channels went along with each other too little.
#pragma once
#include <string>
#include <vector>

#include "datasets/survey/survey.h"
#include "elec/analysis/analysis.h"

namespace terrella::elec {

struct CoherenceFlags {
  std::vector<Flag> flags;     ///< rule "coherence", component xy (Ex and Hy) or yx (Ey and Hx), measure the coherence
  std::size_t sites_with = 0;  ///< sites whose files hold coherences
  std::vector<std::string> notes;  ///< repairs and files that could not be read again
};

/// Reads the EDI files that the sites came from (Provenance::path) once more for their coherences and flags those below
/// `least`, 0 .. 1. Coherences are those of the channels as measured; rotation does not turn them. Throws
/// std::invalid_argument where `least` is no such number.
CoherenceFlags coherence_flags(const datasets::Survey& survey, double least);

}  // namespace terrella::elec
