// core/precondition/aggregation.h: which unknowns become one on the next coarser grid, and how values get back from
// there: Vanek, Mandel & Brezina (1996).
#pragma once
#include <cstdint>
#include <vector>

#include "core/precondition/compressed_rows.h"

namespace terrella::precondition {

/// Which off-diagonal entries tie unknowns together.
template <class T>
struct Strength {
  Rows<T> a;
  std::vector<krylov::Real<T>> size;  ///< |a_ii| times the threshold
  Strength(const Rows<T>& matrix, const krylov::Vector<T>& diagonal, double threshold) : a(matrix) {
    for (std::int64_t i = 0; i < a.rows; ++i)
      size.push_back(std::abs(diagonal[i]) * static_cast<krylov::Real<T>>(threshold));
  }
  bool operator()(std::int64_t i, std::int64_t k) const {
    const std::int64_t j = a.column[k];
    return i != j && krylov::square(a.value[k]) > size[static_cast<std::size_t>(i)] * size[static_cast<std::size_t>(j)];
  }
};

struct Aggregates {
  std::vector<std::int32_t> of;  ///< of each unknown; -1 for one that nothing is tied to, which smoothing settles
  std::int32_t count = 0;
};

template <class T>
Aggregates aggregate(const Strength<T>& strong) {
  constexpr std::int32_t none = -1, open = -2;
  const Rows<T>& a = strong.a;
  Aggregates g;
  g.of.assign(static_cast<std::size_t>(a.rows), open);
  const auto of = [&](std::int64_t i) -> std::int32_t& { return g.of[static_cast<std::size_t>(i)]; };
  // An unknown with all its neighbours, where none of them is taken.
  for (std::int64_t i = 0; i < a.rows; ++i) {
    if (of(i) != open) continue;
    bool free = true, alone = true;
    for (std::int64_t k = a.starts[i]; free && k < a.starts[i + 1]; ++k)
      if (strong(i, k)) alone = false, free = of(a.column[k]) == open;
    if (alone) of(i) = none;
    if (alone || !free) continue;
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k)
      if (strong(i, k)) of(a.column[k]) = g.count;
    of(i) = g.count++;
  }
  // The rest joins what it is tied to most.
  std::vector<std::int32_t> joined = g.of;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    if (of(i) != open) continue;
    krylov::Real<T> most = 0;
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k)
      if (strong(i, k) && of(a.column[k]) >= 0 && krylov::square(a.value[k]) > most) {
        most = krylov::square(a.value[k]);
        joined[static_cast<std::size_t>(i)] = of(a.column[k]);
      }
  }
  g.of = std::move(joined);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    if (of(i) != open) continue;
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k)
      if (strong(i, k) && of(a.column[k]) == open) of(a.column[k]) = g.count;
    of(i) = g.count++;
  }
  return g;
}

/// (1 - w D^-1 A) T with T the indicators of the aggregates; entries of A that are not strong are moved to its
/// diagonal.
template <class T>
CompressedRows<T> prolongation(const Strength<T>& strong, const Aggregates& g, const krylov::Vector<T>& diagonal,
                               krylov::Real<T> w) {
  const Rows<T>& a = strong.a;
  return made_of_rows<T>(a.rows, g.count, [&](std::int64_t i, std::int32_t* mark, CompressedRows<T>& out) {
    const std::int32_t own = g.of[static_cast<std::size_t>(i)];
    const std::size_t begin = out.column.size();
    if (own < 0) return;
    T d = diagonal[i];
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k)
      if (a.column[k] != i && !strong(i, k)) d += a.value[k];
    if (!(std::abs(d) > krylov::Real<T>(0.1) * std::abs(diagonal[i]))) d = diagonal[i];
    add_entry(out, mark, begin, own, T(1 - w));
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) {
      const std::int32_t to = g.of[static_cast<std::size_t>(a.column[k])];
      if (to >= 0 && strong(i, k)) add_entry(out, mark, begin, to, -w * a.value[k] / d);
    }
    unmark(out, mark, begin);
  });
}

}  // namespace terrella::precondition
