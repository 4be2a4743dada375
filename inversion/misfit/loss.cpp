#include "inversion/misfit/loss.h"

#include "core/error.h"
#include "core/ops.h"

namespace terrella::inversion {

optimize::Loss huber(double threshold) {
  if (!(threshold > 0)) fail("huber: threshold is ", threshold, "; give a positive number of standard errors");
  const auto value = [threshold](const Tensor& r) {
    const Tensor size = abs(r);
    return where(size <= threshold, 0.5 * square(r), threshold * (size - 0.5 * threshold));
  };
  const auto weight = [threshold](const Tensor& r) { return threshold / maximum(abs(r), threshold); };
  return {"huber", value, weight};
}

optimize::Loss student_t(double nu) {
  if (!(nu > 0)) fail("student_t: ", nu, " degrees of freedom; give a positive number");
  const auto value = [nu](const Tensor& r) { return 0.5 * (nu + 1) * log1p(square(r) / nu); };
  const auto weight = [nu](const Tensor& r) { return (nu + 1) / (nu + square(r)); };
  return {"student_t", value, weight};
}

optimize::Loss absolute(double corner) {
  if (!(corner > 0)) fail("absolute: corner is ", corner, "; give a positive number");
  const auto value = [corner](const Tensor& r) { return sqrt(square(r) + corner * corner) - corner; };
  const auto weight = [corner](const Tensor& r) { return rsqrt(square(r) + corner * corner); };
  return {"absolute", value, weight};
}

}  // namespace terrella::inversion
