#include "core/random.h"
#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

std::int64_t integer(const Number& n) { return std::llrint(n.real()); }
std::int64_t wrapped(const Number& n, std::int64_t extent) { return integer(n) < 0 ? integer(n) + extent : integer(n); }

/// Normal x of these shapes and, last, integers in [-extent, extent).
std::function<Tensors(DType, std::uint64_t)> with_index(const std::vector<Shape>& x, const Shape& index,
                                                        std::int64_t extent) {
  return [=](DType dtype, std::uint64_t seed) {
    Tensors all = normal(x)(dtype, seed);
    all.push_back(random_integers(index, -extent, extent, split_seed(seed, 99)));
    return all;
  };
}

Case gather_case(const std::string& name, const Shape& x, const Shape& index, int axis) {
  Case c;
  c.name = "gather_" + name;
  c.kinds = "BIRC";
  c.f = [axis](const Tensors& in) { return Tensors{gather(in[0], in[1], axis)}; };
  c.sample = with_index({x}, index, x[axis]);
  c.reference = [=](const std::vector<Plain>& in) {
    Shape out = x;
    out.erase(axis);
    for (int i = 0; i < index.rank(); ++i) out.insert(axis + i, index[i]);
    return build(out, [&](const Position& at) {
      Position of_index(at.begin() + axis, at.begin() + axis + index.rank()), from(at.begin(), at.begin() + axis);
      from.push_back(wrapped(in[1](of_index), x[axis]));
      from.insert(from.end(), at.begin() + axis + index.rank(), at.end());
      return in[0](from);
    });
  };
  return c;
}

Case scatter_case(const std::string& name, const Shape& x, const Shape& index, int axis, std::int64_t size) {
  Case c;
  c.name = "scatter_add_" + name;
  c.kinds = "BIRC";
  c.f = [axis, size](const Tensors& in) { return Tensors{scatter_add(in[0], in[1], size, axis)}; };
  c.sample = with_index({x}, index, size);
  c.reference = [=](const std::vector<Plain>& in) {
    Shape out = x;
    for (int i = 0; i < index.rank(); ++i) out.erase(axis);
    out.insert(axis, size);
    Plain y = build(out, [](const Position&) { return Number(0); });
    build(x, [&](const Position& at) {
      Position of_index(at.begin() + axis, at.begin() + axis + index.rank()), to(at.begin(), at.begin() + axis);
      to.push_back(wrapped(in[1](of_index), size));
      to.insert(to.end(), at.begin() + axis + index.rank(), at.end());
      const_cast<Number&>(y(to)) += in[0](at);
      return Number(0);
    });
    return y;
  };
  return c;
}

using At = std::function<Number(const std::vector<Plain>&, const Position&)>;

Case picks(const std::string& name, const Shape& x, const Shape& out, std::vector<Index> entries, At from) {
  Case c;
  c.name = "index_" + name;
  c.kinds = "BIRC";
  c.f = [entries](const Tensors& in) { return Tensors{index(in[0], entries)}; };
  c.sample = normal({x});
  c.reference = [out, from](const std::vector<Plain>& in) {
    return build(out, [&](const Position& at) { return from(in, at); });
  };
  return c;
}

Tensor integers(std::vector<std::int64_t> values, const Shape& shape) { return Tensor::from(values, shape); }

void by_expression(std::vector<Case>& all) {
  const std::int64_t one = 1, last = -1;
  all.push_back(picks("integer", {3, 4}, {4}, {last}, [](const auto& x, const Position& i) {
    return x[0]({2, i[0]});
  }));
  all.push_back(picks("integers_to_a_scalar", {3, 4}, {}, {one, last}, [](const auto& x, const Position&) {
    return x[0]({1, 3});
  }));
  all.push_back(
      picks("slice_and_new_axis", {3, 4}, {2, 1, 4}, {Slice{1, {}}, NewAxis{}}, [](const auto& x, const Position& i) {
        return x[0]({1 + i[0], i[2]});
      }));
  all.push_back(
      picks("ellipsis", {2, 3, 4}, {2, 3, 2}, {Ellipsis{}, Slice{0, 3, 2}}, [](const auto& x, const Position& i) {
        return x[0]({i[0], i[1], 2 * i[2]});
      }));
  all.push_back(
      picks("tensor", {4, 3}, {2, 2, 3}, {integers({0, -1, 2, 2}, {2, 2})}, [](const auto& x, const Position& i) {
        const std::int64_t rows[] = {0, 3, 2, 2};
        return x[0]({rows[2 * i[0] + i[1]], i[2]});
      }));
  all.push_back(picks("tensors_that_broadcast", {4, 5}, {2, 3}, {integers({1, -1}, {2, 1}), integers({0, 4, -2}, {3})},
                      [](const auto& x, const Position& i) {
                        const std::int64_t rows[] = {1, 3}, columns[] = {0, 4, 3};
                        return x[0]({rows[i[0]], columns[i[1]]});
                      }));
  all.push_back(picks("tensors_apart", {3, 2, 4}, {2, 2}, {integers({2, 0}, {2}), Slice{}, integers({1, 3}, {2})},
                      [](const auto& x, const Position& i) {  // numpy: apart, so in front
                        const std::int64_t a[] = {2, 0}, b[] = {1, 3};
                        return x[0]({a[i[0]], i[1], b[i[0]]});
                      }));
  all.push_back(picks("tensors_side_by_side", {2, 3, 4}, {2, 2},
                      {Slice{}, integers({2, 0}, {2}), integers({1, 3}, {2})}, [](const auto& x, const Position& i) {
                        const std::int64_t a[] = {2, 0}, b[] = {1, 3};
                        return x[0]({i[0], a[i[1]], b[i[1]]});
                      }));
  all.push_back(picks("integer_beside_tensor", {3, 4, 2}, {2, 2}, {one, integers({3, 0}, {2})},
                      [](const auto& x, const Position& i) {
                        const std::int64_t b[] = {3, 0};
                        return x[0]({1, b[i[0]], i[1]});
                      }));
  const Tensor mask = Tensor::from(std::vector<std::int64_t>{1, 0, 1, 0, 0, 1}, {2, 3}) == 1;
  all.push_back(picks("mask", {2, 3, 2}, {3, 2}, {mask}, [](const auto& x, const Position& i) {
    const std::int64_t rows[] = {0, 0, 1}, columns[] = {0, 2, 2};
    return x[0]({rows[i[0]], columns[i[0]], i[1]});
  }));
}

