// Memory with one owner is reused; nobody else's may change.
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

Tensor fresh() { return linspace(1, 6, 6) + 0.0; }

void expect_unchanged(const Tensor& x) {
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(x.data<double>()[i], static_cast<double>(i + 1));
}

TEST(InPlace, AChainReusesItsMemory) {
  Tensor x = zeros({1 << 16}) + 1.0;
  x.eval();
  cpu::reset_peak();
  const std::size_t before = cpu::memory_statistics().in_use;
  Tensor y = exp(std::move(x));
  x = 0.0;
  y = sin(y) + 1.0;
  y.eval();
  EXPECT_LT(cpu::memory_statistics().peak, before + (1 << 16));
}

TEST(InPlace, WhatTheUserHoldsStays) {
  const Tensor x = fresh();
  const Tensor y = -x, z = exp(x) + x;
  y.eval(), z.eval();
  expect_unchanged(x);
  const Tensor again = x + 1.0;
  again.eval();
  again.eval();
  EXPECT_EQ(again[0].item(), 2.0);
  expect_unchanged(x);
}

TEST(InPlace, ViewsStay) {
  Tensor x = fresh();
  const Tensor row = reshape(x, {2, 3}), part = slice(x, 0, {2, 4}), back = flip(x), column = transpose(row);
  const Tensor wide = broadcast_to(x, {2, 6}), same = identity(x);
  for (const Tensor& t : {row, part, back, column, wide, same}) t.eval();
  const Tensor y = -std::move(x);
  x = 0.0;
  y.eval();
  expect_unchanged(ravel(row));
  EXPECT_EQ(part[0].item(), 3.0);
  EXPECT_EQ(back[0].item(), 6.0);
  EXPECT_EQ(column[0][1].item(), 4.0);
  EXPECT_EQ(wide[1][5].item(), 6.0);
  expect_unchanged(same);
}

TEST(InPlace, AViewWhoseTensorIsGoneMayBeReusedButItsSiblingStays) {
  Tensor x = fresh();
  x.eval();
  Tensor left = slice(x, 0, {0, 3}), right = slice(x, 0, {3, 6});
  left.eval(), right.eval();
  x = 0.0;
  Tensor y = left * 10.0;
  left = 0.0;
  y.eval();
  EXPECT_EQ(right[0].item(), 4.0);
  EXPECT_EQ(y[2].item(), 30.0);
}

TEST(InPlace, OneTensorTwiceInOneOperation) {
  Tensor y = fresh() + 0.0;
  const Tensor z = y * y - y;
  y = 0.0;
  EXPECT_EQ(z[5].item(), 30.0);
}

TEST(InPlace, ABroadcastPartnerOfTheReusedMemory) {
  Tensor x = reshape(linspace(1, 6, 6), {2, 3}) + 0.0;
  Tensor y = x - slice(x, 0, {0, 1});  // the row is a view of the memory that the result might take
  x = 0.0;
  EXPECT_EQ(max_abs(y - Tensor{{0, 0, 0}, {3, 3, 3}}), 0.0);
  Tensor a = fresh() + 1.0, b = flip(fresh() * 1.0);
  Tensor c = a * b + flip(a);
  a = 0.0, b = 0.0;
  EXPECT_EQ(c[0].item(), 2.0 * 6.0 + 7.0);
}

TEST(InPlace, MemoryOfOthersIsNeverWritten) {
  std::vector<double> theirs = {1, 2, 3, 4, 5, 6};
  static int released = 0;
  released = 0;
  auto* buffer = new Buffer;
  buffer->data = theirs.data();
  buffer->bytes = theirs.size() * sizeof(double);
  buffer->owner = &theirs;
  buffer->release = [](Buffer* b) {
    ++released;
    delete b;
  };
  Array a;
  a.buffer = BufferPointer(buffer);
  a.shape = {6};
  a.strides = {1};
  Tensor y = exp(Tensor::from(std::move(a)));
  y.eval();
  EXPECT_EQ(theirs[0], 1.0);
  EXPECT_EQ(theirs[5], 6.0);
  EXPECT_EQ(released, 1);
}

/// Throws while `failures` is not 0; may write over its input, like an elementwise operation.
class Fragile final : public graph::Op {
 public:
  explicit Fragile(int* failures) : failures_(failures) {}
  std::string_view name() const override { return "fragile"; }
  bool in_place() const override { return true; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    if (*failures_ > 0) {
      --*failures_;
      throw Error("fragile: not yet");
    }
    backend.elementwise(Elementwise::negative, in, out[0]);
  }
  Tensors jvp(const graph::RuleContext&, std::span<const Tensor> t) const override { return {-t[0]}; }
  Tensors vjp(const graph::RuleContext&, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {-g[0]};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override { return {-x[0]}; }

 private:
  int* failures_;
};

TEST(InPlace, AFailedOperationKeepsItsInputs) {
  int failures = 2;
  const Tensor y = graph::make(std::make_shared<Fragile>(&failures), {fresh() * 2.0}, {{6}, DType::f64});
  const Tensor z = y + 1.0;
  EXPECT_THROW(z.eval(), Error);
  EXPECT_THROW(y.eval(), Error);
  EXPECT_FALSE(y.evaluated());
  EXPECT_EQ(z[5].item(), -11.0);
  EXPECT_EQ(y[0].item(), -2.0);
}

TEST(InPlace, AFailureInTheMiddleLeavesTheRestUsable) {
  const Tensor x = fresh(), good = exp(x), bad = gather(x, Tensor::from(std::vector<std::int64_t>{7}, {1}));
  const Tensor both = sum(good) + bad;
  for (int i = 0; i < 3; ++i) EXPECT_THROW(both.eval(), std::out_of_range);
  EXPECT_DOUBLE_EQ(sum(good).item(), (std::exp(6.0) - 1) * std::exp(1.0) / (std::exp(1.0) - 1));
  expect_unchanged(x);
  // Inside transforms too.
  const auto f = [&](const Tensor& t) { return sum(gather(t, Tensor::from(std::vector<std::int64_t>{-9}, {1})) * t); };
  EXPECT_THROW(value_and_grad(f)(x).first.eval(), std::out_of_range);
  EXPECT_EQ(grad([](const Tensor& t) { return sum(t * t); })(x)[1].item(), 4.0);
}

}  // namespace
}  // namespace terrella
