#include "core/tensor.h"

#include <cstring>
#include <iomanip>
#include <ostream>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops/cast.h"
#include "core/ops/index.h"

namespace terrella {
namespace {

template <class T>
Tensor scalar(T value) {
  Array a = default_backend().empty(dtype_of<T>, {});
  *a.data<T>() = value;
  Tensor x = graph::leaf(std::move(a));
  x.node()->weak = true;
  return x;
}

template <class T>
Tensor vector(std::span<const T> values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

}  // namespace

Tensor::Tensor() : Tensor(vector<double>({})) {}
Tensor::Tensor(double value) : Tensor(scalar(value)) {}
Tensor::Tensor(int value) : Tensor(scalar(std::int64_t{value})) {}
Tensor::Tensor(std::int64_t value) : Tensor(scalar(value)) {}
Tensor::Tensor(bool value) : Tensor(scalar(value)) {}
Tensor::Tensor(std::complex<double> value) : Tensor(scalar(value)) {}
Tensor::Tensor(std::initializer_list<double> values) : Tensor(vector<double>({values.begin(), values.size()})) {}
Tensor::Tensor(std::initializer_list<std::complex<double>> values)
    : Tensor(vector<std::complex<double>>({values.begin(), values.size()})) {}
Tensor::Tensor(const std::vector<double>& values) : Tensor(vector<double>(values)) {}
Tensor::Tensor(const std::vector<std::complex<double>>& values) : Tensor(vector<std::complex<double>>(values)) {}

Tensor::Tensor(std::initializer_list<std::initializer_list<double>> rows) : node_(nullptr) {
  std::vector<double> values;
  const std::size_t columns = rows.size() ? rows.begin()->size() : 0;
  for (const auto& row : rows) {
    if (row.size() != columns)
      fail("Tensor: rows of ", columns, " and ", row.size(), " numbers; all rows must have the same length");
    values.insert(values.end(), row.begin(), row.end());
  }
  *this = from(values, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns)});
}

Tensor Tensor::from(Array array) { return graph::leaf(std::move(array)); }

Tensor Tensor::copied(const void* values, std::int64_t count, DType dtype, const Shape& shape) {
  check_extents("Tensor::from", shape);
  if (count != shape.size()) fail("Tensor::from: ", count, " values for shape ", shape, ", which holds ", shape.size());
  Array a = default_backend().empty(dtype, shape);
  if (count > 0) std::memcpy(a.bytes(), values, static_cast<std::size_t>(count) * size_of(dtype));
  return graph::leaf(std::move(a));
}

const Shape& Tensor::shape() const { return node_->shape; }
DType Tensor::dtype() const { return node_->dtype; }
Device Tensor::device() const { return Device::cpu; }
std::int64_t Tensor::size(int axis) const { return shape()[normal_axis("size", axis, rank())]; }

const Tensor& Tensor::eval() const {
  graph::evaluate({this, 1});
  return *this;
}
bool Tensor::evaluated() const { return node_->done(); }

void eval(std::span<const Tensor> tensors) { graph::evaluate(tensors); }

const void* Tensor::row_major(DType wanted) const {
  if (dtype() != wanted)
    fail("data: the tensor holds ", name(dtype()), ", not ", name(wanted), "; use cast() or the matching type");
  const Tensor held = *this;  // before it is asked whether its memory has been given away
  eval();
  if (node_->value.contiguous()) {
    node_->value.buffer->shown.store(true);
    return node_->value.bytes();
  }
  {
    const graph::NodeLock lock(*node_);
    if (node_->packed) return node_->packed->bytes();
  }
  auto copy = std::make_unique<Array>(terrella::row_major(default_backend(), node_->value));
  const graph::NodeLock lock(*node_);
  if (!node_->packed) node_->packed = std::move(copy);
  return node_->packed->bytes();
}

template <>
std::complex<double> Tensor::item<std::complex<double>>() const {
  if (size() != 1) fail("item: shape ", shape(), " has ", size(), " elements; item() needs exactly one");
  return cast(*this, DType::c128).data<std::complex<double>>()[0];
}
template <>
double Tensor::item<double>() const {
  if (is_complex(dtype())) fail("item: the value is complex; use item<std::complex<double>>(), real() or abs()");
  if (size() != 1) fail("item: shape ", shape(), " has ", size(), " elements; item() needs exactly one");
  return cast(*this, DType::f64).data<double>()[0];
}
template <>
std::int64_t Tensor::item<std::int64_t>() const {
  if (is_floating(dtype())) fail("item: the value is ", name(dtype()), "; use cast() to round it to an integer");
  if (size() != 1) fail("item: shape ", shape(), " has ", size(), " elements; item() needs exactly one");
  return cast(*this, DType::i64).data<std::int64_t>()[0];
}
template <>
bool Tensor::item<bool>() const {
  if (size() != 1) fail("truth of a tensor of shape ", shape(), " is ambiguous; use any() or all()");
  return cast(*this, DType::boolean).data<bool>()[0];
}

Tensor::operator bool() const { return item<bool>(); }

Tensor Tensor::operator[](std::int64_t i) const { return index(*this, i); }

namespace {

template <class T>
void print_value(std::ostream& out, T value) {
  if constexpr (requires { value.real(); }) {
    out << value.real() << (value.imag() < 0 ? "-" : "+") << std::abs(value.imag()) << 'i';
  } else if constexpr (std::is_same_v<T, bool>) {
    out << (value ? "true" : "false");
  } else {
    out << value;
  }
}

template <class T>
void print(std::ostream& out, const T* values, const Shape& shape, int axis, int indent) {
  if (axis == shape.rank()) return print_value(out, *values);
  constexpr std::int64_t edge = 3;
  const std::int64_t n = shape[axis];
  std::int64_t step = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) step *= shape[i];
  out << '[';
  for (std::int64_t i = 0; i < n; ++i) {
    if (i > 0) out << (axis + 1 < shape.rank() ? ",\n" + std::string(static_cast<std::size_t>(indent) + 1, ' ') : ", ");
    if (n > 2 * edge + 1 && shape.size() > 1000 && i == edge) {
      out << "...";
      i = n - edge - 1;
      continue;
    }
    print(out, values + i * step, shape, axis + 1, indent + 1);
  }
  out << ']';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& x) {
  if (!x.defined()) return out << "none";
  with_type(x.dtype(), [&](auto t) { print(out, x.data<decltype(t)>().data(), x.shape(), 0, 0); });
  return out << " (" << name(x.dtype()) << ' ' << x.shape() << ')';
}

}  // namespace terrella
