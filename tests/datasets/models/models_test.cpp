// Generators of random models: distributions, covariance of fields, what layers, conductors, blocks and bumps are.
#include "datasets/models/models.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

using namespace terrella;
using namespace terrella::datasets;

namespace {

using Kind = Distribution::Kind;

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "no error";
}

Axis even(std::int64_t n, double step) {
  Axis axis;
  for (std::int64_t i = 0; i <= n; ++i) axis.edges.push_back(static_cast<double>(i) * step);
  return axis;
}

/// Mean product of field values `lag` cells apart along an axis of a 2D field, over cells and seeds.
double product(const GaussianField& field, std::int64_t rows, std::int64_t columns, std::int64_t lag_row,
               std::int64_t lag_column, int seeds) {
  double sum = 0;
  std::int64_t count = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const auto x = field.draw(static_cast<std::uint64_t>(seed)).to_vector<double>();
    for (std::int64_t i = 0; i + lag_row < rows; ++i)
      for (std::int64_t j = 0; j + lag_column < columns; ++j, ++count)
        sum += x[static_cast<std::size_t>(i * columns + j)] *
               x[static_cast<std::size_t>((i + lag_row) * columns + j + lag_column)];
  }
  return sum / static_cast<double>(count);
}

}  // namespace

TEST(Distribution, ReadsWhatItWrites) {
  for (const char* const text :
       {"100", "uniform(1, 3)", "log_uniform(1, 1000)", "normal(2, 0.5)", "log_normal(100, 2)", "integers(0, 3)"}) {
    EXPECT_EQ(to_text(parse_distribution(text, "x")), text);
  }
  EXPECT_EQ(to_text(parse_distribution("  normal( -1.5e0 ,2)  ", "x")), "normal(-1.5, 2)");
}

TEST(Distribution, SaysWhatIsWrong) {
  const auto wrong = [](const char* text) { return error_of([&] { parse_distribution(text, "layers.count"); }); };
  for (const char* const text : {"", "x", "uniform", "uniform(1)", "gamma(1, 2)", "uniform(1, 2", "(1, 2)"})
    EXPECT_NE(wrong(text).find("layers.count: '" + std::string(text) + "' is no distribution"), std::string::npos)
        << text;
  EXPECT_NE(wrong("uniform(3, 1)").find("ends below its begin"), std::string::npos);
  EXPECT_NE(wrong("log_uniform(0, 1)").find("positive bounds"), std::string::npos);
  EXPECT_NE(wrong("normal(0, -1)").find("negative deviation"), std::string::npos);
  EXPECT_NE(wrong("log_normal(1, 0.5)").find("factor of 1 or more"), std::string::npos);
  EXPECT_NE(wrong("integers(0.5, 1)").find("whole numbers"), std::string::npos);
  EXPECT_NE(wrong("uniform(a, 1)").find("'a' in"), std::string::npos);
  EXPECT_NE(wrong("uniform(nan, 1)").find("is no number"), std::string::npos);
}

TEST(Distribution, HasItsMoments) {
  constexpr int n = 40'000;
  const auto moments = [](const char* text, const std::function<double(double)>& f) {
    RandomNumbers random(7);
    const Distribution d = parse_distribution(text, "x");
    double sum = 0, square = 0;
    for (int i = 0; i < n; ++i) {
      const double x = draw(d, random);
      EXPECT_GE(x, least(d));
      EXPECT_LE(x, largest(d));
      sum += f(x);
      square += f(x) * f(x);
    }
    return std::pair(sum / n, std::sqrt(square / n - sum / n * sum / n));
  };
  const auto same = [](double x) { return x; };
  const auto log10 = [](double x) { return std::log10(x); };
  // Means of 40 000 values deviate by 1/200 of a deviation; five times that is allowed, and as much for deviations.
  const auto expect = [](std::pair<double, double> found, double mean, double deviation) {
    EXPECT_NEAR(found.first, mean, deviation / 40);
    EXPECT_NEAR(found.second, deviation, deviation / 40);
  };
  expect(moments("uniform(1, 3)", same), 2, 2 / std::sqrt(12.0));
  expect(moments("log_uniform(1, 1000)", log10), 1.5, 3 / std::sqrt(12.0));
  expect(moments("normal(2, 0.5)", same), 2, 0.5);
  expect(moments("log_normal(100, 10)", log10), 2, 1);
  expect(moments("integers(0, 3)", same), 1.5, std::sqrt(15.0 / 12));
}

