// custom_rule: derivative rules written in Python, called as rule(*arguments, value, derivative...).
#include "core/error.h"
#include "core/ops.h"
#include "core/transform.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

py::list rule_arguments(const Call& call, const Tensors& x, const Tensors& y) {
  py::list arguments;
  for (std::size_t i = 0; i < call.arguments(); ++i) arguments.append(call.argument(i, x));
  arguments.append(call.value(y));
  return arguments;
}

Tensors zeros_for_none(Tensors given, const Tensors& like) {
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!given[i].defined()) given[i] = zeros_like(like[i]);
  return given;
}

CustomRules rules_of(const Call& call, const std::string& name, const py::object& vjp_rule,
                     const py::object& jvp_rule) {
  CustomRules rules;
  if (!vjp_rule.is_none())
    rules.vjp = [call, name, rule = hold(vjp_rule)](const Tensors& x, const Tensors& y, const Tensors& cotangents) {
      const py::gil_scoped_acquire gil;
      py::list arguments = rule_arguments(call, x, y);
      arguments.append(call.value(cotangents));
      py::object result = object_of(rule)(*arguments);
      if (call.arguments() == 1 && !(PyTuple_Check(result.ptr()) && py::len(result) == 1))
        result = py::make_tuple(result);
      return zeros_for_none(call.match_arguments(result, name + ": result of its vjp rule"), x);
    };
  if (!jvp_rule.is_none())
    rules.jvp = [call, name, rule = hold(jvp_rule)](const Tensors& x, const Tensors& y, const Tensors& tangents) {
      const py::gil_scoped_acquire gil;
      py::list arguments = rule_arguments(call, x, y);
      for (std::size_t i = 0; i < call.arguments(); ++i) arguments.append(call.argument(i, tangents));
      const py::object result = object_of(rule)(*arguments);
      return zeros_for_none(call.match_value(result, name + ": result of its jvp rule"), y);
    };
  return rules;
}

py::cpp_function python_custom_rule(const py::function& f, const py::object& vjp_rule, const py::object& jvp_rule,
                                    const std::optional<std::string>& given_name) {
  const std::string name =
      given_name ? *given_name : py::getattr(f, "__name__", py::str("custom_rule")).cast<std::string>();
  if (vjp_rule.is_none() && jvp_rule.is_none()) fail(name, ": give a vjp rule, a jvp rule or both");
  return {[=](const py::args& args, const py::kwargs& kwargs) {
            const Call call(f, args, kwargs, Leaves::arrays);
            const CustomRules rules = rules_of(call, name, vjp_rule, jvp_rule);
            const Tensors results = [&] {
              const py::gil_scoped_release unlocked;
              return custom_rule_of(call.function(), rules, name)(call.leaves());
            }();
            return call.value(results);
          },
          py::name("function_with_rules")};
}

}  // namespace

void bind_custom_rule(py::module_& m) {
  m.def("custom_rule", &python_custom_rule, "f"_a, "vjp"_a = py::none(), "jvp"_a = py::none(), "name"_a = py::none(),
        R"(f with derivative rules of one's own; the one that is missing is derived from the other by transposing it.

vjp : vjp(*arguments, value, cotangent) returns a tuple of cotangents, one for each argument (None is zero)
jvp : jvp(*arguments, value, *tangents) returns the tangent of the value

>>> f = tl.custom_rule(lambda x: x * x, vjp=lambda x, y, g: 3 * x * g)
>>> tl.grad(f)(2.0)
tensor(6.))");
}

}  // namespace terrella::python
