// Rearranging: every result element is an element of an input, named by its position.
#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

using At = std::function<Number(const std::vector<Plain>&, const Position&)>;

/// A case whose element at position i is from(inputs, i).
Case moves(std::string name, Shape out, std::vector<Shape> in, Function f, At from) {
  Case c;
  c.name = std::move(name);
  c.f = std::move(f);
  c.sample = normal(std::move(in));
  c.reference = [out, from](const std::vector<Plain>& x) {
    return build(out, [&](const Position& i) { return from(x, i); });
  };
  c.kinds = "BIRC";
  return c;
}

template <class F>
Function one(F f) {
  return [f](const Tensors& x) { return Tensors{f(x[0])}; };
}

Number flat(const Plain& x, std::int64_t i) { return x.values.at(static_cast<std::size_t>(i)); }

void rearranged(std::vector<Case>& all) {
  all.push_back(moves("reshape", {4, 6}, {{2, 3, 4}}, one([](const Tensor& x) {
                        return reshape(x, {4, -1});
                      }),
                      [](const auto& x, const Position& i) { return flat(x[0], i[0] * 6 + i[1]); }));
  all.push_back(moves("reshape_of_transposed", {24}, {{4, 6}}, one([](const Tensor& x) { return ravel(transpose(x)); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[0] % 4, i[0] / 4});
                      }));
  all.push_back(moves("transpose", {4, 3, 2}, {{2, 3, 4}}, one([](const Tensor& x) { return transpose(x); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[2], i[1], i[0]});
                      }));
  all.push_back(moves("transpose_cyclic", {4, 2, 3}, {{2, 3, 4}}, one([](const Tensor& x) {
                        return transpose(x, {-1, 0, 1});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[1], i[2], i[0]});
                      }));
  all.push_back(moves("swap_axes", {4, 3, 2}, {{2, 3, 4}}, one([](const Tensor& x) { return swap_axes(x, 0, -1); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[2], i[1], i[0]});
                      }));
  all.push_back(moves("move_axis", {3, 4, 2}, {{2, 3, 4}}, one([](const Tensor& x) { return move_axis(x, 0, 2); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[2], i[0], i[1]});
                      }));
  all.push_back(moves("adjoint", {2, 4, 3}, {{2, 3, 4}}, one([](const Tensor& x) { return adjoint(x); }),
                      [](const auto& x, const Position& i) {
                        return std::conj(x[0]({i[0], i[2], i[1]}));
                      }));
  all.push_back(moves("expand_and_squeeze", {3, 1, 2}, {{1, 3, 2}},
                      one([](const Tensor& x) { return squeeze(expand_dims(x, -2), 0); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({0, i[0], i[2]});
                      }));
  all.push_back(moves("squeeze_all", {3, 2}, {{1, 3, 1, 2}}, one([](const Tensor& x) { return squeeze(x); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({0, i[0], 0, i[1]});
                      }));
  all.push_back(moves("broadcast_to", {2, 3, 4}, {{3, 1}}, one([](const Tensor& x) {
                        return broadcast_to(x, {2, 3, 4});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[1], 0});
                      }));
  all.push_back(moves("broadcast_scalar", {2, 3}, {{}}, one([](const Tensor& x) {
                        return broadcast_to(x, {2, 3});
                      }),
                      [](const auto& x, const Position&) { return flat(x[0], 0); }));
  all.push_back(moves("full_of_tensor", {2, 2}, {{}}, one([](const Tensor& x) {
                        return full({2, 2}, x);
                      }),
                      [](const auto& x, const Position&) { return flat(x[0], 0); }));
  all.push_back(moves("identity", {2, 3}, {{2, 3}}, one([](const Tensor& x) { return identity(x); }),
                      [](const auto& x, const Position& i) { return x[0](i); }));
}

