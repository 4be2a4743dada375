#include "datasets/models/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/random.h"
#include "datasets/file/numbers.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

using Kind = Distribution::Kind;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr struct {
  const char* name;
  Kind kind;
} kinds[] = {{"uniform", Kind::uniform},
             {"log_uniform", Kind::log_uniform},
             {"normal", Kind::normal},
             {"log_normal", Kind::log_normal},
             {"integers", Kind::integers}};

}  // namespace

double RandomNumbers::uniform() { return static_cast<double>(split_seed(seed_, next_++) >> 11) * 0x1p-53; }

double RandomNumbers::normal() {  // Box and Muller (1958), one of the two
  const double u = uniform(), v = uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

Distribution parse_distribution(std::string_view text, std::string_view what) {
  const auto number = [&](std::string_view word) {
    double value = 0;
    if (parse_number(trim(word), value) != NumberKind::plain || !std::isfinite(value))
      fail(what, ": '", word, "' in '", text, "' is no number");
    return value;
  };
  const std::string_view word = trim(text);
  const std::size_t open = word.find('(');
  if (open == word.npos && !word.empty() &&
      (std::isdigit(static_cast<unsigned char>(word[0])) || word[0] == '-' || word[0] == '.'))
    return {Kind::constant, number(word), 0};
  for (const auto& known : kinds) {
    if (open == word.npos || trim(word.substr(0, open)) != known.name || !word.ends_with(')')) continue;
    const std::string_view inside = word.substr(open + 1, word.size() - open - 2);
    const std::size_t comma = inside.find(',');
    if (comma == inside.npos) break;
    const Distribution d{known.kind, number(inside.substr(0, comma)), number(inside.substr(comma + 1))};
    const bool range = d.kind == Kind::uniform || d.kind == Kind::log_uniform || d.kind == Kind::integers;
    if (range && d.a > d.b) fail(what, ": '", text, "' ends below its begin");
    if (d.kind == Kind::log_uniform && !(d.a > 0)) fail(what, ": '", text, "' needs positive bounds");
    if (d.kind == Kind::normal && d.b < 0) fail(what, ": '", text, "' has a negative deviation");
    if (d.kind == Kind::log_normal && !(d.a > 0 && d.b >= 1))
      fail(what, ": '", text, "' needs a positive median and a factor of 1 or more");
    if (d.kind == Kind::integers &&
        (d.a != std::floor(d.a) || d.b != std::floor(d.b) || std::abs(d.a) > 1e9 || std::abs(d.b) > 1e9))
      fail(what, ": '", text, "' needs whole numbers");
    return d;
  }
  fail(what, ": '", text,
       "' is no distribution; write a number, uniform(a, b), log_uniform(a, b), normal(mean, deviation), "
       "log_normal(median, factor) or integers(a, b)");
}

std::string to_text(const Distribution& d) {
  if (d.kind == Kind::constant) return text(d.a);
  for (const auto& known : kinds)
    if (known.kind == d.kind) return text(known.name, "(", d.a, ", ", d.b, ")");
  return {};
}

double draw(const Distribution& d, RandomNumbers& random) {
  switch (d.kind) {
    case Kind::constant:
      return d.a;
    case Kind::uniform:
      return d.a + (d.b - d.a) * random.uniform();
    case Kind::log_uniform:
      return std::clamp(std::exp(std::log(d.a) + (std::log(d.b) - std::log(d.a)) * random.uniform()), d.a, d.b);
    case Kind::normal:
      return d.a + d.b * random.normal();
    case Kind::log_normal:
      return d.a * std::exp(std::log(d.b) * random.normal());
    case Kind::integers:
      break;
  }
  return d.a + std::floor((d.b - d.a + 1) * random.uniform());
}

double least(const Distribution& d) {
  if (d.kind == Kind::normal) return d.b > 0 ? -infinity : d.a;
  return d.kind == Kind::log_normal && d.b > 1 ? 0 : d.a;
}

double largest(const Distribution& d) {
  if (d.kind == Kind::constant) return d.a;
  if (d.kind == Kind::normal) return d.b > 0 ? infinity : d.a;
  if (d.kind == Kind::log_normal) return d.b > 1 ? infinity : d.a;
  return d.b;
}

}  // namespace terrella::datasets
