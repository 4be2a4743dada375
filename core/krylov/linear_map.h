// core/krylov/linear_map.h: linear maps of one vector, as numbers and as graph. For the files beside it.
#pragma once
#include <memory>
#include <span>

#include "core/graph/subgraph.h"
#include "core/krylov.h"
#include "core/krylov/method.h"

namespace terrella::krylov {

/// Something applied to vectors [n], that depends on parameters.
struct Applied {
  virtual ~Applied() = default;
  /// With these parameters, row-major; the adjoint instead.
  virtual Apply bound(std::span<const Array> parameters, bool adjoint) const = 0;
};

/// The same also as graph: what derivatives are made of.
struct LinearMap : Applied {
  virtual Tensor apply(const Tensor& x, std::span<const Tensor> parameters, bool adjoint) const = 0;
};

/// What a user gave, caught for vectors of one dtype, and the tensors it depends on.
template <class Map>
struct Caught {
  std::shared_ptr<const Map> map;
  Tensors parameters;
  DType dtype;  ///< that it works in
};

/// A square sparse matrix; the parameter is its values.
Caught<LinearMap> caught(const SparseTensor& a, DType dtype);
/// A function of a tensor of that shape; `what` is its name in messages. The dtype becomes complex, or double, where
/// the function makes it so.
Caught<LinearMap> caught(const char* what, const std::function<Tensor(const Tensor&)>& f, const Shape& shape,
                         DType dtype);
/// A preconditioner; no map where there is none.
Caught<Applied> caught(const Preconditioner& preconditioner, const Shape& shape, DType dtype);

}  // namespace terrella::krylov
