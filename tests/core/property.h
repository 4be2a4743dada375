// tests/core/property.h: what must hold for every operation, checked for one case of it.
#pragma once
#include <functional>
#include <string>

#include "core/transform.h"
#include "tests/core/plain.h"

namespace terrella::test {

/// An operation with a way to make inputs for it. Names are C++ identifiers.
struct Case {
  std::string name;
  Function f;                                                      ///< to one tensor
  std::function<Tensors(DType dtype, std::uint64_t seed)> sample;  ///< what is differentiable has that dtype
  std::function<Plain(const std::vector<Plain>&)> reference;
  std::string kinds = "RC";  ///< dtypes that it takes: B, I, R, C as in elementwise.def
  bool differentiable = true;
  double difference_tolerance = 2e-7;  ///< of central differences, relative
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

/// Dtypes of the kinds.
std::vector<DType> dtypes_of(const std::string& kinds);

/// Values in every dtype against the reference.
void expect_values(const Case& c);
/// f64 and c128: first and second derivatives against central differences, all four nestings of vjp and jvp against
/// each other by dot products; for all floating inputs together and for each alone.
void expect_derivatives(const Case& c);
/// f32 and c64: dot products, and first and second derivatives against those in f64 and c128.
void expect_single_precision(const Case& c);
/// jet() to fourth order against nested jvp, f64 and c128; all floating inputs move together, then each alone.
void expect_taylor(const Case& c);
/// The same for a function of several tensors; `order` 1 to 4.
void expect_taylor_of(const Function& f, const Tensors& x, std::size_t order, double tolerance);
/// vmap against a loop: every choice of mapped inputs, first and last axes, nested, and with vjp and jvp inside and
/// outside.
void expect_vmap(const Case& c);

/// Compiled: values in every dtype; jit of derivatives, derivatives of jit, vmap of both, to third order; against
/// eager.
void expect_jit(const Case& c);

/// Parts of the above for a function of one tensor.
void expect_derivatives_of(const Function& f, const Tensor& x, double difference_tolerance);

}  // namespace terrella::test
