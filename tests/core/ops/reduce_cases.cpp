#include <algorithm>

#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

using Numbers = std::vector<Number>;
using Of = std::function<Number(const Numbers&)>;

/// The reference that gathers the elements along `axes` and reduces them by `of`.
std::function<Plain(const std::vector<Plain>&)> over(const std::vector<int>& axes, bool keep, const Of& of) {
  return [=](const std::vector<Plain>& in) {
    const Plain& x = in[0];
    const auto reduced = [&](int axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
    Shape out, extent;
    for (int i = 0; i < x.shape.rank(); ++i) {
      extent.push_back(reduced(i) ? x.shape[i] : 1);
      if (!reduced(i))
        out.push_back(x.shape[i]);
      else if (keep)
        out.push_back(1);
    }
    return build(out, [&](const Position& at) {
      Position base;
      std::size_t next = 0;
      for (int i = 0; i < x.shape.rank(); ++i) {
        if (reduced(i)) {
          base.push_back(0);
          next += keep;
        } else {
          base.push_back(at[next++]);
        }
      }
      Numbers all;
      build(extent, [&](const Position& step) {
        Position from = base;
        for (std::size_t i = 0; i < from.size(); ++i) from[i] += step[i];
        all.push_back(x(from));
        return Number(0);
      });
      return of(all);
    });
  };
}

Number total(const Numbers& v) {
  Number s = 0;
  for (const Number& n : v) s += n;
  return s;
}
Number product(const Numbers& v) {
  Number p = 1;
  for (const Number& n : v) p *= n;
  return p;
}
Number smallest(const Numbers& v) {
  return *std::min_element(v.begin(), v.end(), [](Number a, Number b) { return a.real() < b.real(); });
}
Number largest(const Numbers& v) {
  return *std::max_element(v.begin(), v.end(), [](Number a, Number b) { return a.real() < b.real(); });
}
Number length(const Numbers& v) {
  long double s = 0;
  for (const Number& n : v) s += std::norm(n);
  return std::sqrt(s);
}
Number spread(const Numbers& v) {
  const Number mean = total(v) / static_cast<long double>(v.size());
  long double s = 0;
  for (const Number& n : v) s += std::norm(n - mean);
  return s / static_cast<long double>(v.size());
}

using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);

/// Over all axes, over one in front, in the middle, at the end, over two that are apart, with and without keeping them.
void add(std::vector<Case>& all, const std::string& name, const std::string& kinds, bool differentiable, Reduce f,
         const Of& of) {
  const std::vector<std::pair<const char*, std::vector<int>>> choices = {
      {"all", {0, 1, 2}}, {"first", {0}}, {"middle", {1}}, {"last", {2}}, {"apart", {0, 2}}};
  for (const auto& [label, axes] : choices) {
    for (const bool keep : {false, true}) {
      Case c;
      c.name = name + "_" + label + (keep ? "_kept" : "");
      Axes given(axes.begin(), axes.end());
      if (axes.size() == 3) given.clear();
      if (given.size() == 1) given[0] -= 3;  // counted from the end
      c.f = [f, given, keep = keep](const Tensors& x) { return Tensors{f(x[0], given, keep)}; };
      c.sample = normal({{2, 3, 4}});
      c.reference = over(axes, keep, of);
      c.kinds = kinds;
      c.differentiable = differentiable;
      all.push_back(c);
    }
  }
}

Case single(std::string name, std::string kinds, Shape in, Function f, std::function<Plain(const Plain&)> reference) {
  Case c;
  c.name = std::move(name);
  c.kinds = std::move(kinds);
  c.f = std::move(f);
  c.sample = normal({in});
  c.reference = [reference](const std::vector<Plain>& x) { return reference(x[0]); };
  return c;
}

