// core/dtype.h: element types and how they combine.
#pragma once
#include <complex>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace terrella {

enum class DType : std::uint8_t { boolean, i32, i64, f32, f64, c64, c128 };
inline constexpr int dtype_count = 7;

/// Bytes of one element.
constexpr std::size_t size_of(DType d) {
  constexpr std::size_t bytes[] = {1, 4, 8, 4, 8, 8, 16};
  return bytes[static_cast<int>(d)];
}
constexpr bool is_complex(DType d) { return d >= DType::c64; }
constexpr bool is_real_floating(DType d) { return d == DType::f32 || d == DType::f64; }
constexpr bool is_floating(DType d) { return d >= DType::f32; }  ///< real or complex: differentiable
constexpr bool is_integer(DType d) { return d == DType::i32 || d == DType::i64; }

/// c64 -> f32, c128 -> f64, others themselves.
constexpr DType real_of(DType d) { return d == DType::c64 ? DType::f32 : d == DType::c128 ? DType::f64 : d; }
/// f32 -> c64; f64, integers and bool -> c128.
constexpr DType complex_of(DType d) { return d == DType::f32 || d == DType::c64 ? DType::c64 : DType::c128; }
/// Integers and bool -> f64, others themselves.
constexpr DType floating_of(DType d) { return is_floating(d) ? d : DType::f64; }

/// The smallest type that holds both, where an integer joins a floating type without widening it (i64 + f32 = f32)
/// and real joins complex at the wider precision (f64 + c64 = c128).
DType promote(DType a, DType b);

/// "bool", "i32", ... "c128".
std::string_view name(DType d);

template <class T>
struct dtype_of_type;
template <>
struct dtype_of_type<bool> {
  static constexpr DType value = DType::boolean;
};
template <>
struct dtype_of_type<std::int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct dtype_of_type<std::int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct dtype_of_type<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct dtype_of_type<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct dtype_of_type<std::complex<float>> {
  static constexpr DType value = DType::c64;
};
template <>
struct dtype_of_type<std::complex<double>> {
  static constexpr DType value = DType::c128;
};
template <class T>
inline constexpr DType dtype_of = dtype_of_type<T>::value;

/// Calls f with a value of the C++ type of `d`, so that f's parameter type tells it.
template <class F>
decltype(auto) with_type(DType d, F&& f) {
  switch (d) {
    case DType::boolean:
      return f(bool{});
    case DType::i32:
      return f(std::int32_t{});
    case DType::i64:
      return f(std::int64_t{});
    case DType::f32:
      return f(float{});
    case DType::f64:
      return f(double{});
    case DType::c64:
      return f(std::complex<float>{});
    case DType::c128:
      break;
  }
  return f(std::complex<double>{});
}

}  // namespace terrella