void cut(std::vector<Case>& all) {
  all.push_back(moves("slice", {2, 2, 4}, {{5, 6, 4}}, one([](const Tensor& x) {
                        return slice(x, {{1, 4, 2}, {-2, {}, 1}});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({1 + 2 * i[0], 4 + i[1], i[2]});
                      }));
  all.push_back(moves("slice_backwards", {3, 4}, {{5, 4}}, one([](const Tensor& x) {
                        return slice(x, 0, {{}, {}, -2});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({4 - 2 * i[0], i[1]});
                      }));
  all.push_back(moves("slice_of_slice", {2, 2}, {{9, 8}}, one([](const Tensor& x) {
                        return slice(slice(x, {{8, 1, -2}, {1, 7, 2}}), {{1, 3}, {2, 0, -1}});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({8 - 2 * (1 + i[0]), 1 + 2 * (2 - i[1])});
                      }));
  all.push_back(moves("slice_to_nothing", {0, 3}, {{4, 3}}, one([](const Tensor& x) {
                        return slice(x, 0, {3, 1});
                      }),
                      [](const auto& x, const Position&) { return flat(x[0], 0); }));
  all.push_back(moves("flip", {2, 3, 2}, {{2, 3, 2}}, one([](const Tensor& x) {
                        return flip(x, {0, -1});
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({1 - i[0], i[1], 1 - i[2]});
                      }));
  all.push_back(moves("pad", {5, 3}, {{2, 3}}, one([](const Tensor& x) {
                        return pad(x, {{1, 2}, {0, 0}});
                      }),
                      [](const auto& x, const Position& i) {
                        return i[0] >= 1 && i[0] < 3 ? x[0]({i[0] - 1, i[1]}) : Number(0);
                      }));
  all.push_back(moves("split_equal", {2, 2}, {{2, 6}},
                      one([](const Tensor& x) { return split(x, std::int64_t{3}, -1)[1]; }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[0], 2 + i[1]});
                      }));
  all.push_back(moves("split_at", {2, 3}, {{2, 6}}, one([](const Tensor& x) {
                        return split(x, {1, 4}, 1)[1];
                      }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[0], 1 + i[1]});
                      }));
  all.push_back(moves("diagonal", {2, 3}, {{2, 3, 5}}, one([](const Tensor& x) { return diagonal(x); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[0], i[1], i[1]});
                      }));
  all.push_back(moves("diagonal_of_tall", {3}, {{5, 3}}, one([](const Tensor& x) { return diagonal(x); }),
                      [](const auto& x, const Position& i) {
                        return x[0]({i[0], i[0]});
                      }));
  all.push_back(moves("diagonal_matrix", {2, 3, 3}, {{2, 3}}, one([](const Tensor& x) { return diagonal_matrix(x); }),
                      [](const auto& x, const Position& i) {
                        return i[1] == i[2] ? x[0]({i[0], i[1]}) : Number(0);
                      }));
  all.push_back(moves("tril", {2, 3, 4}, {{2, 3, 4}}, one([](const Tensor& x) { return tril(x, 1); }),
                      [](const auto& x, const Position& i) { return i[2] - i[1] <= 1 ? x[0](i) : Number(0); }));
  all.push_back(moves("triu", {4, 3}, {{4, 3}}, one([](const Tensor& x) { return triu(x, -1); }),
                      [](const auto& x, const Position& i) { return i[1] - i[0] >= -1 ? x[0](i) : Number(0); }));
}

void joined(std::vector<Case>& all) {
  all.push_back(moves(
      "concatenate", {2, 6}, {{2, 1}, {2, 3}, {2, 2}}, [](const Tensors& x) { return Tensors{concatenate(x, -1)}; },
      [](const auto& x, const Position& i) {
        return i[1] < 1 ? x[0](i) : i[1] < 4 ? x[1]({i[0], i[1] - 1}) : x[2]({i[0], i[1] - 4});
      }));
  all.push_back(moves(
      "concatenate_with_empty", {3, 2}, {{0, 2}, {3, 2}}, [](const Tensors& x) { return Tensors{concatenate(x)}; },
      [](const auto& x, const Position& i) { return x[1](i); }));
  all.push_back(moves("concatenate_itself", {4}, {{2}}, one([](const Tensor& x) {
                        return concatenate({x, x});
                      }),
                      [](const auto& x, const Position& i) { return x[0]({i[0] % 2}); }));
  all.push_back(moves(
      "stack", {2, 2, 3}, {{2, 3}, {2, 3}}, [](const Tensors& x) { return Tensors{stack(x, 1)}; },
      [](const auto& x, const Position& i) {
        return x[static_cast<std::size_t>(i[1])]({i[0], i[2]});
      }));
  all.push_back(moves(
      "stack_scalars", {2}, {{}, {}}, [](const Tensors& x) { return Tensors{stack(x)}; },
      [](const auto& x, const Position& i) { return flat(x[static_cast<std::size_t>(i[0])], 0); }));
}

}  // namespace

std::vector<Case> shape_cases() {
  std::vector<Case> all;
  rearranged(all);
  cut(all);
  joined(all);
  return all;
}

}  // namespace terrella::test
