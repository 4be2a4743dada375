#include <cmath>

#include "datasets/edi/sounding.h"

namespace terrella::datasets::edi {
namespace {}  // namespace

std::optional<Sounding> read_impedances(const Document& document, const Header& header, Report& report) {
  const Block* first = nullptr;
  for (const Block& block : document.blocks())
    if (!first && block.keyword.size() == 4 && block.keyword[0] == 'Z' &&
        (block.keyword[3] == 'R' || block.keyword[3] == 'I'))
      for (const char* name : component_names)
        if (block.keyword.substr(1, 2) == name) first = &block;
  if (!first) return std::nullopt;

  Sounding sounding;
  sounding.format = "edi-z";
  sounding.frequency = read_frequencies(document, report);
  const std::size_t n = sounding.frequency.size();
  sounding.z.assign(n, {Complex(not_a_number, not_a_number), Complex(not_a_number, not_a_number),
                        Complex(not_a_number, not_a_number), Complex(not_a_number, not_a_number)});
  sounding.z_error.assign(n, {not_a_number, not_a_number, not_a_number, not_a_number});
  std::string absent;
  for (std::size_t component = 0; component < 4; ++component) {
    const std::string name = std::string("Z") + component_names[component];
    const auto real = find_column(document, name + "R", n, header.empty, report);
    const auto imaginary = find_column(document, name + "I", n, header.empty, report);
    if (!real && !imaginary) {
      absent = name;
      continue;
    }
    if (!real) report.error(imaginary->block->line, "has >", name, "I but no >", name, "R");
    if (!imaginary) report.error(real->block->line, "has >", name, "R but no >", name, "I");
    expect_same_rotation(*first, *real->block, report);
    expect_same_rotation(*first, *imaginary->block, report);
    const auto values = join(*real, *imaginary, report);
    for (std::size_t i = 0; i < n; ++i) sounding.z[i][component] = values[i];
    const auto variance = find_column(document, name + ".VAR", n, header.empty, report);
    if (!variance) continue;
    const auto errors = errors_of_variances(*variance, report);
    for (std::size_t i = 0; i < n; ++i) sounding.z_error[i][component] = errors[i];
  }
  if (!absent.empty() && !document.ended())
    report.error(0, "ends without >END and has no >", absent, "R: the file is truncated");
  sounding.z_azimuth = read_azimuths(document, *first, "ZROT", n, header, report);
  read_tipper(document, header, sounding, report);
  return sounding;
}

}  // namespace terrella::datasets::edi