TEST(GaussianField, HasItsCovarianceByEmbeddingWithAnisotropyAndDip) {
  for (const auto kernel :
       {Covariance::Kernel::exponential, Covariance::Kernel::matern, Covariance::Kernel::gaussian}) {
    const Covariance covariance{kernel, 0.7, {30, 80}, kernel == Covariance::Kernel::matern ? 25.0 : 0.0};
    const GaussianField field({{even(80, 10), even(120, 10)}}, covariance);
    EXPECT_GE(field.embedding()[0], 160);
    // A field of 800 x 1200 m holds some 80 independent patches; 100 of them give the covariance to 0.01 of its 0.49,
    // three times that is allowed.
    for (const auto& [row, column] : {std::pair(0, 0), {1, 0}, {0, 1}, {3, 0}, {0, 8}, {3, 5}, {10, 0}})
      EXPECT_NEAR(product(field, 80, 120, row, column, 100), covariance_at(covariance, {10.0 * row, 10.0 * column}),
                  0.03)
          << static_cast<int>(kernel) << " " << row << " " << column;
  }
}

TEST(GaussianField, HasItsCovarianceExactlyOnUnevenCells) {
  const Axis axis{growing_edges(30, 20, 1.2), true};
  const Covariance covariance{Covariance::Kernel::matern, 0.5, {0.3}, 0};
  const GaussianField field({{axis}}, covariance);
  const auto x = coordinates_of(axis);
  constexpr int seeds = 20'000;
  std::vector<double> sum(x.size() * x.size(), 0);
  for (int seed = 0; seed < seeds; ++seed) {
    const auto value = field.draw(static_cast<std::uint64_t>(seed)).to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i)
      for (std::size_t j = 0; j < x.size(); ++j) sum[i * x.size() + j] += value[i] * value[j];
  }
  // The deviation of such a mean is at most sqrt(2 / 20 000) 0.25 = 0.0025; the worst of 900 is allowed 5 of them.
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j)
      EXPECT_NEAR(sum[i * x.size() + j] / seeds, covariance_at(covariance, {x[i] - x[j]}), 0.0125);
}

TEST(GaussianField, SameSeedSameBitsAndOthersDiffer) {
  const GaussianField field({{even(20, 1), even(30, 1)}}, {Covariance::Kernel::exponential, 1, {5}, 0});
  std::set<std::vector<double>> all;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto x = field.draw(seed).to_vector<double>();
    EXPECT_EQ(x, field.draw(seed).to_vector<double>());
    all.insert(x);
  }
  EXPECT_EQ(all.size(), 50u);
}

TEST(GaussianField, WorksInThreeDimensions) {
  const Covariance covariance{Covariance::Kernel::exponential, 2, {3, 4, 5}, 0};
  const GaussianField field({{even(12, 1), even(10, 1), even(8, 1)}}, covariance);
  double square = 0, beside = 0;
  for (int seed = 0; seed < 60; ++seed) {
    const auto x = field.draw(static_cast<std::uint64_t>(seed)).to_vector<double>();
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      square += x[i] * x[i];
      if (i % 8 != 7) beside += x[i] * x[i + 1];
    }
  }
  EXPECT_NEAR(square / 60 / 959, 4, 0.5);
  EXPECT_NEAR(beside / 60 / 840, covariance_at(covariance, {0, 0, 1}), 0.5);
}

TEST(GaussianField, SaysWhatCannotBe) {
  EXPECT_NE(error_of([] {
              GaussianField({{even(20, 1)}}, {Covariance::Kernel::matern, 1, {1, 2}, 0});
            }).find("2 correlation lengths for 1 axes"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              GaussianField({{even(20, 1)}}, {Covariance::Kernel::matern, 1, {0}, 0});
            }).find("is not positive"),
            std::string::npos);
  EXPECT_NE(error_of([] { GaussianField({{Axis{{0, 1, 1}}}}, {}); }).find("edges of a grid ascend"), std::string::npos);
  EXPECT_NE(error_of([] {
              GaussianField({{even(100, 1), even(100, 1)}}, {Covariance::Kernel::gaussian, 1, {2000}, 0});
            }).find("cannot be embedded"),
            std::string::npos);
}

