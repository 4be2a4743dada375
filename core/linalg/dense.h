// core/linalg/dense.h: what the dense factorisations share. For the files beside it.
#pragma once
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/backend/backend.h"
#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/gemm.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/linalg.h"
#include "core/ops/matrix_batch.h"
#include "core/transform.h"

namespace terrella::linalg {

/// Rows, columns and number of the matrices in the last two axes.
struct Stack {
  std::int64_t rows, columns, count;
  explicit Stack(const Shape& shape) : rows(shape[shape.rank() - 2]), columns(shape.back()), count(1) {
    for (int i = 0; i + 2 < shape.rank(); ++i) count *= shape[i];
  }
  std::int64_t size() const { return rows * columns; }
};

/// What a thin factorisation works on: row-major matrices, of m rows and n columns, k = min(m, n).
struct ThinFactorisation {
  Array a;
  Stack stack;
  std::int64_t m, n, k;
};
/// Of the one input; allocates the outputs.
ThinFactorisation thin_factorisation(std::span<const Array> in, std::span<Array> out);

/// Memory for `size` elements of LAPACK's, of matrices with at most `rows` rows, with room of one more column behind
/// them. Complex gemv of Debian's OpenBLAS 0.3.21 (cgemv_n, zgemv_n for AVX2 and AVX-512) loads one element of a
/// strided vector more than it uses; rows of a matrix are such vectors, so that is a column further on, where no page
/// may be mapped.
template <class T>
std::vector<T> lapack_memory(std::int64_t size, std::int64_t rows) {
  std::vector<T> memory;
  memory.reserve(static_cast<std::size_t>(size + rows + 1));
  memory.resize(static_cast<std::size_t>(size));
  return memory;
}

/// x = op(A)^-1 x of row-major x [n, m], for one triangle of A [n, n]; `unit`: its diagonal counts as ones.
template <class T>
void solve_triangle(const T* a, T* x, std::int64_t rows, std::int64_t columns, Triangle triangle, bool unit) {
  cpu::trsm({CblasLeft, triangle.lower, triangle.adjoint ? CblasConjTrans : CblasNoTrans, unit}, rows, columns, a, rows,
            x, columns);
}

/// " number 3 of the batch" where there are several.
std::string which(const Stack& stack, std::int64_t b);

/// SolveError naming the operation where matrix b of the stack at `data` holds NaN or infinity.
template <class T>
void require_finite(std::string_view operation, const Stack& stack, std::int64_t b, const T* data) {
  for (std::int64_t i = b * stack.size(); i < (b + 1) * stack.size(); ++i)
    if (!std::isfinite(std::abs(data[i])))
      throw SolveError(text(operation, ": the matrix", which(stack, b), " holds NaN or infinity"));
}

/// Checks rank and makes integers f64; names the operation.
Tensor matrices(const char* operation, const Tensor& a);
Tensor square_matrices(const char* operation, const Tensor& a);

/// [batch.., rows, columns] with the batch of `like`.
Shape with_matrix(const Shape& like, std::int64_t rows, std::int64_t columns);

/// Calls body(T{}, first, last) for ranges of a batch, in parallel, with T the type of dtype.
template <class Body>
void for_batch(DType dtype, std::int64_t count, std::int64_t flops_each, const Body& body) {
  cpu::require_right_blas();
  with_type(dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_integral_v<T>)
      cpu::parallel_for(count, std::max<std::int64_t>(1, 100000 / std::max<std::int64_t>(1, flops_each)),
                        [&](std::int64_t first, std::int64_t last) { body(T{}, first, last); });
  });
}

/// The vjp that belongs to a jvp rule: the rule is linear in the tangent, its adjoint comes by differentiating it.
Tensors transposed(const std::function<Tensors(const Tensors&)>& jvp_rule, const Tensors& like,
                   std::span<const Tensor> cotangents);

}  // namespace terrella::linalg
