// Rows less sums of other rows, by every instruction set here, against plain sums.
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <numeric>
#include <random>
#include <vector>

#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/row_products_kernels.h"

namespace terrella::cpu {
namespace {

template <class T>
struct RowProducts : testing::Test {
  std::mt19937_64 random{1};

  T number() {
    std::uniform_real_distribution<double> one(-1, 1);
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(one(random));
    else
      return {static_cast<typename T::value_type>(one(random)), static_cast<typename T::value_type>(one(random))};
  }
  std::vector<T> numbers(long count) {
    std::vector<T> all(static_cast<std::size_t>(count));
    for (T& x : all) x = number();
    return all;
  }
  /// Some of `of` rows, in any order.
  std::vector<int> some(long count, long of) {
    std::vector<int> all(static_cast<std::size_t>(of));
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), random);
    all.resize(static_cast<std::size_t>(count));
    return all;
  }
  static T conjugate(T x) {
    if constexpr (std::is_floating_point_v<T>)
      return x;
    else
      return std::conj(x);
  }

  void check(RowProductKernel kernel, long outputs, long terms, long columns, int variant) {
    const bool turned = variant & 1, conjugated = variant & 2, afresh = variant & 4, indexed = variant & 8;
    const long rows = 3 + std::max(outputs, terms);
    const std::vector<T> factor = numbers(outputs * terms), in = numbers(rows * columns);
    std::vector<T> out = numbers(rows * columns), expected = out;
    const std::vector<int> output = some(outputs, rows), term = some(terms, rows);
    const RowProduct product{factor.data(),
                             turned ? 1 : terms,
                             turned ? outputs : 1,
                             conjugated,
                             indexed ? output.data() : nullptr,
                             outputs,
                             indexed ? term.data() : nullptr,
                             terms,
                             columns,
                             afresh};
    kernel(product, in.data(), out.data());
    const auto at = [&](long row, long column) { return static_cast<std::size_t>(row * columns + column); };
    for (long o = 0; o < outputs; ++o)
      for (long j = 0; j < columns; ++j) {
        const long row = indexed ? output[static_cast<std::size_t>(o)] : o;
        T sum(0);
        for (long t = 0; t < terms; ++t) {
          const T f = factor[static_cast<std::size_t>(o * product.by_output + t * product.by_term)];
          sum += (conjugated ? conjugate(f) : f) * in[at(indexed ? term[static_cast<std::size_t>(t)] : t, j)];
        }
        expected[at(row, j)] = (afresh ? T(0) : expected[at(row, j)]) - sum;
      }
    const double limit = sizeof(decltype(std::abs(T(0)))) == 4 ? 1e-5 : 1e-13;
    for (std::size_t k = 0; k < out.size(); ++k)  // other rows keep what they held
      ASSERT_LE(std::abs(out[k] - expected[k]), limit)
          << outputs << " outputs of " << terms << " terms, " << columns << " columns, variant " << variant;
  }
};

using Types = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(RowProducts, Types);

TYPED_TEST(RowProducts, AreSumsOfRows) {
  using Fill = void (*)(RowProductTable*);
  const std::pair<Isa, Fill> all[] = {{Isa::baseline, fill_row_products_baseline},
                                      {Isa::avx2, fill_row_products_avx2},
                                      {Isa::avx512, fill_row_products_avx512}};
  for (const auto& [needs, fill] : all) {
    if (needs > isa()) continue;
    RowProductTable table{};
    fill(&table);
    const RowProductKernel kernel = kernels_of(table, dtype_of<TypeParam>);
    for (long columns = 1; columns <= 70; columns += columns < 20 ? 1 : 7)
      for (const long outputs : {1, 2, 3, 4, 5, 6, 7, 11})
        for (const long terms : {0, 1, 2, 9})
          for (int variant = 0; variant < 16; ++variant) this->check(kernel, outputs, terms, columns, variant);
  }
}

}  // namespace
}  // namespace terrella::cpu
