// core/tensor.h: the tensor, a cheap value that names a node of a lazy graph.
//
// Operations (core/ops.h) build nodes; reading data, or eval(), runs them. The graph is what the transforms
// (core/transform.h) work on. Shapes, dtypes and axes are checked when a node is built.
#pragma once
#include <complex>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/array.h"
#include "core/dtype.h"
#include "core/shape.h"

namespace terrella {

namespace graph {
struct Node;
void retain(Node*) noexcept;
void release(Node*) noexcept;
}  // namespace graph

class Tensor {
 public:
  /// Empty, f64, shape [0].
  Tensor();
  /// Scalars, shape []. They are weak: 2.0 * x keeps the dtype of x where x is floating.
  Tensor(double value);                // NOLINT: conversions are meant to be implicit
  Tensor(int value);                   // NOLINT
  Tensor(std::int64_t value);          // NOLINT
  Tensor(bool value);                  // NOLINT
  Tensor(std::complex<double> value);  // NOLINT
  /// One axis, f64 or c128.
  Tensor(std::initializer_list<double> values);
  Tensor(std::initializer_list<std::complex<double>> values);
  Tensor(const std::vector<double>& values);                // NOLINT
  Tensor(const std::vector<std::complex<double>>& values);  // NOLINT
  Tensor(std::initializer_list<std::initializer_list<double>> rows);

  /// Row-major copy of `values`, whose count must be shape.size().
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape) {
    return copied(values.data(), static_cast<std::int64_t>(values.size()), dtype_of<T>, shape);
  }
  template <class T>
  static Tensor from(const std::vector<T>& values, const Shape& shape) {
    return from(std::span<const T>(values), shape);
  }
  /// An evaluated leaf around existing data, which is not copied.
  static Tensor from(Array array);
  /// No tensor at all: "no derivative" in rules. Everything but defined() and assignment is forbidden on it.
  static Tensor none() { return Tensor(nullptr, Adopt{}); }
  bool defined() const { return node_ != nullptr; }

  Tensor(const Tensor& o) noexcept : node_(o.node_) {
    if (node_) graph::retain(node_);
  }
  Tensor(Tensor&& o) noexcept : node_(std::exchange(o.node_, nullptr)) {}
  Tensor& operator=(Tensor o) noexcept {
    std::swap(node_, o.node_);
    return *this;
  }
  ~Tensor() {
    if (node_) graph::release(node_);
  }

  const Shape& shape() const;
  DType dtype() const;
  Device device() const;
  int rank() const { return shape().rank(); }
  /// Number of elements.
  std::int64_t size() const { return shape().size(); }
  /// Extent of an axis; negative axes count from the end.
  std::int64_t size(int axis) const;

  /// Runs what is needed to hold this tensor's data.
  const Tensor& eval() const;
  /// True when its data are there.
  bool evaluated() const;
  /// The evaluated, row-major data. T must be the dtype's type.
  template <class T>
  std::span<const T> data() const {
    return {static_cast<const T*>(row_major(dtype_of<T>)), static_cast<std::size_t>(size())};
  }
  template <class T>
  std::vector<T> to_vector() const {
    const auto d = data<T>();
    return {d.begin(), d.end()};
  }
  /// The value of a tensor of one element, converted to T (real T from complex data is an error).
  template <class T = double>
  T item() const;
  /// The truth of a tensor of one element. Under vmap and jit this is an error that names where() and cond().
  explicit operator bool() const;

  /// x[i] along the first axis, as numpy: negative i counts from the end.
  Tensor operator[](std::int64_t i) const;

  graph::Node* node() const { return node_; }
  struct Adopt {};
  Tensor(graph::Node* node, Adopt) noexcept : node_(node) {}

 private:
  static Tensor copied(const void* values, std::int64_t count, DType dtype, const Shape& shape);
  const void* row_major(DType wanted) const;
  graph::Node* node_;
};

template <>
double Tensor::item<double>() const;
template <>
std::complex<double> Tensor::item<std::complex<double>>() const;
template <>
std::int64_t Tensor::item<std::int64_t>() const;
template <>
bool Tensor::item<bool>() const;

/// Runs everything that these tensors need, together.
void eval(std::span<const Tensor> tensors);

/// Values and shape in numpy's manner; long tensors are abridged. Evaluates.
std::ostream& operator<<(std::ostream& out, const Tensor& x);

using Tensors = std::vector<Tensor>;

}  // namespace terrella
