// Pairs of cheap operations, compiled once for each instruction set. See terrella_kernels in cmake/Terrella.cmake.
#include "core/backend/cpu/pair_kernels.h"

namespace {

#include "core/backend/cpu/scalar.h"

using terrella::cpu::Half;

constexpr bool has_array(int half) { return half < static_cast<int>(Half::with_number); }
constexpr bool has_number(int half) { return !has_array(half) && half < static_cast<int>(Half::negative); }

template <int half, class T>
inline T applied(T y, T operand) {
  constexpr auto operation = static_cast<Half>(has_number(half) ? half - static_cast<int>(Half::with_number) : half);
  if constexpr (operation == Half::add) return y + operand;
  if constexpr (operation == Half::subtract) return y - operand;
  if constexpr (operation == Half::subtract_from) return operand - y;
  if constexpr (operation == Half::multiply) return y * operand;
  if constexpr (operation == Half::minimum) return minimum(y, operand);
  if constexpr (operation == Half::maximum) return maximum(y, operand);
  if constexpr (operation == Half::divide) return y / operand;
  if constexpr (operation == Half::divide_into) return operand / y;
  if constexpr (operation == Half::negative) return -y;
  if constexpr (operation == Half::abs) return abs(y);
  if constexpr (operation == Half::square) return y * y;
  if constexpr (operation == Half::sqrt) return sqrt(y);
}

template <int first, int second, class T>
void pair_loop(const void* x, const void* a, const void* b, void* out, long n) {
  const T* y = static_cast<const T*>(x);
  const T* p = static_cast<const T*>(a);
  const T* q = static_cast<const T*>(b);
  T* r = static_cast<T*>(out);
  const T one_p = has_number(first) ? p[0] : T(0), one_q = has_number(second) ? q[0] : T(0);
#pragma GCC ivdep
  for (long i = 0; i < n; ++i)
    r[i] = applied<second>(applied<first>(y[i], has_array(first) ? p[i] : one_p), has_array(second) ? q[i] : one_q);
}

template <int first, int second>
void fill_second(terrella::cpu::PairTable* table) {
  table->pair[0][first][second] = pair_loop<first, second, float>;
  table->pair[1][first][second] = pair_loop<first, second, double>;
  if constexpr (second > 0) fill_second<first, second - 1>(table);
}
template <int first>
void fill_first(terrella::cpu::PairTable* table) {
  fill_second<first, terrella::cpu::PairTable::halves - 1>(table);
  if constexpr (first > 0) fill_first<first - 1>(table);
}

}  // namespace

#define TERRELLA_JOIN_(a, b) a##b
#define TERRELLA_JOIN(a, b) TERRELLA_JOIN_(a, b)
void terrella::cpu::TERRELLA_JOIN(fill_pairs_, TERRELLA_ISA)(PairTable* table) {
  fill_first<PairTable::halves - 1>(table);
}
