#include "core/krylov/linear_map.h"

#include <mutex>

#include "core/backend/cpu/cpu.h"
#include "core/error.h"
#include "core/ops.h"
#include "core/precondition/kind.h"
#include "core/sparse/product.h"
#include "core/transform/parts.h"

namespace terrella::krylov {
namespace {

/// The same numbers in another shape.
Array seen_as(Array x, const Shape& shape) {
  x.shape = shape;
  x.strides = shape;
  std::int64_t step = 1;
  for (int i = shape.rank(); i-- > 0;) {
    x.strides[i] = step;
    step *= shape[i];
  }
  return x;
}

class SparseMap final : public LinearMap {
 public:
  explicit SparseMap(SparsePattern pattern) : pattern_(std::move(pattern)) {}

  Apply bound(std::span<const Array> parameters, bool adjoint) const override {
    Array values = parameters[0];
    if (adjoint && is_complex(values.dtype)) {
      values = conj(Tensor::from(values)).eval().node()->value;
      values = cpu::row_major(values);
    }
    return [pattern = pattern_, values, adjoint](const Array& x, Array& y) {
      Array out = seen_as(y, {pattern.rows(), 1});
      sparse::multiply(adjoint ? sparse::Side::x : sparse::Side::y, pattern, values, seen_as(x, {pattern.rows(), 1}),
                       out);
    };
  }
  Tensor apply(const Tensor& x, std::span<const Tensor> parameters, bool adjoint) const override {
    const Tensor column = expand_dims(x, 1);
    return squeeze(adjoint ? sparse::product(sparse::Side::x, pattern_, conj(parameters[0]), column)
                           : sparse::product(sparse::Side::y, pattern_, parameters[0], column),
                   -1);
  }

 private:
  SparsePattern pattern_;
};

class FunctionMap final : public LinearMap {
 public:
  FunctionMap(const char* what, graph::Subgraph forward)
      : what_(what), forward_(std::make_shared<graph::Subgraph>(std::move(forward))) {}

  Apply bound(std::span<const Array> parameters, bool adjoint) const override {
    const graph::Subgraph* s = adjoint ? &backward() : forward_.get();
    std::vector<Array> inputs{Array()};
    inputs.insert(inputs.end(), parameters.begin(), parameters.end());
    const Tensor& like = forward_->placeholders[0];
    const Apply apply = [s, inputs, shape = like.shape()](const Array& x, Array& y) mutable {
      inputs[0] = seen_as(x, shape);
      Array out = seen_as(y, shape);
      cpu::copy(graph::run(*s, inputs)[0], out);
      inputs[0] = Array();
    };
    require_linear(apply, like);
    return apply;
  }
  Tensor apply(const Tensor& x, std::span<const Tensor> parameters, bool adjoint) const override {
    Tensors inputs{reshape(x, forward_->placeholders[0].shape())};
    inputs.insert(inputs.end(), parameters.begin(), parameters.end());
    return ravel(graph::play(adjoint ? backward() : *forward_, inputs)[0]);
  }

 private:
  /// A constant that is added is the usual mistake.
  void require_linear(const Apply& apply, const Tensor& like) const {
    Array y = cpu::empty_array(like.dtype(), like.shape());
    apply(cpu::zeros(like.dtype(), like.shape()), y);
    if (any(greater(abs(Tensor::from(y)), Tensor(0.0))).item<bool>())  // NaN is for the solve to tell
      fail(what_, ": the function is not linear: of zero it makes ", max(abs(Tensor::from(y))).item(),
           "; take f(x) - f(0), and its jvp where it is not linear otherwise");
  }
  const graph::Subgraph& backward() const {
    std::call_once(turned_, [&] {
      const Tensors inputs = detail::inputs_of(*forward_);
      detail::Which moving(inputs.size(), false);
      moving[0] = true;
      const auto back = [&](const Tensors& y) {
        Tensors at = y;
        at[0] = zeros_like(y[0]);
        return vjp(detail::of_chosen(detail::playing(forward_), at, moving), {at[0]}).pullback({y[0]});
      };
      backward_ = graph::capture(back, inputs);
    });
    return backward_;
  }
  const char* what_;
  std::shared_ptr<const graph::Subgraph> forward_;
  mutable std::once_flag turned_;
  mutable graph::Subgraph backward_;
};

class MatrixPreconditioner final : public Applied {
 public:
  explicit MatrixPreconditioner(std::shared_ptr<const precondition::OfMatrix> of) : of_(std::move(of)) {}
  Apply bound(std::span<const Array> parameters, bool adjoint) const override {
    return [made = of_->made_for(parameters[0]), adjoint](const Array& r, Array& z) { made->apply(r, z, adjoint); };
  }

 private:
  std::shared_ptr<const precondition::OfMatrix> of_;
};

}  // namespace

Caught<LinearMap> caught(const SparseTensor& a, DType dtype) {
  return {std::make_shared<SparseMap>(a.pattern()), {cast(a.values(), dtype)}, dtype};
}

Caught<LinearMap> caught(const char* what, const std::function<Tensor(const Tensor&)>& f, const Shape& shape,
                         DType dtype) {
  for (;;) {
    DType own = dtype;
    const auto wrapped = [&](const Tensors& x) {
      const Tensor y = f(x[0]);
      if (!(y.shape() == shape))
        fail(what, ": the function makes shape ", y.shape(), " of shape ", shape, "; both must be one");
      own = y.node()->weak ? dtype : common_dtype(x[0], y);
      return Tensors{cast(y, own)};
    };
    graph::Subgraph s = graph::capture(wrapped, {zeros(shape, dtype)});
    if (own != dtype) {
      dtype = own;
      continue;
    }
    Tensors parameters = s.captured;
    return {std::make_shared<FunctionMap>(what, std::move(s)), std::move(parameters), dtype};
  }
}

Caught<Applied> caught(const Preconditioner& preconditioner, const Shape& shape, DType dtype) {
  if (preconditioner.function()) {
    const Caught<LinearMap> f = caught("preconditioner", preconditioner.function(), shape, dtype);
    if (f.dtype != dtype)
      fail("preconditioner: the function makes ", name(f.dtype), " of ", name(dtype), "; it must keep the dtype");
    return {f.map, f.parameters, dtype};
  }
  const auto& of = preconditioner.of_matrix();
  if (!of) return {nullptr, {}, dtype};
  if (is_complex(of->matrix.dtype()) && !is_complex(dtype))
    fail("preconditioner: it is complex, the system is real; make it of a real matrix");
  if (of->matrix.rows() != shape.size())
    fail("preconditioner: it is of ", of->matrix.rows(), " unknowns, the system has ", shape.size());
  return {std::make_shared<MatrixPreconditioner>(of), {cast(of->matrix.values(), dtype)}, dtype};
}

}  // namespace terrella::krylov
