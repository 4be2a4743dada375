#include "tests/core/property.h"

#include "core/check.h"
#include "core/random.h"

namespace terrella::test {
namespace {

/// The floating inputs of a case as one vector, and the case as a function of it.
struct Flat {
  Tensor x;
  Function f;
};

Flat flattened(const Function& f, const Tensors& inputs) {
  Tensors parts;
  for (const Tensor& input : inputs)
    if (is_floating(input.dtype())) parts.push_back(ravel(input));
  const Function g = [f, inputs](const Tensors& flat) {
    Tensors x = inputs;
    std::int64_t start = 0;
    for (Tensor& t : x) {
      if (!is_floating(t.dtype())) continue;
      const std::int64_t stop = start + t.size();
      t = reshape(slice(flat[0], 0, {start, stop}), t.shape());
      start = stop;
    }
    return f(x);
  };
  return {concatenate(parts).eval(), g};
}

Function alone(const Function& f, const Tensors& inputs, std::size_t i) {
  return [f, inputs, i](const Tensors& x) {
    Tensors all = inputs;
    all[i] = x[0];
    return f(all);
  };
}

Function pulled(const Function& f, const Tensor& u) {
  return [f, u](const Tensors& x) { return vjp(f, x).pullback({u}); };
}

Function pushed(const Function& f, const Tensor& v) {
  return [f, v](const Tensors& x) { return jvp(f, x, {v}).tangent; };
}

Tensor direction(const Tensor& like, std::uint64_t seed) { return random_normal(like.shape(), seed, like.dtype()); }

double distance(const Tensor& a, const Tensor& b) {
  const Tensor wide = cast(a, b.dtype());
  const double scale = norm(b).item(), error = norm(wide - b).item();
  return scale > 0 ? error / scale : error;
}

DType wide_of(DType d) { return is_complex(d) ? DType::c128 : DType::f64; }
Tensor widened(const Tensor& x) { return is_floating(x.dtype()) ? cast(x, wide_of(x.dtype())) : x; }

}  // namespace

std::vector<DType> dtypes_of(const std::string& kinds) {
  std::vector<DType> all;
  for (const char kind : kinds) {
    if (kind == 'B') all.push_back(DType::boolean);
    if (kind == 'I') all.insert(all.end(), {DType::i32, DType::i64});
    if (kind == 'R') all.insert(all.end(), {DType::f32, DType::f64});
    if (kind == 'C') all.insert(all.end(), {DType::c64, DType::c128});
  }
  return all;
}

void expect_values(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    SCOPED_TRACE(name(dtype));
    const Tensors x = c.sample(dtype, 1);
    std::vector<Plain> inputs;
    for (const Tensor& t : x) inputs.push_back(plain(t));
    const Plain want = c.reference(inputs);
    long double largest = 0;
    for (const Number& v : want.values) largest = std::max(largest, std::abs(v));
    const Tensor y = c.f(x)[0];
    EXPECT_TRUE(near(y, want, 0, 100 * std::max(epsilon(dtype), epsilon(y.dtype())) * static_cast<double>(largest)));
  }
}

void expect_derivatives_of(const Function& f, const Tensor& x, double difference_tolerance) {
  EXPECT_LT(check::gradient_error(f, x), difference_tolerance) << "jvp, by differences";
  EXPECT_LT(check::dot_product_error(f, x), 1e-12) << "vjp, by jvp";
  const Function back = pulled(f, direction(f({x})[0], 5)), along = pushed(f, direction(x, 6));
  EXPECT_LT(check::gradient_error(back, x), difference_tolerance) << "jvp of vjp, by differences";
  EXPECT_LT(check::dot_product_error(back, x), 1e-12) << "vjp of vjp, by jvp of vjp";
  EXPECT_LT(check::gradient_error(along, x), difference_tolerance) << "jvp of jvp, by differences";
  EXPECT_LT(check::dot_product_error(along, x), 1e-12) << "vjp of jvp, by jvp of jvp";
}

