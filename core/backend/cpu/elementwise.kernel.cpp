// The loops of elementwise.def, compiled once for each instruction set. See terrella_kernels in cmake/Terrella.cmake.
#include "core/backend/cpu/elementwise_kernels.h"

namespace {

#include "core/backend/cpu/scalar.h"

enum Code {
#define UNARY(name, ...) code_##name,
#define UNARY_RULES(name, ...) code_##name,
#define BINARY(name, ...) code_##name,
#define COMPARE(name, ...) code_##name,
#include "core/ops/elementwise.def"
  code_count
};
static_assert(code_count < terrella::cpu::ElementwiseTable::operations);

// One type an operation; apply() is its body.
#define TERRELLA_UNARY_BODY(name, body) \
  struct Body_##name {                  \
    template <class T>                  \
    static inline auto apply(T x) {     \
      return body;                      \
    }                                   \
  };
#define TERRELLA_BINARY_BODY(name, body) \
  struct Body_##name {                   \
    template <class T>                   \
    static inline auto apply(T x, T y) { \
      return body;                       \
    }                                    \
  };
#define UNARY(name, kinds, domain, body, derivative, help) TERRELLA_UNARY_BODY(name, body)
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) TERRELLA_UNARY_BODY(name, body)
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help) TERRELLA_BINARY_BODY(name, body)
#define COMPARE(name, kinds, body, help) TERRELLA_BINARY_BODY(name, body)
#include "core/ops/elementwise.def"

// What bodies call is inlined, however long, so that loops are vectors.
#define TERRELLA_INLINED __attribute__((flatten))

template <class Body, class T>
TERRELLA_INLINED void unary_loop(const void* x, void* out, long n) {
  using R = decltype(Body::template apply<T>(T()));
  const T* a = static_cast<const T*>(x);
  R* r = static_cast<R*>(out);  // may be a itself
#pragma GCC ivdep
  for (long i = 0; i < n; ++i) r[i] = Body::template apply<T>(a[i]);
}

// Numbers of many radians go to the C library one by one; see math/circle.h.
template <class Body>
struct Library;
template <>
struct Library<Body_sin> {
  static double apply(double x) { return static_cast<double>(__builtin_sinl(x)); }
};
template <>
struct Library<Body_cos> {
  static double apply(double x) { return static_cast<double>(__builtin_cosl(x)); }
};
template <>
struct Library<Body_tan> {
  static double apply(double x) { return static_cast<double>(__builtin_tanl(x)); }
};

template <class Body, class T>
TERRELLA_INLINED void periodic_loop(const void* x, void* out, long n) {
  constexpr long block = 256;
  const T* a = static_cast<const T*>(x);
  T* r = static_cast<T*>(out);  // may be a itself
  for (; n > 0; a += block, r += block, n -= block) {
    const long m = n < block ? n : block;
    int many = 0;
    for (long i = 0; i < m; ++i) many |= many_radians(a[i]);
    if (!many) {
#pragma GCC ivdep
      for (long i = 0; i < m; ++i) r[i] = Body::template apply<T>(a[i]);
    } else {
      for (long i = 0; i < m; ++i)
        r[i] = many_radians(a[i]) ? static_cast<T>(Library<Body>::apply(a[i])) : Body::template apply<T>(a[i]);
    }
  }
}

template <class Body, class T>
TERRELLA_INLINED void binary_loop(const void* x, long stride_x, const void* y, long stride_y, void* out, long n) {
  using R = decltype(Body::template apply<T>(T(), T()));
  const T* a = static_cast<const T*>(x);
  const T* b = static_cast<const T*>(y);
  R* r = static_cast<R*>(out);
  if (stride_x && stride_y) {
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) r[i] = Body::template apply<T>(a[i], b[i]);
  } else if (stride_x) {
    const T c = b[0];
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) r[i] = Body::template apply<T>(a[i], c);
  } else if (stride_y) {
    const T c = a[0];
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) r[i] = Body::template apply<T>(c, b[i]);
  } else {
    const R c = Body::template apply<T>(a[0], b[0]);
    for (long i = 0; i < n; ++i) r[i] = c;
  }
}

using Table = terrella::cpu::ElementwiseTable;
enum { boolean, i32, i64, f32, f64, complex64, complex128 };  // the order of DType

#define UNARY_B(name) table->unary[code_##name][boolean] = unary_loop<Body_##name, bool>;
#define UNARY_I(name)                                            \
  table->unary[code_##name][i32] = unary_loop<Body_##name, int>; \
  table->unary[code_##name][i64] = unary_loop<Body_##name, long>;
#define UNARY_R(name)                                              \
  table->unary[code_##name][f32] = unary_loop<Body_##name, float>; \
  table->unary[code_##name][f64] = unary_loop<Body_##name, double>;
#define UNARY_C(name)                                                  \
  table->unary[code_##name][complex64] = unary_loop<Body_##name, c64>; \
  table->unary[code_##name][complex128] = unary_loop<Body_##name, c128>;
#define UNARY_RC(name) UNARY_R(name) UNARY_C(name)
#define UNARY_IR(name) UNARY_I(name) UNARY_R(name)
#define UNARY_IRC(name) UNARY_I(name) UNARY_RC(name)

#define BINARY_B(name) table->binary[code_##name][boolean] = binary_loop<Body_##name, bool>;
#define BINARY_I(name)                                             \
  table->binary[code_##name][i32] = binary_loop<Body_##name, int>; \
  table->binary[code_##name][i64] = binary_loop<Body_##name, long>;
#define BINARY_R(name)                                               \
  table->binary[code_##name][f32] = binary_loop<Body_##name, float>; \
  table->binary[code_##name][f64] = binary_loop<Body_##name, double>;
#define BINARY_C(name)                                                   \
  table->binary[code_##name][complex64] = binary_loop<Body_##name, c64>; \
  table->binary[code_##name][complex128] = binary_loop<Body_##name, c128>;
#define BINARY_RC(name) BINARY_R(name) BINARY_C(name)
#define BINARY_IR(name) BINARY_I(name) BINARY_R(name)
#define BINARY_IRC(name) BINARY_I(name) BINARY_RC(name)
#define BINARY_BIR(name) BINARY_B(name) BINARY_IR(name)
#define BINARY_BIRC(name) BINARY_B(name) BINARY_IRC(name)

void fill(Table* table) {
#define UNARY(name, kinds, domain, body, derivative, help) UNARY_##kinds(name)
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) UNARY_##kinds(name)
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help) BINARY_##kinds(name)
#define COMPARE(name, kinds, body, help) BINARY_##kinds(name)
#include "core/ops/elementwise.def"
  table->unary[code_sin][f32] = periodic_loop<Body_sin, float>;
  table->unary[code_sin][f64] = periodic_loop<Body_sin, double>;
  table->unary[code_cos][f32] = periodic_loop<Body_cos, float>;
  table->unary[code_cos][f64] = periodic_loop<Body_cos, double>;
  table->unary[code_tan][f32] = periodic_loop<Body_tan, float>;
  table->unary[code_tan][f64] = periodic_loop<Body_tan, double>;
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_elementwise_, TERRELLA_ISA)(ElementwiseTable* table) { fill(table); }
