#include "tests/core/transform/comparison.h"

#include "core/ops.h"
#include "core/random.h"

namespace terrella::tests {

void expect_same(const Tensors& a, const Tensors& b, double tolerance, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].shape(), b[i].shape()) << what << ", tensor " << i;
    EXPECT_LE(max_abs(a[i] - b[i]), tolerance * (1 + max_abs(b[i]))) << what << ", tensor " << i;
  }
}

namespace {

Tensors all_derivatives(const Function& f, const Tensors& p) {
  Tensors u, v;
  std::uint64_t seed = 10;
  const Tensors y = f(p);
  for (const Tensor& t : y) u.push_back(random_normal(t.shape(), seed++, t.dtype()));
  for (const Tensor& t : p) v.push_back(random_normal(t.shape(), seed++, t.dtype()));
  const Function pull = [&](const Tensors& x) { return vjp(f, x).pullback(u); };
  const Function push = [&](const Tensors& x) { return jvp(f, x, v).tangent; };
  Tensors all = y;
  const auto note = [&](const Tensors& more) { all.insert(all.end(), more.begin(), more.end()); };
  note(pull(p));
  note(push(p));
  const Function pull_push = [&](const Tensors& x) { return jvp(pull, x, v).tangent; };
  const Function pull_pull = [&](const Tensors& x) { return vjp(pull, x).pullback(v); };
  const Function push_pull = [&](const Tensors& x) { return vjp(push, x).pullback(u); };
  note(jvp(push, p, v).tangent);
  note(pull_push(p));
  note(pull_pull(p));
  note(push_pull(p));
  note(vjp(pull_pull, p).pullback(v));
  note(jvp(pull_pull, p, v).tangent);
  note(vjp(pull_push, p).pullback(v));
  note(jvp(push_pull, p, v).tangent);
  // The pullback as a function of its cotangents.
  const Function of_seed = [&](const Tensors& c) { return vjp(f, p).pullback(c); };
  note(vjp(of_seed, u).pullback(v));
  note(jvp(of_seed, u, u).tangent);
  return all;
}

}  // namespace

void expect_same_transforms(const Function& a, const Function& b, const Tensors& x, const std::string& what) {
  expect_same(all_derivatives(a, x), all_derivatives(b, x), 1e-12, what);
}

void expect_message(const std::function<void()>& f, const std::string& part) {
  try {
    f();
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

}  // namespace terrella::tests
