#include "datasets/edi/coherence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/edi/edi.h"
#include "datasets/edi/options.h"
#include "datasets/edi/sounding.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"

namespace terrella::datasets {
namespace {

using namespace edi;

constexpr std::size_t most_bytes = std::size_t{64} << 20;

struct Channel {
  std::string id, type;
};

std::vector<Channel> channels_of(const Document& document, Report& report) {
  std::vector<Channel> channels;
  for (const Block& block : document.blocks()) {
    if (block.keyword != "HMEAS" && block.keyword != "EMEAS") continue;
    const std::vector<Option> options = options_of(block, report);
    const Option *const id = find_option(options, {"ID"}), *const type = find_option(options, {"CHTYPE"});
    channels.push_back({id ? id->value : "", type ? upper(type->value) : ""});
  }
  return channels;
}

/// IDs are numbers, but 104.001 and 104.0010 are the same channel.
bool same_id(const std::string& a, const std::string& b) {
  double x = 0, y = 0;
  return a == b || (parse_number(a, x) == NumberKind::plain && parse_number(b, y) == NumberKind::plain && x == y);
}

/// The type of the channel; by_number is set where only its number fits.
std::string type_of(const std::vector<Channel>& channels, const std::string& name, bool& by_number) {
  for (const Channel& channel : channels)
    if (same_id(channel.id, name)) return channel.type;
  double number = 0;
  if (parse_number(name, number) != NumberKind::plain || number != std::floor(number) || number < 1 ||
      number > static_cast<double>(channels.size()))
    return "";
  by_number = true;
  // Of channels of one type the first is the site's own, as for spectra.
  const auto place = static_cast<std::size_t>(number) - 1;
  for (std::size_t k = 0; k < place; ++k)
    if (channels[k].type == channels[place].type) return "";
  return channels[place].type;
}

}  // namespace

Coherences read_edi_coherences(const std::string& path, std::string_view bytes) {
  Coherences result;
  if (!looks_like_edi(bytes.substr(0, 4096))) return result;
  Report report(path);
  const Document document(bytes, report);
  std::vector<const Block*> blocks;
  for (const Block& block : document.blocks())
    if (block.keyword == "COH") blocks.push_back(&block);
  if (blocks.empty()) return result;

  const Header header = read_header(document, report);
  const std::vector<double> frequency = read_frequencies(document, report);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < frequency.size(); ++i)
    if (frequency[i] > 0 && std::isfinite(frequency[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return frequency[a] > frequency[b]; });
  const std::vector<Channel> channels = channels_of(document, report);
  report.take_repairs();  // those of the sounding, which read_edi tells
  bool by_number = false;
  for (const Block* block : blocks) {
    const std::vector<Option> options = options_of(*block, report);
    if (find_option(options, {"EPRED", "HPRED", "PRED"})) continue;
    const Option *const one = find_option(options, {"MEAS1"}), *const two = find_option(options, {"MEAS2"});
    if (!one || !two) continue;
    std::string electric = type_of(channels, one->value, by_number),
                magnetic = type_of(channels, two->value, by_number);
    if (electric.starts_with('H')) std::swap(electric, magnetic);
    if ((electric != "EX" && electric != "EY") || (magnetic != "HX" && magnetic != "HY")) continue;
    const std::vector<double> values = numbers_of(*block, report);
    if (values.size() != frequency.size())
      report.error(block->line, ">COH holds ", values.size(), " numbers, >FREQ ", frequency.size());
    Coherence coherence{electric, magnetic, {}, {}};
    std::size_t signs = 0, beyond = 0;
    for (std::size_t i : order) {
      double value = values[i];
      if (header.empty.matches(value) || std::abs(value) >= 1e30) value = not_a_number;
      if (value < 0) ++signs, value = -value;
      if (value > 1 + 1e-6) ++beyond, value = not_a_number;
      coherence.period.push_back(1 / frequency[i]);
      coherence.value.push_back(value > 1 ? 1 : value);  // NaN stays NaN
    }
    if (signs) report.repair(block->line, "coherence-sign", text(signs, " coherences with a sign: their size"));
    if (beyond) report.repair(block->line, "coherence-beyond-one", text(beyond, " coherences above 1: missing"));
    result.list.push_back(std::move(coherence));
  }
  if (by_number) report.repair(blocks[0]->line, "channel-by-number", "channels named by their number, not by their ID");
  result.repairs = report.take_repairs();
  return result;
}

Coherences read_edi_coherences(const std::string& path) {
  return read_edi_coherences(path, read_file(path, most_bytes));
}

}  // namespace terrella::datasets
