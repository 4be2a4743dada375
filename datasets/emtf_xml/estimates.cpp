#include "datasets/emtf_xml/estimates.h"

#include <cmath>

#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/settle.h"

namespace terrella::datasets::emtf_xml {
namespace {

using Channels = std::span<const std::string_view>;
constexpr std::string_view electric[] = {"ex", "ey"}, magnetic[] = {"hx", "hy"}, vertical[] = {"hz"};

class Values {
 public:
  Values(const Document& document, const Report& report, std::size_t& not_numbers)
      : document_(document), report_(report), not_numbers_(not_numbers) {}

  /// The <value> elements of `node` as a matrix of outputs times inputs, row by row.
  template <std::size_t size>
  std::array<Complex, size> matrix(const pugi::xml_node& node, Channels outputs, Channels inputs, bool complex) {
    std::array<Complex, size> values;
    std::array<bool, size> seen{};
    values.fill(missing_value);
    for (const pugi::xml_node& entry : node.children()) {
      if (entry.type() != pugi::node_element || !same_name(entry.name(), "value")) continue;
      const std::size_t at = index(entry, "output", outputs) * inputs.size() + index(entry, "input", inputs);
      if (seen[at])
        report_.error(document_.line(entry), "<", node.name(), ">: the value of ", entry.attribute("output").value(),
                      " and ", entry.attribute("input").value(), " stands twice");
      seen[at] = true;
      values[at] = number(entry, node, complex);
    }
    return values;
  }

 private:
  std::size_t index(const pugi::xml_node& entry, const char* attribute, Channels channels) const {
    const std::string_view name = entry.attribute(attribute).value();
    for (std::size_t i = 0; i < channels.size(); ++i)
      if (same_name(name, channels[i])) return i;
    report_.error(document_.line(entry), "<", entry.parent().name(), ">: ", attribute, "='", name.substr(0, 40),
                  "' is not one of its channels, ", channels[0], channels.size() > 1 ? " and " : "",
                  channels.size() > 1 ? channels[1] : std::string_view());
  }

  Complex number(const pugi::xml_node& entry, const pugi::xml_node& node, bool complex) {
    const auto words = words_of(entry.child_value());
    if (words.size() != (complex ? 2u : 1u))
      report_.error(document_.line(entry), "<", node.name(), ">: '", std::string(entry.child_value()).substr(0, 40),
                    "' should be ", complex ? "two numbers, real and imaginary part" : "one number");
    double parts[2] = {0, 0};
    bool known = true;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const NumberKind kind = parse_number(words[i], parts[i]);
      if (kind == NumberKind::bad || kind == NumberKind::decimal_comma)
        report_.error(document_.line(entry), "<", node.name(), ">: '", words[i].substr(0, 40), "' is not a number");
      known = known && kind == NumberKind::plain && std::abs(parts[i]) < 1e30;
    }
    if (!known) return ++not_numbers_, missing_value;
    return {parts[0], parts[1]};
  }

  const Document& document_;
  const Report& report_;
  std::size_t& not_numbers_;
};

template <std::size_t size>
std::array<double, size> real_parts(const std::array<Complex, size>& values) {
  std::array<double, size> result;
  for (std::size_t i = 0; i < size; ++i) result[i] = values[i].real();
  return result;
}

}  // namespace

Estimates read_estimates(const pugi::xml_node& period, const Document& document, const Report& report,
                         std::size_t& not_numbers) {
  Estimates e;
  Values values(document, report, not_numbers);
  for (const pugi::xml_node& node : period.children()) {
    const std::string_view name = node.name();
    const auto once = [&](const auto& place) {
      if (place) report.error(document.line(node), "<", name, "> stands twice in one <Period>");
    };
    if (same_name(name, "Z"))
      once(e.z), e.z = values.matrix<4>(node, electric, magnetic, true);
    else if (same_name(name, "Z.VAR"))
      once(e.z_variance), e.z_variance = real_parts(values.matrix<4>(node, electric, magnetic, false));
    else if (same_name(name, "Z.INVSIGCOV"))
      once(e.z_signal), e.z_signal = values.matrix<4>(node, magnetic, magnetic, true);
    else if (same_name(name, "Z.RESIDCOV"))
      once(e.z_residual), e.z_residual = values.matrix<4>(node, electric, electric, true);
    else if (same_name(name, "T"))
      once(e.tipper), e.tipper = values.matrix<2>(node, vertical, magnetic, true);
    else if (same_name(name, "T.VAR"))
      once(e.tipper_variance), e.tipper_variance = real_parts(values.matrix<2>(node, vertical, magnetic, false));
    else if (same_name(name, "T.INVSIGCOV"))
      once(e.tipper_signal), e.tipper_signal = values.matrix<4>(node, magnetic, magnetic, true);
    else if (same_name(name, "T.RESIDCOV"))
      once(e.tipper_residual), e.tipper_residual = values.matrix<1>(node, vertical, vertical, true)[0];
  }
  return e;
}

}  // namespace terrella::datasets::emtf_xml
