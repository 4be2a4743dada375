// numpy's index expressions, made of slice, reshape and gather.
#include "core/ops/index.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/reduce.h"

namespace terrella {
namespace {

/// Entries without Ellipsis and masks, one for each axis of x or NewAxis.
std::vector<Index> expanded(const Tensor& x, const std::vector<Index>& entries) {
  int named = 0, dots = 0;
  for (const Index& e : entries) {
    if (std::holds_alternative<Ellipsis>(e))
      ++dots;
    else if (const auto* t = std::get_if<Tensor>(&e); t && t->dtype() == DType::boolean)
      named += t->rank();
    else if (!std::holds_alternative<NewAxis>(e))
      ++named;
  }
  if (dots > 1) fail("index: more than one ellipsis");
  if (named > x.rank()) fail("index: ", named, " indices for a tensor of shape ", x.shape());
  std::vector<Index> all;
  int axis = 0;
  const auto fill = [&] {
    for (int i = named; i < x.rank(); ++i, ++axis) all.push_back(Slice{});
  };
  for (const Index& e : entries) {
    if (std::holds_alternative<Ellipsis>(e)) {
      fill();
    } else if (const auto* t = std::get_if<Tensor>(&e); t && t->dtype() == DType::boolean) {
      for (int i = 0; i < t->rank(); ++i, ++axis)
        if (t->shape()[i] != x.shape()[axis])
          fail("index: a mask of shape ", t->shape(), " does not match the axes of a tensor of shape ", x.shape());
      const Tensor where_true = argwhere(*t);
      for (int i = 0; i < t->rank(); ++i)
        all.push_back(reshape(slice(where_true, 1, {i, i + 1}), {where_true.shape()[0]}));
    } else {
      if (!std::holds_alternative<NewAxis>(e)) ++axis;
      all.push_back(e);
    }
  }
  if (dots == 0) fill();
  return all;
}

/// What index() does to x before gathering: slices and single integers, with the gathered axes noted.
struct Plan {
  std::vector<Slice> slices;                     // of every axis of x; integers become a slice of one
  std::vector<bool> dropped;                     // of every axis of x
  std::vector<std::int64_t> new_axes;            // positions in the result of slicing and dropping
  std::vector<std::pair<int, Tensor>> gathered;  // axis after slicing, dropping and inserting; its index
  bool apart = false;                            // the gathered axes are not neighbours in the expression
};

Plan plan(const Tensor& x, const std::vector<Index>& entries) {
  Plan p;
  int axis = 0, out = 0, last = -1;
  const std::vector<Index> all = expanded(x, entries);
  const bool has_tensor =
      std::any_of(all.begin(), all.end(), [](const Index& e) { return std::holds_alternative<Tensor>(e); });
  for (std::size_t position = 0; position < all.size(); ++position) {
    const Index& e = all[position];
    if (std::holds_alternative<NewAxis>(e)) {
      p.new_axes.push_back(out++);
      continue;
    }
    const std::int64_t extent = x.shape()[axis++];
    const auto* number = std::get_if<std::int64_t>(&e);
    if (number && (*number < -extent || *number >= extent))
      fail("index: ", *number, " is out of range for axis ", axis - 1, " of extent ", extent, " (shape ", x.shape(),
           ")");
    if (number && !has_tensor) {
      const std::int64_t i = *number < 0 ? *number + extent : *number;
      p.slices.push_back({i, i + 1});
      p.dropped.push_back(true);
      continue;
    }
    p.dropped.push_back(false);
    if (const auto* s = std::get_if<Slice>(&e)) {
      p.slices.push_back(*s);
    } else {
      // Beside an index tensor a plain integer is one too, as in numpy.
      p.slices.push_back({});
      p.gathered.emplace_back(out, number ? cast(Tensor(*number), DType::i64) : std::get<Tensor>(e));
      if (last >= 0 && static_cast<int>(position) != last + 1) p.apart = true;
      last = static_cast<int>(position);
    }
    ++out;
  }
  return p;
}

Tensor sliced(const Tensor& x, const Plan& p) {
  Tensor y = slice(x, p.slices);
  Shape shape;
  for (int i = 0; i < y.rank(); ++i)
    if (!p.dropped[static_cast<std::size_t>(i)]) shape.push_back(y.shape()[i]);
  for (const std::int64_t at : p.new_axes) shape.insert(static_cast<int>(at), 1);
  return reshape(y, shape);
}

/// The gathered axes merged into one at their first place; and the one index into it.
struct Merged {
  std::vector<std::int64_t> order;  // transposition that brings the gathered axes together
  Shape before_merge, after_merge;  // of the transposed tensor
  int axis;
  Tensor index;
};

Merged merge(const Tensor& y, const Plan& p) {
  Merged m;
  m.axis = p.apart ? 0 : p.gathered[0].first;
  std::vector<bool> taken(static_cast<std::size_t>(y.rank()));
  for (const auto& [axis, index] : p.gathered) taken[static_cast<std::size_t>(axis)] = true;
  for (int i = 0; i < y.rank(); ++i)
    if (!taken[static_cast<std::size_t>(i)]) m.order.push_back(i);
  int at = m.axis;
  for (const auto& [axis, index] : p.gathered) m.order.insert(m.order.begin() + at++, axis);
  std::int64_t merged = 1;
  for (const std::int64_t a : m.order) m.before_merge.push_back(y.shape()[static_cast<int>(a)]);
  m.after_merge = m.before_merge;
  for (std::size_t i = 0; i < p.gathered.size(); ++i) {
    merged *= m.after_merge[m.axis];
    m.after_merge.erase(m.axis);
  }
  m.after_merge.insert(m.axis, merged);
  m.index = Tensor(std::int64_t{0});
  for (const auto& [axis, raw] : p.gathered) {
    if (!is_integer(raw.dtype()))
      fail("index: a tensor of ", name(raw.dtype()), " cannot be an index; use integers or bool");
    const std::int64_t extent = y.shape()[axis];
    m.index = p.gathered.size() == 1 ? raw : m.index * extent + counted_from_front(raw, extent);
  }
  m.index = cast(m.index, DType::i64);
  return m;
}

}  // namespace

Tensor index(const Tensor& x, const std::vector<Index>& entries) {
  const Plan p = plan(x, entries);
  const Tensor y = sliced(x, p);
  if (p.gathered.empty()) return y;
  const Merged m = merge(y, p);
  return gather(reshape(transpose(y, m.order), m.after_merge), m.index, m.axis);
}

Tensor index(const Tensor& x, std::int64_t i) {
  if (x.rank() == 0) fail("index: a scalar has no axis to index");
  return index(x, std::vector<Index>{Index(i)});
}

namespace {

/// Flat positions in x of the elements that x[entries] picks, in its shape.
Tensor positions(const Tensor& x, const std::vector<Index>& entries) {
  return index(reshape(arange(x.size()), x.shape()), entries);
}

}  // namespace

Tensor index_add(const Tensor& x, const std::vector<Index>& entries, const Tensor& value) {
  const Tensor at = positions(x, entries);
  const Tensor change = cast(broadcast_to(value, at.shape()), x.dtype());
  return x + reshape(scatter_add(change, at, x.size()), x.shape());
}

Tensor index_set(const Tensor& x, const std::vector<Index>& entries, const Tensor& value) {
  // Which of several values wins is made definite: the last one, as in numpy.
  const Tensor at = ravel(positions(x, entries));
  const Tensor values = cast(ravel(broadcast_to(value, positions(x, entries).shape())), x.dtype());
  const auto where_to = at.data<std::int64_t>();
  std::vector<std::int64_t> source(static_cast<std::size_t>(x.size()), -1);
  for (std::size_t i = 0; i < where_to.size(); ++i)
    source[static_cast<std::size_t>(where_to[i])] = static_cast<std::int64_t>(i);
  const Tensor from = Tensor::from(source, x.shape());
  if (values.size() == 0) return x;
  return where(from >= 0, gather(values, maximum(from, std::int64_t{0})), x);
}

Tensor argwhere(const Tensor& condition) {
  const Tensor mask = cast(condition, DType::boolean);
  const auto data = mask.data<bool>();
  const Shape& shape = mask.shape();
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!data[i]) continue;
    std::int64_t rest = static_cast<std::int64_t>(i);
    const std::size_t at = found.size();
    found.resize(at + static_cast<std::size_t>(shape.rank()));
    for (int axis = shape.rank(); axis-- > 0;) {
      found[at + static_cast<std::size_t>(axis)] = rest % shape[axis];
      rest /= shape[axis];
    }
  }
  const std::int64_t rank = shape.rank();
  const std::int64_t count = rank ? static_cast<std::int64_t>(found.size()) / rank : 0;
  return Tensor::from(found, {count, rank});
}

}  // namespace terrella