TEST(Models, LayersHaveTheirCountAndBoundaries) {
  const ModelGrid grid{{even(100, 10)}};
  const LayersOptions options{1, {Kind::constant, 3, 0}, {Kind::constant, 200, 0}, {Kind::log_uniform, 1, 1000}};
  const auto x = layered_model(grid, options, 1).to_vector<double>();
  const std::set<double> values(x.begin(), x.end());
  EXPECT_EQ(values.size(), 3u);
  EXPECT_NE(x[19], x[20]);
  EXPECT_NE(x[39], x[40]);
  EXPECT_EQ(x[40], x[99]);
  EXPECT_GE(*values.begin(), 0);
  EXPECT_LE(*values.rbegin(), 3);
}

TEST(Models, ConductorsBlocksAndBumpsLieWhereTheyShould) {
  const ModelGrid grid{{even(50, 10), even(40, 10)}};
  const Tensor plain =
      layered_model(grid, {1, {Kind::constant, 1, 0}, {Kind::constant, 1, 0}, {Kind::constant, 100, 0}}, 1);
  const auto conductor =
      with_conductors(
          plain, grid,
          {{Kind::constant, 1, 0}, {Kind::constant, 100, 0}, {Kind::constant, 50, 0}, {Kind::constant, 1, 0}}, 1)
          .to_vector<double>();
  for (std::size_t i = 0; i < 2000; ++i) EXPECT_EQ(conductor[i], i / 40 >= 10 && i / 40 < 15 ? 0 : 2) << i;
  BlocksOptions block;
  block.count = {Kind::constant, 1, 0};
  block.depth = block.height = {Kind::constant, 100, 0};
  block.width = {Kind::constant, 80, 0};
  block.resistivity = {Kind::constant, 10, 0};
  const auto blocks = with_blocks(plain, grid, block, 3).to_vector<double>();
  const auto inside = std::count(blocks.begin(), blocks.end(), 1.0);
  EXPECT_TRUE(inside % 10 == 0 && inside > 0 && inside <= 90) << inside;
  EXPECT_EQ(std::count(blocks.begin(), blocks.end(), 2.0), 2000 - inside);
  BumpsOptions bump;
  bump.count = {Kind::constant, 1, 0};
  bump.amplitude = {Kind::constant, 0.5, 0};
  bump.height = bump.width = {Kind::constant, 50, 0};
  const auto bumps = with_bumps(plain, grid, bump, 3).to_vector<double>();
  EXPECT_NEAR(*std::max_element(bumps.begin(), bumps.end()), 2.5, 0.01);
  EXPECT_NEAR(*std::min_element(bumps.begin(), bumps.end()), 2, 0.01);
}

TEST(Models, GeneratorMixesByWeightAndClips) {
  ModelOptions options;
  options.layers.weight = 3;
  options.layers.count = {Kind::constant, 2, 0};
  options.conductors.count = {Kind::constant, 0, 0};
  options.lowest = 50;
  options.highest = 200;
  const ModelGenerator generator({{Axis{growing_edges(40, 20, 1.15), true}}}, options);
  int layered = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto x = generator.draw(seed).to_vector<double>();
    EXPECT_EQ(x, generator.draw(seed).to_vector<double>());
    layered += std::set<double>(x.begin(), x.end()).size() <= 2;
    for (const double value : x) {
      EXPECT_GE(value, std::log10(50) - 1e-12);
      EXPECT_LE(value, std::log10(200) + 1e-12);
    }
  }
  EXPECT_NEAR(layered, 750, 5 * 14);  // some fields are clipped to two values
  EXPECT_NE(error_of([&] {
              ModelOptions o;
              o.layers.weight = o.field.weight = 0;
              ModelGenerator({{even(4, 1)}}, o);
            }).find("one is positive"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              ModelOptions o;
              o.blocks.count = {Kind::uniform, 0, 1};
              ModelGenerator({{even(4, 1)}}, o);
            }).find("blocks.count: uniform(0, 1) is no count"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              ModelOptions o;
              o.layers.count = {Kind::constant, 2.5, 0};
              ModelGenerator({{even(4, 1)}}, o);
            }).find("layers.count: 2.5 is no whole number"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              ModelOptions o;
              o.layers.thickness = {Kind::normal, 1, 1};
              ModelGenerator({{even(4, 1)}}, o);
            }).find("layers.thickness: normal(1, 1) can be 0 or negative"),
            std::string::npos);
}
