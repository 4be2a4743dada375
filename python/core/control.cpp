// cond, while_loop and scan over nests. Branches and bodies are called once, while the node is built.
#include "core/control.h"

#include <variant>

#include "core/error.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

/// A nest with its tensors taken out.
struct Nest {
  Tensors leaves;
  py::object skeleton;
  Nest(py::handle nest, Leaves kind) : skeleton(flatten(nest, kind, leaves)) {}
  py::object with(const Tensors& x) const {
    std::size_t next = 0;
    return rebuild(skeleton, x, next);
  }
  /// Tensors of a nest that must be built alike.
  Tensors like(py::handle nest, const std::string& what) const {
    Tensors given;
    match(skeleton, nest, what, given);
    for (const Tensor& t : given)
      if (!t.defined()) fail(what, " holds None where a tensor belongs");
    return given;
  }
};

Tensor predicate_of(const py::object& predicate) {
  const Tensor p = to_operand(predicate);
  if (!p.defined()) fail("cond: the predicate is a ", Py_TYPE(predicate.ptr())->tp_name, ", not a tensor or a number");
  return p;
}

py::object python_cond(const py::object& predicate, const py::function& f_true, const py::function& f_false,
                       const py::args& operands) {
  const Tensor p = predicate_of(predicate);
  const Nest given(operands, Leaves::arrays);
  std::optional<Nest> result;
  const auto branch = [&](const py::function& f) -> Function {
    return [&](const Tensors& x) {
      const py::gil_scoped_acquire gil;
      Nest value(f(*given.with(x)), Leaves::numbers);
      const Tensors leaves = value.leaves;
      if (!result) {
        result.emplace(std::move(value));
        return leaves;
      }
      return result->like(value.with(leaves), "cond: result of f_false");
    };
  };
  const Tensors y = [&] {
    const py::gil_scoped_release unlocked;
    return cond(p, branch(f_true), branch(f_false), given.leaves);
  }();
  return result->with(y);
}

py::object python_while_loop(const py::function& condition, const py::function& body, const py::object& initial) {
  const Nest carry(initial, Leaves::numbers);
  const Function test = [&](const Tensors& x) {
    const py::gil_scoped_acquire gil;
    const py::object value = condition(carry.with(x));
    const Tensor holds = to_operand(value);
    if (!holds.defined())
      fail("while_loop: the condition returned a ", Py_TYPE(value.ptr())->tp_name, ", not a tensor");
    return Tensors{holds};
  };
  const Function step = [&](const Tensors& x) {
    const py::gil_scoped_acquire gil;
    return carry.like(body(carry.with(x)), "while_loop: the carry that the body returned");
  };
  const Tensors end = [&] {
    const py::gil_scoped_release unlocked;
    return while_loop(test, step, carry.leaves);
  }();
  return carry.with(end);
}

using States = std::variant<std::int64_t, std::string>;

std::optional<std::int64_t> states_of(const States& checkpoint) {
  if (const auto* count = std::get_if<std::int64_t>(&checkpoint)) return *count;
  const std::string& name = std::get<std::string>(checkpoint);
  if (name == "all") return every_state;
  if (name != "binomial")
    fail("scan: checkpoint '", name, "' is neither 'binomial', 'all' nor a number of states to hold");
  return std::nullopt;
}

py::tuple python_scan(const py::function& body, const py::object& initial, const py::object& xs,
                      std::optional<std::int64_t> length, const States& checkpoint, bool reverse) {
  const Nest carry(initial, Leaves::numbers), x(xs, Leaves::numbers);
  const ScanOptions options{states_of(checkpoint), reverse};
  std::optional<Nest> y;
  const ScanBody step = [&](const Tensors& now, const Tensors& entries) {
    const py::gil_scoped_acquire gil;
    const py::object pair = body(carry.with(now), x.with(entries));
    if (!PyTuple_Check(pair.ptr()) || py::len(pair) != 2)
      fail("scan: the body must return (carry, y), not a ", Py_TYPE(pair.ptr())->tp_name,
           "; y may be None where there is nothing to stack");
    y.emplace(py::object(pair[py::int_(1)]), Leaves::numbers);
    return ScanStep{carry.like(py::object(pair[py::int_(0)]), "scan: the carry that the body returned"), y->leaves};
  };
  const ScanResult result = [&] {
    const py::gil_scoped_release unlocked;
    return scan(step, carry.leaves, x.leaves, length, options);
  }();
  return py::make_tuple(carry.with(result.carry), y->with(result.y));
}

}  // namespace

void bind_control(py::module_& m) {
  m.def("cond", &python_cond, "predicate"_a, "f_true"_a, "f_false"_a,
        R"(f_true(*operands) where the predicate holds, else f_false(*operands); only that one is computed.

predicate : tensor of one element, or a number; not zero is true
operands  : nests of tensors; what f_true and f_false use besides is differentiated too
returns   : what the branches return, nests built alike with tensors of the same shapes and dtypes
raises    : ValueError where the branches differ in that, or the predicate has more elements

Both branches are called once, to be traced, so that cond works where arguments have no values: under vmap, checkpoint
and in loops. A predicate that differs between the elements of a batch becomes where(): both are computed for all.

>>> f = lambda x: tl.cond(x > 0, lambda t: t * t, lambda t: -t, x)
>>> tl.vmap(f)(tl.tensor([-2.0, 3.0]))
tensor([2., 9.]))");
  m.def("while_loop", &python_while_loop, "condition"_a, "body"_a, "initial"_a,
        R"(The first of initial, body(initial), body(body(initial)), ... for which condition(carry) does not hold.

initial : carry, a nest of tensors and numbers
returns : a carry, built like initial
raises  : ValueError where body changes the nest, a shape or a dtype, or condition returns more than one element

Forward mode (jvp) and vmap work: a batch runs until all its elements are done. grad and vjp raise ValueError, since the
states of a loop of unknown length cannot be kept: use scan.

>>> tl.while_loop(lambda c: c < 100, lambda c: 2 * c, 3.0)
tensor(192.))");
  m.def("scan", &python_scan, "body"_a, "carry"_a, "xs"_a = py::none(), "length"_a = py::none(), py::kw_only(),
        "checkpoint"_a = "binomial", "reverse"_a = false,
        R"(carry, y[i] = body(carry, x[i]) for every i, as one node of the graph.

body       : body(carry, x) returns (carry, y); x and y are nests, or None where there are none
carry      : nest of tensors and numbers, whose shapes and dtypes stay
xs         : nest of tensors [length, ...]
length     : number of steps, where there are no xs
checkpoint : states that grad and vjp hold at a time: 'binomial' for about 2 log2(length), a number, or 'all'. What is
             between is computed again, as seldom as possible.
reverse    : from the last x to the first
returns    : (carry, ys), the results of the steps stacked: [length, ...] each
raises     : ValueError where lengths disagree or the body changes the carry's nest, shapes or dtypes

Derivatives of all orders and batches are scans again; the graph does not grow with the length.

>>> tl.scan(lambda c, x: (c + x, c * x), 0.0, tl.tensor([1.0, 2.0, 3.0]))
(tensor(6.), tensor([0., 2., 9.])))");
}

}  // namespace terrella::python