void expect_derivatives(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    if (!c.differentiable || (dtype != DType::f64 && dtype != DType::c128)) continue;
    SCOPED_TRACE(name(dtype));
    const Tensors x = c.sample(dtype, 1);
    const Flat flat = flattened(c.f, x);
    expect_derivatives_of(flat.f, flat.x, c.difference_tolerance);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!is_floating(x[i].dtype())) continue;
      SCOPED_TRACE("input " + std::to_string(i));
      EXPECT_LT(check::gradient_error(alone(c.f, x, i), x[i]), c.difference_tolerance);
      EXPECT_LT(check::dot_product_error(alone(c.f, x, i), x[i]), 1e-12);
    }
  }
}

void expect_single_precision(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    if (!c.differentiable || (dtype != DType::f32 && dtype != DType::c64)) continue;
    SCOPED_TRACE(name(dtype));
    Tensors narrow = c.sample(dtype, 1), wide;
    for (const Tensor& t : narrow) wide.push_back(widened(t));
    const Flat f = flattened(c.f, narrow), g = flattened(c.f, wide);
    EXPECT_LT(check::dot_product_error(f.f, f.x), 1e-5);
    const Tensor u = direction(f.f({f.x})[0], 5), v = direction(f.x, 6), w = direction(f.x, 7);
    const auto compare = [&](const char* what, const Function& a, const Function& b) {
      const Tensor x = a({f.x})[0], y = b({g.x})[0];
      EXPECT_EQ(real_of(x.dtype()), DType::f32) << what;
      EXPECT_LT(distance(x, y), 1e-5) << what;
    };
    const Function back = pulled(f.f, u), wide_back = pulled(g.f, widened(u));
    const Function along = pushed(f.f, v), wide_along = pushed(g.f, widened(v));
    compare("jvp", along, wide_along);
    compare("vjp", back, wide_back);
    compare("jvp of vjp", pushed(back, w), pushed(wide_back, widened(w)));
    compare("vjp of vjp", pulled(back, w), pulled(wide_back, widened(w)));
    compare("jvp of jvp", pushed(along, w), pushed(wide_along, widened(w)));
    compare("vjp of jvp", pulled(along, u), pulled(wide_along, widened(u)));
  }
}