void changed(std::vector<Case>& all) {
  Case set;
  set.name = "index_set";
  set.kinds = "BIRC";
  set.f = [](const Tensors& in) { return Tensors{index_set(in[0], {integers({2, 0}, {2}), Slice{1, 3}}, in[1])}; };
  set.sample = normal({{3, 4}, {2}});
  set.reference = [](const std::vector<Plain>& in) {
    return build({3, 4},
                 [&](const Position& i) { return i[0] != 1 && i[1] >= 1 && i[1] < 3 ? in[1]({i[1] - 1}) : in[0](i); });
  };
  all.push_back(set);
  Case add;
  add.name = "index_add";
  add.kinds = "IRC";
  add.f = [](const Tensors& in) { return Tensors{index_add(in[0], {integers({2, 0, 2}, {3})}, in[1])}; };
  add.sample = normal({{3, 2}, {3, 2}});
  add.reference = [](const std::vector<Plain>& in) {
    return build({3, 2}, [&](const Position& i) {
      const auto row = [&](std::int64_t r) { return in[1]({r, i[1]}); };
      return in[0](i) + (i[0] == 0 ? row(1) : i[0] == 2 ? row(0) + row(2) : Number(0));
    });
  };
  all.push_back(add);
}

Case where_case(const std::string& name, const Shape& condition, const Shape& x, const Shape& y, const Shape& out) {
  Case c;
  c.name = "where_" + name;
  c.kinds = "BIRC";
  c.f = [](const Tensors& in) { return Tensors{where(in[2] >= 0, in[0], in[1])}; };
  c.sample = with_index({x, y}, condition, 3);
  c.reference = [out](const std::vector<Plain>& in) {
    const auto of = [&](const Plain& p, const Position& at) {
      Position own;
      const std::size_t shift = at.size() - static_cast<std::size_t>(p.shape.rank());
      for (int i = 0; i < p.shape.rank(); ++i)
        own.push_back(p.shape[i] == 1 ? 0 : at[shift + static_cast<std::size_t>(i)]);
      return p(own);
    };
    return build(out, [&](const Position& at) { return of(in[2], at).real() >= 0 ? of(in[0], at) : of(in[1], at); });
  };
  return c;
}

}  // namespace

std::vector<Case> index_cases() {
  std::vector<Case> all = {
      gather_case("first", {4, 3}, {5}, 0),
      gather_case("middle", {2, 5, 3}, {4}, 1),
      gather_case("last", {2, 3}, {2, 2}, 1),
      gather_case("scalar_index", {4, 3}, {}, 0),
      gather_case("nothing", {4, 3}, {0}, 0),
      gather_case("matrix_of_indices", {2, 4, 2}, {3, 2}, 1),
      scatter_case("first", {5, 3}, {5}, 0, 4),
      scatter_case("middle", {2, 4, 3}, {4}, 1, 3),
      scatter_case("last", {2, 2, 3}, {2, 3}, 1, 5),
      scatter_case("scalar_index", {3}, {}, 0, 4),
      scatter_case("nothing", {0, 2}, {0}, 0, 3),
      where_case("equal_shapes", {3, 4}, {3, 4}, {3, 4}, {3, 4}),
      where_case("broadcast", {3, 1}, {4}, {2, 3, 1}, {2, 3, 4}),
      where_case("scalars", {5}, {}, {}, {5}),
  };
  by_expression(all);
  changed(all);
  Case clipped;
  clipped.name = "clip";
  clipped.kinds = "IR";
  clipped.f = [](const Tensors& in) { return Tensors{clip(in[0], in[1], in[1] + 1)}; };
  clipped.sample = normal({{4, 3}, {3}});
  clipped.reference = [](const std::vector<Plain>& in) {
    return build({4, 3}, [&](const Position& i) {
      const long double low = in[1]({i[1]}).real();
      return Number(std::min(std::max(in[0](i).real(), low), low + 1));
    });
  };
  all.push_back(clipped);
  return all;
}

}  // namespace terrella::test
