// Wrong arguments: exceptions that name the operation, what was given and the mend; and what errors leave behind.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

/// What the exception of f says; fails the test where there is none.
template <class Exception = std::invalid_argument, class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const Exception& error) { return error.what(); } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no exception";
  return "";
}

#define EXPECT_SAYS(expression, ...)                                                         \
  do {                                                                                       \
    const std::string said = message([&] { (void)(expression); });                           \
    for (const std::string part : {__VA_ARGS__})                                             \
      EXPECT_NE(said.find(part), std::string::npos) << "without '" << part << "': " << said; \
  } while (false)

const Tensor& matrix() {
  static const Tensor x = reshape(linspace(1, 6, 6), {2, 3});
  return x;
}
const Tensor& complex_matrix() {
  static const Tensor x = matrix() * std::complex<double>(1, 1);
  return x;
}
Tensor integers(std::vector<std::int64_t> values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

TEST(Errors, NameTheOperationTheShapesAndTheMend) {
  const Tensor &x = matrix(), &z = complex_matrix();
  EXPECT_SAYS(x + ones({4}), "add", "[2, 3]", "[4]", "equal or 1");
  EXPECT_SAYS(where(x > 0.0, x, ones({2, 4})), "where", "[2, 3]", "[2, 4]");
  EXPECT_SAYS(matmul(x, x), "matmul", "[2, 3] and [2, 3]", "3", "2");
  EXPECT_SAYS(matmul(ones({4}), x), "matmul", "[4] and [2, 3]");
  EXPECT_SAYS(matmul(x, ones({4})), "matmul", "[2, 3] and [4]", "only axis");
  EXPECT_SAYS(matmul(ones({2, 2, 3}), ones({3, 3, 4})), "matmul", "[2]", "[3]");
  EXPECT_SAYS(matmul(x, 2.0), "matmul", "scalar", "*");
  EXPECT_SAYS(reshape(x, {4, 2}), "reshape", "[2, 3]", "6", "[4, 2]", "8");
  EXPECT_SAYS(reshape(x, {-1, 4}), "reshape", "[2, 3]", "[-1, 4]");
  EXPECT_SAYS(reshape(x, {-1, -1}), "reshape", "at most one");
  EXPECT_SAYS(transpose(x, {0}), "transpose", "1 axes", "[2, 3]");
  EXPECT_SAYS(transpose(x, {0, 0}), "transpose", "axis 0", "twice");
  EXPECT_SAYS(broadcast_to(x, {3}), "broadcast_to", "[2, 3]", "[3]");
  EXPECT_SAYS(broadcast_to(ones({1}), {-3}), "broadcast_to", "negative extent", "[-3]");
  EXPECT_SAYS(squeeze(x, 0), "squeeze", "axis 0", "[2, 3]");
  EXPECT_SAYS(concatenate({x, ones({2, 2})}, 0), "concatenate", "part 1", "[2, 2]", "[2, 3]", "axis 0");
  EXPECT_SAYS(concatenate({}), "concatenate", "nothing");
  EXPECT_SAYS(stack({x, ones({3})}), "stack", "[2, 3]", "[3]");
  EXPECT_SAYS(split(x, std::int64_t{2}, 1), "split", "axis 1", "[2, 3]", "2 equal parts");
  EXPECT_SAYS(slice(x, {{}, {}, {}}), "slice", "3 slices", "[2, 3]");
  EXPECT_SAYS(slice(x, 0, {0, 1, 0}), "slice", "step is 0");
  EXPECT_SAYS(pad(x, {{1, 1}}), "pad", "1 pairs", "[2, 3]");
  EXPECT_SAYS(pad(x, {{1, 1}, {-1, 0}}), "pad", "negative width", "axis 1", "slice()");
  EXPECT_SAYS(diagonal(ones({3})), "diagonal", "2 axes", "[3]");
  EXPECT_SAYS(scatter_add(x, integers({0, 1, 2}), 4), "scatter_add", "[2, 3]", "[3]", "axis 0");
  EXPECT_SAYS(scatter_add(x, integers({0, 1}), -4), "scatter_add", "-4");
  EXPECT_SAYS(outer(x, x), "outer", "[2, 3]", "vectors");
  EXPECT_SAYS(index(x, std::int64_t{2}), "index", "2", "axis 0", "extent 2", "[2, 3]");
  EXPECT_SAYS(x[0][-4], "index", "-4", "extent 3");
  EXPECT_SAYS(index(x, {std::int64_t{0}, std::int64_t{0}, std::int64_t{0}}), "index", "3 indices", "[2, 3]");
  EXPECT_SAYS(index(x, {Ellipsis{}, Ellipsis{}}), "index", "ellipsis");
  EXPECT_SAYS(index(x, {ones({3}) > 0.0}), "index", "mask", "[3]", "[2, 3]");
  EXPECT_SAYS(index(x, {ones({2})}), "index", "f64", "integers or bool");
  EXPECT_SAYS(gather(x, ones({2})), "gather", "f64", "integers");
  EXPECT_SAYS((Tensor{{1, 2}, {3}}), "rows of 2 and 1");
  EXPECT_SAYS(Tensor::from(std::vector<double>{1, 2}, {3}), "Tensor::from", "2 values", "[3]");
  EXPECT_SAYS(Tensor::from(std::vector<double>{1}, {-1, -1}), "Tensor::from", "negative", "[-1, -1]");
  EXPECT_SAYS(z < z, "less", "complex", "c128", "abs()");
  EXPECT_SAYS(floor(z), "floor", "c128");
}

TEST(Errors, NameAxes) {
  const Tensor& x = matrix();
  EXPECT_SAYS(sum(x, {2}), "sum", "axis 2", "2 axes", "-2 to 1");
  EXPECT_SAYS(mean(x, {-3}), "mean", "axis -3");
  EXPECT_SAYS(max(x, {1, -1}), "max", "twice");
  EXPECT_SAYS(cumsum(x, 5), "cumsum", "axis 5");
  EXPECT_SAYS(argmax(x, 2), "argmax", "axis 2");
  EXPECT_SAYS(gather(x, integers({0}), 2), "gather", "axis 2");
  EXPECT_SAYS(move_axis(x, 0, 2), "move_axis", "axis 2");
  EXPECT_SAYS(expand_dims(x, 4), "expand_dims", "axis 4");
  EXPECT_SAYS(flip(x, {3}), "flip", "axis 3");
  EXPECT_SAYS(sum(Tensor(1.0), {0}), "sum", "axis 0", "0 axes");
  EXPECT_SAYS(vmap([](const Tensor& t) { return t; })(Tensor(1.0)), "vmap", "axis 0");
}

TEST(Errors, NameDtypesAndValues) {
  const Tensor &x = matrix(), &z = complex_matrix();
  EXPECT_SAYS(max(z), "max", "complex", "abs()");
  EXPECT_SAYS(argmin(z), "argmin", "complex");
  EXPECT_SAYS(logsumexp(z), "logsumexp", "complex");
  EXPECT_SAYS(max(zeros({2, 0})), "max", "axis 1", "[2, 0]", "empty");
  EXPECT_SAYS(argmax(zeros({0})), "argmax", "empty");
  EXPECT_SAYS(mean(zeros({0})), "mean", "[0]");
  EXPECT_SAYS(x.data<float>(), "data", "f64", "f32", "cast()");
  EXPECT_SAYS(x.item(), "item", "[2, 3]", "6");
  EXPECT_SAYS(z[0][0].item(), "complex", "real()");
  EXPECT_SAYS(x[0][0].item<std::int64_t>(), "f64", "cast()");
  EXPECT_SAYS(static_cast<bool>(x > 0.0), "truth", "[2, 3]", "any() or all()");
  EXPECT_SAYS(zeros({-1}), "negative extent", "[-1]");
  EXPECT_SAYS(zeros({std::int64_t{1} << 40, std::int64_t{1} << 40}), "more elements than memory");
  EXPECT_SAYS(broadcast_to(x, {std::int64_t{1} << 60, 2, 3}), "broadcast_to", "more elements");
  EXPECT_SAYS(arange(0, 5, 0), "arange", "step");
  EXPECT_SAYS(arange(0.0, std::numeric_limits<double>::infinity(), 1.0), "arange", "inf");
  EXPECT_SAYS(linspace(0, 1, -2), "linspace", "-2");
  EXPECT_SAYS(random_normal({2}, 1, DType::i64), "random_normal", "i64", "random_integers()");
  EXPECT_SAYS(random_integers({2}, 3, 3, 1), "random_integers", "[3, 3)");
  EXPECT_SAYS(ones({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), "12 axes");
}

TEST(Errors, OfTransforms) {
  const Tensor& x = matrix();
  const auto square_of = [](const Tensor& t) { return t * t; };
  EXPECT_SAYS(grad(square_of)(x), "grad", "real scalar", "f64 [2, 3]", "sum()");
  EXPECT_SAYS(grad([](const Tensor& t) { return sum(t); })(complex_matrix()), "grad", "c128");
  EXPECT_SAYS(grad(square_of)(integers({1})), "grad", "i64", "floating");
  EXPECT_SAYS(grad(square_of, 1)(x), "grad", "argument 1", "1");
  EXPECT_SAYS(jvp(function(square_of), {x}, {ones({2})}), "jvp", "tangent 0", "f64 [2]", "f64 [2, 3]");
  EXPECT_SAYS(jvp(function(square_of), {x}, {complex_matrix()}), "jvp", "c128", "f64");
  EXPECT_SAYS(jvp(function(square_of), {x}, {}), "jvp", "0 tangents", "1 arguments");
  EXPECT_SAYS(vjp(function(square_of), {x}).pullback({ones({3, 2})}), "vjp", "cotangent 0", "[3, 2]", "[2, 3]");
  EXPECT_SAYS(vjp(function(square_of), {x}).pullback({}), "vjp", "0 cotangents", "1 results");
  EXPECT_SAYS(function([](const Tensor& a, const Tensor& b) { return a + b; })({x}), "takes 2", "called with 1");
  EXPECT_SAYS(vmap([](const Tensor& a, const Tensor& b) { return a + b; })(x, ones({3, 3})), "vmap", "argument 1",
              "[3, 3]", "3", "2");
  EXPECT_SAYS(vmap_of(function(square_of), {0, 0})({x}), "vmap", "2 in_axes", "1 arguments");
  EXPECT_SAYS(vmap_of(function(square_of), {std::nullopt})({x}), "vmap", "no argument");
  EXPECT_SAYS(vmap([](const Tensor& t) { return Tensor(t.item()); })(x[0]), "vmap", "where()", "cond()");
  EXPECT_SAYS(checkpoint([](const Tensor& t) { return t > 1.0 ? t : -t; })(x[0][0]), "where()", "cond()");
  CustomRules wrong;
  wrong.vjp = [](const Tensors& t, const Tensors&, const Tensors&) { return Tensors{t[0][0]}; };
  const Function f = custom_rule_of([](const Tensors& t) { return Tensors{sum(t[0])}; }, wrong, "mine");
  EXPECT_SAYS(grad_of(f)({x}), "mine", "vjp rule", "[3]", "[2, 3]");
  EXPECT_SAYS(custom_rule_of(f, {}, "mine"), "mine", "jvp rule or both");
  EXPECT_SAYS(grad([&](const Tensor& t) {
                return custom_rule_of([&](const Tensors& u) { return Tensors{u[0] * t}; }, wrong, "mine")({t})[0];
              })(Tensor(1.0)),
              "mine", "from outside", "argument");
}

TEST(Errors, ThatDependOnDataComeWithEvaluationAndLeaveTheGraphUsable) {
  const Tensor& x = matrix();
  const Tensor bad = gather(x, integers({0, 2}));  // no error yet
  for (int i = 0; i < 2; ++i) {
    const std::string said = message<std::out_of_range>([&] { bad.eval(); });
    EXPECT_NE(said.find("gather: index 2 at position 1"), std::string::npos) << said;
    EXPECT_NE(said.find("extent 2; use -2 to 1"), std::string::npos) << said;
  }
  EXPECT_EQ(sum(x).item(), 21.0);
  // Each axis of an index expression is checked by itself, and so is each element of a batch.
  const std::string row = message<std::out_of_range>([&] { index(x, {integers({-3}), integers({1})}).eval(); });
  EXPECT_NE(row.find("index -3"), std::string::npos) << row;
  EXPECT_NE(row.find("extent 2"), std::string::npos) << row;
  const auto pick = [](const Tensor& t, const Tensor& i) { return gather(t, i); };
  const Tensor rows = reshape(linspace(0, 11, 12), {4, 3});
  for (const std::int64_t i : {-5, -4, 3, 7}) {
    const std::string said = message<std::out_of_range>([&] { vmap(pick)(rows, full({4}, Tensor(i))).eval(); });
    EXPECT_NE(said.find("index " + std::to_string(i)), std::string::npos) << said;
  }
  const auto put = [](const Tensor& t, const Tensor& i) { return scatter_add(t, i, 2); };
  EXPECT_THROW(vmap(put)(rows, reshape(full({12}, Tensor(std::int64_t{-3})), {4, 3})).eval(), std::out_of_range);
}

TEST(Errors, OutOfMemoryNamesTheSizeAndLeavesTheGraphUsable) {
  const Tensor huge = broadcast_to(ones({1}), {std::int64_t{1} << 50}) + 1.0;
  for (int i = 0; i < 2; ++i) {
    const std::string said = message<ResourceError>([&] { huge.eval(); });
    EXPECT_NE(said.find("9007199254740992 bytes"), std::string::npos) << said;
  }
  EXPECT_EQ(slice(huge, 0, {0, 1}).shape(), Shape{1});
  EXPECT_EQ(sum(ones({3})).item(), 3.0);
}

}  // namespace
}  // namespace terrella