/// Running results along `axis`.
Plain running(const Plain& x, int axis, const Of& of) {
  return build(x.shape, [&](const Position& at) {
    Numbers all;
    for (std::int64_t i = 0; i <= at[static_cast<std::size_t>(axis)]; ++i) {
      Position from = at;
      from[static_cast<std::size_t>(axis)] = i;
      all.push_back(x(from));
    }
    return of(all);
  });
}

Number first_extremum(const Numbers& v, bool maximum) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < v.size(); ++i)
    if (maximum ? v[i].real() > v[best].real() : v[i].real() < v[best].real()) best = i;
  return static_cast<long double>(best);
}

}  // namespace

std::vector<Case> reduce_cases() {
  std::vector<Case> all;
  add(all, "sum", "BIRC", true, sum, total);
  add(all, "mean", "BIRC", true, mean, [](const Numbers& v) { return total(v) / static_cast<long double>(v.size()); });
  add(all, "prod", "BIRC", true, prod, product);
  add(all, "max", "BIR", true, max, largest);
  add(all, "min", "BIR", true, min, smallest);
  add(all, "any", "BIRC", false, any, [](const Numbers& v) {
    return Number(std::any_of(v.begin(), v.end(), [](Number n) { return n != Number(0); }));
  });
  add(all, "all", "BIRC", false, terrella::all, [](const Numbers& v) {
    return Number(std::all_of(v.begin(), v.end(), [](Number n) { return n != Number(0); }));
  });
  add(all, "norm", "IRC", true, norm, length);
  add(all, "var", "RC", true, var, spread);
  add(all, "logsumexp", "R", true, logsumexp, [](const Numbers& v) {
    long double s = 0;
    for (const Number& n : v) s += std::exp(n.real());
    return Number(std::log(s));
  });
  for (const bool maximum : {false, true}) {
    for (const int axis : {0, 1, 2}) {
      Case c = single(
          std::string(maximum ? "argmax" : "argmin") + "_" + std::to_string(axis), "BIR", {3, 4, 5},
          [maximum, axis](const Tensors& x) { return Tensors{maximum ? argmax(x[0], axis) : argmin(x[0], axis)}; }, {});
      c.reference = over({axis}, false, [maximum](const Numbers& v) { return first_extremum(v, maximum); });
      c.differentiable = false;
      all.push_back(c);
    }
  }
  for (const int axis : {0, 1, 2}) {
    all.push_back(single(
        "cumsum_" + std::to_string(axis), "BIRC", {3, 5, 2},
        [axis](const Tensors& x) { return Tensors{cumsum(x[0], axis)}; },
        [axis](const Plain& x) { return running(x, axis, total); }));
    all.push_back(single(
        "cumprod_" + std::to_string(axis), "BIRC", {3, 5, 2},
        [axis](const Tensors& x) { return Tensors{cumprod(x[0], axis)}; },
        [axis](const Plain& x) { return running(x, axis, product); }));
  }
  all.push_back(single(
      "sum_to", "IRC", {2, 3, 4},
      [](const Tensors& x) {
        return Tensors{sum_to(x[0], {3, 1})};
      },
      [](const Plain& x) {
        return build({3, 1}, [&](const Position& at) {
          Number s = 0;
          for (std::int64_t i = 0; i < 2; ++i)
            for (std::int64_t k = 0; k < 4; ++k) s += x({i, at[0], k});
          return s;
        });
      }));
  Case with_zero = single(
      "prod_with_a_zero", "RC", {5}, [](const Tensors& x) { return Tensors{prod(x[0])}; },
      [](const Plain&) {
        return Plain{{}, {Number(0)}};
      });
  with_zero.sample = [](DType dtype, std::uint64_t seed) {  // by y / x the derivative would be NaN
    return Tensors{index_set(normal({{5}})(dtype, seed)[0], {std::int64_t{1}}, 0.0)};
  };
  all.push_back(with_zero);
  all.push_back(single(
      "sum_of_scalar", "BIRC", {}, [](const Tensors& x) { return Tensors{sum(x[0])}; },
      [](const Plain& x) { return x; }));
  return all;
}

}  // namespace terrella::test
