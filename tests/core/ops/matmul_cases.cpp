#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

/// Product of the last two axes by the definition, leading axes broadcast; vectors as numpy has them.
Plain product(const std::vector<Plain>& in) {
  Plain x = in[0], y = in[1];
  const bool row = x.shape.rank() == 1, column = y.shape.rank() == 1;
  if (row) x.shape.insert(0, 1);
  if (column) y.shape.insert(1, 1);
  const int rx = x.shape.rank(), ry = y.shape.rank(), rank = std::max(rx, ry);
  Shape shape = Shape::filled(rank, 1);
  for (int i = 0; i < rank - 2; ++i) {
    const std::int64_t a = i - (rank - rx) < 0 ? 1 : x.shape[i - (rank - rx)],
                       b = i - (rank - ry) < 0 ? 1 : y.shape[i - (rank - ry)];
    shape[i] = a == 1 ? b : a;
  }
  shape[rank - 2] = x.shape[rx - 2];
  shape[rank - 1] = y.shape[ry - 1];
  const auto batch = [&](const Plain& p, const Position& at) {
    Position own;
    for (int i = rank - p.shape.rank(); i < rank - 2; ++i)
      own.push_back(p.shape[i - (rank - p.shape.rank())] == 1 ? 0 : at[static_cast<std::size_t>(i)]);
    return own;
  };
  Plain z = build(shape, [&](const Position& at) {
    Position a = batch(x, at), b = batch(y, at);
    a.insert(a.end(), {at[static_cast<std::size_t>(rank - 2)], 0});
    b.insert(b.end(), {0, at[static_cast<std::size_t>(rank - 1)]});
    Number total = 0;
    for (std::int64_t k = 0; k < x.shape.back(); ++k) {
      a.back() = k;
      b[b.size() - 2] = k;
      total += x(a) * y(b);
    }
    return total;
  });
  if (column) z.shape.erase(rank - 1);
  if (row) z.shape.erase(rank - 2);
  return z;
}

Case matmul_case(std::string name, const Shape& x, const Shape& y) {
  Case c;
  c.name = "matmul_" + std::move(name);
  c.f = [](const Tensors& in) { return Tensors{matmul(in[0], in[1])}; };
  c.sample = normal({x, y});
  c.reference = product;
  c.kinds = "IRC";
  return c;
}

}  // namespace

std::vector<Case> matmul_cases() {
  std::vector<Case> all = {
      matmul_case("matrices", {3, 4}, {4, 2}),
      matmul_case("large", {23, 31}, {31, 19}),
      matmul_case("batch", {2, 3, 4}, {2, 4, 5}),
      matmul_case("batch_on_the_left", {2, 3, 4}, {4, 5}),
      matmul_case("batch_on_the_right", {3, 4}, {2, 4, 5}),
      matmul_case("broadcast", {2, 1, 3, 4}, {3, 4, 2}),
      matmul_case("vector_left", {4}, {4, 3}),
      matmul_case("vector_right", {3, 4}, {4}),
      matmul_case("vectors", {4}, {4}),
      matmul_case("vector_and_batch", {4}, {2, 4, 3}),
      matmul_case("batch_and_vector", {2, 3, 4}, {4}),
      matmul_case("nothing_to_sum", {2, 0}, {0, 3}),
      matmul_case("no_rows", {0, 3}, {3, 2}),
  };
  Case transposed = matmul_case("of_transposed", {4, 3}, {2, 4});
  transposed.f = [](const Tensors& in) { return Tensors{matmul(transpose(in[0]), transpose(in[1]))}; };
  transposed.reference = [](const std::vector<Plain>& in) {
    const auto t = [](const Plain& p) {
      return build({p.shape[1], p.shape[0]}, [&](const Position& i) { return p({i[1], i[0]}); });
    };
    return product({t(in[0]), t(in[1])});
  };
  all.push_back(transposed);

  Case inner_case;
  inner_case.name = "inner";
  inner_case.f = [](const Tensors& in) { return Tensors{inner(in[0], in[1])}; };
  inner_case.sample = normal({{2, 3}, {2, 3}});
  inner_case.reference = [](const std::vector<Plain>& in) {
    Number total = 0;
    for (std::size_t i = 0; i < in[0].values.size(); ++i) total += std::conj(in[0].values[i]) * in[1].values[i];
    return Plain{{}, {Number(total.real())}};
  };
  all.push_back(inner_case);

  Case outer_case;
  outer_case.name = "outer";
  outer_case.f = [](const Tensors& in) { return Tensors{outer(in[0], in[1])}; };
  outer_case.sample = normal({{2}, {3}});
  outer_case.reference = [](const std::vector<Plain>& in) {
    return build({2, 3}, [&](const Position& i) { return in[0]({i[0]}) * in[1]({i[1]}); });
  };
  all.push_back(outer_case);

  Case dot_case = matmul_case("by_dot", {3, 4}, {4});
  dot_case.f = [](const Tensors& in) { return Tensors{dot(in[0], in[1])}; };
  all.push_back(dot_case);
  return all;
}

}  // namespace terrella::test
