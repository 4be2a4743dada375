// datasets/models/distribution.h: distributions of single numbers, as a person writes them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace terrella::datasets {

/// Numbers from a seed, one after another; the same everywhere. Philox by core/random.h.
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) : seed_(seed) {}
  double uniform();  ///< in [0, 1)
  double normal();   ///< mean 0, deviation 1

 private:
  std::uint64_t seed_, next_ = 0;
};

struct Distribution {
  enum class Kind : std::uint8_t {
    constant,     ///< a
    uniform,      ///< between a and b
    log_uniform,  ///< between a and b, which are positive, as uniform in the logarithm
    normal,       ///< mean a, deviation b
    log_normal,   ///< median a; times or divided by b at one standard deviation
    integers,     ///< whole numbers from a to b, both included
  };
  Kind kind = Kind::constant;
  double a = 0, b = 0;

  bool operator==(const Distribution&) const = default;
};

/// "100", "uniform(1, 3)", "log_uniform(1, 1000)", "normal(2, 0.5)", "log_normal(100, 2)", "integers(0, 3)". Fails
/// naming `what` and what is wrong.
Distribution parse_distribution(std::string_view text, std::string_view what);
std::string to_text(const Distribution& distribution);

double draw(const Distribution& distribution, RandomNumbers& random);
/// The least and largest value that can come; infinite where there is no bound.
double least(const Distribution& distribution);
double largest(const Distribution& distribution);

}  // namespace terrella::datasets
