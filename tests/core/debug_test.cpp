// What helps to find a mistake: where an operation was made, and the first that makes a NaN.
#include "core/debug.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

class Debugging : public testing::Test {
 protected:
  explicit Debugging(Debug mode = Debug::origins) : before_(set_debug_mode(mode)) {}
  ~Debugging() override { set_debug_mode(before_); }

 private:
  Debug before_;
};
class DebugNan : public Debugging {
 protected:
  DebugNan() : Debugging(Debug::nan) {}
};

template <class Exception = Error>
std::string message(const Tensor& x) {
  try {
    x.eval();
  } catch (const Exception& error) { return error.what(); }
  return "no exception";
}

Tensor bad_index() { return gather(ones({3}), Tensor::from(std::vector<std::int64_t>{7}, {1})); }

TEST_F(Debugging, ErrorsOfEvaluationBearTheLabel) {
  Tensor x;
  {
    const Label outer("assembly"), inner("faces");
    x = bad_index();
  }
  for (int again = 0; again < 2; ++again)
    EXPECT_EQ(message<std::out_of_range>(x),
              "gather: index 7 at position 0 is out of range for an axis of extent 3; use -3 to 2 (in gather of f64 "
              "[3], i64 [1], made at assembly / faces)");
  EXPECT_EQ(message<std::out_of_range>(bad_index()).find("made at"), std::string::npos);  // the labels have ended
  const Label other("solve");
  EXPECT_NE(message<SolveError>(cholesky(-eye(2))).find("in cholesky of f64 [2, 2], made at solve)"),
            std::string::npos);
}

TEST_F(Debugging, OffTheMessageSaysHowToLearnMore) {
  set_debug_mode(Debug::off);
  const Label nothing("unused");
  const Tensor x = bad_index();
  const std::string expected = "(in gather of f64 [3], i64 [1]; TERRELLA_DEBUG=1 shows where it was made)";
  EXPECT_TRUE(message<std::out_of_range>(x).ends_with(expected)) << message<std::out_of_range>(x);
}

TEST_F(Debugging, DerivativesAndReplaysStandWhereTheirOperationDoes) {
  const auto f = [](const Tensor& x) {
    const Label here("model");
    return sum(gather(x, Tensor::from(std::vector<std::int64_t>{5}, {1})));
  };
  const Tensor x = ones({3});
  EXPECT_NE(message<std::out_of_range>(grad(f)(x)).find("made at model"), std::string::npos);  // in scatter_add
  EXPECT_NE(message<std::out_of_range>(checkpoint(f)(x)).find("made at model"), std::string::npos);
  EXPECT_NE(message<std::out_of_range>(vmap(f)(ones({2, 3}))).find("made at model"), std::string::npos);
}

TEST_F(DebugNan, NamesTheFirstOperationThatMakesOne) {
  Tensor y;
  {
    const Label here("depths");
    y = log(Tensor{{1.0, 2.0, 3.0}, {1.0, -1.0, -2.0}});
  }
  const Label later("after");
  EXPECT_EQ(message(sum(exp(y) + 1.0)),
            "log: made NaN of inputs without, at [1, 1] of its result [2, 3]; 2 in all (in log of f64 [2, 3], made at "
            "depths)");
}

TEST_F(DebugNan, TellsWhatIsMadeFromWhatIsGiven) {
  const Tensor given = {1.0, std::nan("")};
  EXPECT_EQ(message(exp(given) * 2.0), "no exception");
  EXPECT_EQ(sum(where(given == given, given, 0.0)).item(), 1.0);
  EXPECT_EQ(message(1.0 / Tensor{0.0, 1.0}), "no exception");  // an infinity is no NaN
  set_debug_mode(Debug::infinity);
  EXPECT_TRUE(message(1.0 / Tensor{0.0, 1.0}).starts_with("divide: made infinity of inputs without, at [0]"));
  EXPECT_EQ(message(Tensor{1.0, std::numeric_limits<double>::infinity()} + 1.0), "no exception");
}

TEST_F(DebugNan, SeesGradientsComplexNumbersAndTuples) {
  const auto f = [](const Tensor& x) {
    const Label here("radius");
    return sum(0.0 * sqrt(x));  // 0 * infinity in the gradient
  };
  const std::string said = message(grad(f)(Tensor{0.0}));
  EXPECT_NE(said.find("made NaN"), std::string::npos) << said;
  EXPECT_NE(said.find("made at radius"), std::string::npos) << said;
  EXPECT_NE(message(log(Tensor{std::complex<double>(0)}) * std::complex<double>(0)).find("made NaN"),
            std::string::npos);
  const double big = std::numeric_limits<double>::max();
  EXPECT_NE(message(qr(Tensor{{big, big}, {big, -big}}).q).find("qr: made NaN"), std::string::npos);
}

TEST_F(DebugNan, LeavesTheGraphUsable) {
  const Tensor x = ones({4}) - 2.0;
  const Tensor y = sqrt(x);  // would be computed in place of x
  EXPECT_NE(message(y), "no exception");
  EXPECT_NE(message(y), "no exception");
  EXPECT_EQ(sum(x).item(), -4.0);
  set_debug_mode(Debug::off);
  EXPECT_TRUE(std::isnan(y.data<double>()[0]));
}

TEST_F(DebugNan, RulesOfTheLibraryMakeNoneOnTheWay) {
  const Tensor zero = {0.0, 0.0};
  const std::vector<Tensor (*)(const Tensor&)> functions = {
      [](const Tensor& x) { return sum(power(x, 2.0)); }, [](const Tensor& x) { return sum(abs(x)); },
      [](const Tensor& x) { return logsumexp(x); }, [](const Tensor& x) { return sum(maximum(x, 0.0)); }};
  for (const auto f : functions) EXPECT_EQ(message(grad(f)(zero)), "no exception");
}

}  // namespace
}  // namespace terrella