namespace {

constexpr std::int64_t batch = 3;

/// `batch` samples of every input.
std::vector<Tensors> samples(const Case& c, DType dtype) {
  std::vector<Tensors> all;
  for (std::uint64_t b = 0; b < batch; ++b) all.push_back(c.sample(dtype, 11 + b));
  return all;
}

Tensor stacked(const std::vector<Tensors>& all, std::size_t i, std::int64_t axis) {
  Tensors parts;
  for (const Tensors& x : all) parts.push_back(x[i]);
  return stack(parts, axis);
}

void expect_choices(const Case& c, const std::vector<Tensors>& all, double tolerance) {
  const std::size_t count = all[0].size();
  for (std::size_t chosen = 1; chosen < (std::size_t{1} << count); ++chosen) {
    for (const int axis : {0, -1}) {
      SCOPED_TRACE("mapped inputs " + std::to_string(chosen) + ", axis " + std::to_string(axis));
      std::vector<std::optional<int>> in_axes;
      Tensors x;
      for (std::size_t i = 0; i < count; ++i) {
        const bool mapped = chosen >> i & 1;
        in_axes.push_back(mapped ? std::optional<int>(axis) : std::nullopt);
        x.push_back(mapped ? stacked(all, i, axis) : all[0][i]);
      }
      Tensors loop;
      for (const Tensors& one : all) {
        Tensors inputs = all[0];
        for (std::size_t i = 0; i < count; ++i)
          if (in_axes[i]) inputs[i] = one[i];
        loop.push_back(c.f(inputs)[0]);
      }
      const int out_axis = axis == 0 ? -1 : 0;
      EXPECT_TRUE(near(vmap_of(c.f, in_axes, out_axis)(x)[0], stack(loop, out_axis), tolerance));
    }
  }
}

/// The outer vmap maps input 0 (or the only one twice), the inner one the rest.
void expect_nested(const Case& c, const std::vector<Tensors>& all, double tolerance) {
  const std::size_t count = all[0].size();
  std::vector<std::optional<int>> outer(count, std::nullopt), inner(count, 0);
  outer[0] = 0;
  if (count > 1) inner[0] = std::nullopt;
  Tensors x;
  for (std::size_t i = 0; i < count; ++i) x.push_back(stacked(all, i, 0));
  if (count == 1) x[0] = stack({x[0], flip(x[0], {0})});
  Tensors rows;
  for (std::int64_t i = 0; i < x[0].shape()[0]; ++i) {
    Tensors row;
    for (std::int64_t k = 0; k < batch; ++k) {
      Tensors inputs;
      for (std::size_t j = 0; j < count; ++j) inputs.push_back(count == 1 ? x[0][i][k] : j == 0 ? x[0][i] : x[j][k]);
      row.push_back(c.f(inputs)[0]);
    }
    rows.push_back(stack(row));
  }
  EXPECT_TRUE(near(vmap_of(vmap_of(c.f, inner), outer)(x)[0], stack(rows), tolerance)) << "vmap of vmap";
}

void expect_with_derivatives(const Case& c, const std::vector<Tensors>& all, double tolerance) {
  std::vector<Flat> flats;
  Tensors points, cotangents, tangents, back, along, values;
  for (std::size_t b = 0; b < all.size(); ++b) {
    // One function for all: inputs that are not floating stay those of the first sample.
    Tensors inputs = all[b];
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (!is_floating(inputs[i].dtype())) inputs[i] = all[0][i];
    flats.push_back(flattened(c.f, inputs));
    points.push_back(flats[b].x);
    values.push_back(flats[b].f({points[b]})[0]);
    cotangents.push_back(direction(values[b], 20 + b));
    tangents.push_back(direction(points[b], 30 + b));
    back.push_back(vjp(flats[b].f, {points[b]}).pullback({cotangents[b]})[0]);
    along.push_back(jvp(flats[b].f, {points[b]}, {tangents[b]}).tangent[0]);
  }
  const Function f = flats[0].f;
  const Tensor x = stack(points), u = stack(cotangents), v = stack(tangents);
  const Function pull = [f](const Tensors& in) { return vjp(f, {in[0]}).pullback({in[1]}); };
  const Function push = [f](const Tensors& in) { return jvp(f, {in[0]}, {in[1]}).tangent; };
  EXPECT_TRUE(near(vmap_of(pull, {0, 0})({x, u})[0], stack(back), tolerance)) << "vmap of vjp";
  EXPECT_TRUE(near(vmap_of(push, {0, 0})({x, v})[0], stack(along), tolerance)) << "vmap of jvp";
  const Function mapped = vmap_of(f, {0});
  EXPECT_TRUE(near(vjp(mapped, {x}).pullback({u})[0], stack(back), tolerance)) << "vjp of vmap";
  EXPECT_TRUE(near(jvp(mapped, {x}, {v}).tangent[0], stack(along), tolerance)) << "jvp of vmap";
  // One point, many directions: what jacobian() does.
  const Function pull_first = [&](const Tensors& in) { return vjp(f, {points[0]}).pullback(in); };
  Tensors loop;
  for (const Tensor& cotangent : cotangents) loop.push_back(pull_first({cotangent})[0]);
  EXPECT_TRUE(near(vmap_of(pull_first, {0})({u})[0], stack(loop), tolerance)) << "vmap over cotangents";
}

}  // namespace

void expect_vmap(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    if (dtype == DType::f32 || dtype == DType::c64 || dtype == DType::i32) continue;
    SCOPED_TRACE(name(dtype));
    const double tolerance = 100 * epsilon(dtype);
    const std::vector<Tensors> all = samples(c, dtype);
    expect_choices(c, all, tolerance);
    expect_nested(c, all, tolerance);
    if (c.differentiable && is_floating(dtype)) expect_with_derivatives(c, all, 4 * tolerance);
  }
}

}  // namespace terrella::test
