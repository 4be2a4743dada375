// core/ops/reduce.h: sums, products, extrema. Empty `axes` means all axes; keep leaves them with extent 1.
// The order of summation is fixed and pairwise: the number of threads does not change a bit.
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace terrella {

using Axes = std::vector<std::int64_t>;

/// bool and i32 are summed as i64.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keep = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keep = false);
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// Real numbers only; NaN wins. Equal extrema share the derivative.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keep = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// First position of the extremum along an axis, i64.
Tensor argmax(const Tensor& x, std::int64_t axis = -1);
Tensor argmin(const Tensor& x, std::int64_t axis = -1);
Tensor any(const Tensor& x, const Axes& axes = {}, bool keep = false);
Tensor all(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// Euclidean norm, without overflow; its derivative at 0 is 0.
Tensor norm(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// log(sum(exp(x))) without overflow; real numbers.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// Mean of |x - mean|^2.
Tensor var(const Tensor& x, const Axes& axes = {}, bool keep = false);
/// Running sum along an axis.
Tensor cumsum(const Tensor& x, std::int64_t axis = -1);
Tensor cumprod(const Tensor& x, std::int64_t axis = -1);
/// Largest |x| as a number; 0 for an empty tensor. Evaluates.
double max_abs(const Tensor& x);

}  // namespace terrella
