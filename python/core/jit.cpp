// Compiled functions. What a call is compiled for: how its arguments nest, shapes and dtypes of the tensors in them,
// the values of all else.
#include "core/jit.h"

#include <algorithm>
#include <list>

#include "core/error.h"
#include "core/graph/node.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

/// Arguments of a call, apart by what becomes of them.
struct Arguments {
  py::tuple followed;  // (positional, by name): nests with tensors
  py::tuple fixed;     // (positional, by name): compiled into the program
};

class CompiledFunction {
 public:
  CompiledFunction(py::function f, std::vector<int> static_argnums, std::vector<std::string> static_argnames)
      : f_(std::move(f)), numbers_(std::move(static_argnums)), names_(std::move(static_argnames)) {}

  py::object operator()(const py::args& args, const py::kwargs& kwargs) {
    Tensors leaves;
    if (Entry* entry = plain_entry(args, kwargs, leaves)) {
      last_ = entry;
      return entry->call.value(results(*entry, leaves));
    }
    leaves.clear();
    const Arguments arguments = apart(args, kwargs);
    const py::object skeleton = flatten(arguments.followed, Leaves::numbers, leaves);
    Entry& entry = entry_for(arguments, skeleton, leaves);
    last_ = &entry;
    const Tensors made = results(entry, leaves);
    entry.traced = true;
    entry.plain = kwargs.empty() && numbers_.empty() && names_.empty() &&
                  std::all_of(args.begin(), args.end(), [](py::handle x) { return as_tensor(x) != nullptr; });
    return entry.call.value(made);
  }

  JitReport report() const {
    if (!last_) fail("jit: the function has not been called yet; call it once, then ask for its report");
    const py::gil_scoped_release unlocked;
    return last_->jit.report();
  }
  std::size_t compiled() const { return entries_.size(); }

 private:
  struct Entry {
    py::object skeleton, fixed;
    std::vector<graph::Aval> avals;
    std::vector<bool> weak;
    Call call;
    Jit jit;
    bool traced = false;
    bool plain = false;  ///< called with tensors alone, one an argument
  };

  static Tensors results(const Entry& entry, const Tensors& leaves) {
    const py::gil_scoped_release unlocked;
    return entry.jit(leaves);
  }

  /// The program for a call with tensors alone, as most are, without a search of nests. Fills `leaves`.
  Entry* plain_entry(const py::args& args, const py::kwargs& kwargs, Tensors& leaves) {
    if (PyDict_GET_SIZE(kwargs.ptr()) > 0 || !numbers_.empty() || !names_.empty()) return nullptr;
    leaves.reserve(args.size());
    for (std::size_t i = 0; i < args.size(); ++i) {
      const Tensor* x = as_tensor(PyTuple_GET_ITEM(args.ptr(), static_cast<Py_ssize_t>(i)));
      if (!x) return nullptr;
      leaves.push_back(*x);
    }
    for (Entry& entry : entries_)
      if (entry.plain && matches(entry, leaves)) return &entry;
    return nullptr;
  }

  bool is_fixed(std::size_t i, std::size_t count) const {
    return std::any_of(numbers_.begin(), numbers_.end(),
                       [&](int n) { return static_cast<std::size_t>(n < 0 ? n + static_cast<int>(count) : n) == i; });
  }

  Arguments apart(const py::args& args, const py::kwargs& kwargs) const {
    if (numbers_.empty() && names_.empty()) return {py::make_tuple(args, kwargs), py::tuple()};
    py::list followed, fixed;
    for (std::size_t i = 0; i < args.size(); ++i) {
      const bool constant = is_fixed(i, args.size());
      followed.append(constant ? py::none() : py::object(args[i]));
      fixed.append(constant ? py::object(args[i]) : py::none());
    }
    py::dict followed_names, fixed_names;
    for (const auto& [name, value] : kwargs) {
      const bool constant = std::find(names_.begin(), names_.end(), name.cast<std::string>()) != names_.end();
      (constant ? fixed_names : followed_names)[name] = value;
    }
    return {py::make_tuple(py::tuple(followed), followed_names), py::make_tuple(py::tuple(fixed), fixed_names)};
  }

  Entry& entry_for(const Arguments& arguments, const py::object& skeleton, const Tensors& leaves) {
    for (Entry& entry : entries_)
      if (entry.traced && matches(entry, leaves) && same_skeleton(entry.skeleton, skeleton) &&
          arguments.fixed.equal(entry.fixed))
        return entry;
    std::erase_if(entries_, [](const Entry& e) { return !e.traced; });  // whose function failed
    Call call(function_with(arguments.fixed), py::args(arguments.followed), py::kwargs(), Leaves::numbers);
    Jit jit(call.function());
    Entry entry{skeleton, arguments.fixed, {}, {}, std::move(call), std::move(jit)};
    for (const Tensor& x : leaves) {
      entry.avals.push_back(graph::aval(x));
      entry.weak.push_back(x.node()->weak);
    }
    entries_.push_front(std::move(entry));
    return entries_.front();
  }

  static bool matches(const Entry& entry, const Tensors& leaves) {
    if (entry.avals.size() != leaves.size()) return false;
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (leaves[i].dtype() != entry.avals[i].dtype || !(leaves[i].shape() == entry.avals[i].shape) ||
          leaves[i].node()->weak != entry.weak[i])
        return false;
    return true;
  }

  /// f of the followed arguments alone.
  py::cpp_function function_with(const py::tuple& fixed) const {
    return {[f = f_, fixed, this_one = *this](const py::tuple& args, const py::dict& kwargs) {
      if (fixed.size() == 0) return f(*args, **kwargs);
      py::list all;
      const py::tuple constants = fixed[0];
      for (std::size_t i = 0; i < args.size(); ++i)
        all.append(this_one.is_fixed(i, args.size()) ? py::object(constants[i]) : py::object(args[i]));
      const py::dict by_name = kwargs.attr("copy")();
      by_name.attr("update")(fixed[1]);
      return f(*all, **by_name);
    }};
  }

  py::function f_;
  std::vector<int> numbers_;
  std::vector<std::string> names_;
  std::list<Entry> entries_;
  Entry* last_ = nullptr;
};

}  // namespace

void bind_jit(py::module_& m) {
  py::class_<JitReport>(m, "JitReport", "What became of a compiled function for the shapes of its last call.")
      .def_readonly("operations", &JitReport::operations, "operations run one by one")
      .def_readonly("fused", &JitReport::fused, "fused programs")
      .def_readonly("fused_operations", &JitReport::fused_operations, "operations within them")
      .def_readonly("arena_bytes", &JitReport::arena_bytes, "memory of intermediate values, kept between calls")
      .def_readonly("peak_bytes", &JitReport::peak_bytes,
                    "arena, results, and what operations take for themselves; without arguments")
      .def_readonly("compile_seconds", &JitReport::compile_seconds, "without the time of tracing the function")
      .def_readonly("program", &JitReport::program, "the program, one line an instruction")
      .def("__repr__", [](const JitReport& r) {
        return text("JitReport(", r.operations, " operations, ", r.fused, " fused programs of ", r.fused_operations,
                    ", arena ", r.arena_bytes, " bytes, peak ", r.peak_bytes, " bytes, compiled in ", r.compile_seconds,
                    " s)");
      });
  py::class_<CompiledFunction>(m, "CompiledFunction", py::dynamic_attr(), "A function compiled by jit().")
      .def(py::init<py::function, std::vector<int>, std::vector<std::string>>(), "f"_a, "static_argnums"_a,
           "static_argnames"_a)
      .def("__call__", &CompiledFunction::operator())
      .def("__get__",
           [](const py::object& self, const py::object& instance, const py::object&) {
             return instance.is_none() ? self : py::module_::import("types").attr("MethodType")(self, instance);
           })
      .def("report", &CompiledFunction::report,
           "What became of the function for the last call's shapes. Raises ValueError before the first call.")
      .def_property_readonly("compiled", &CompiledFunction::compiled,
                             "number of programs: one for each structure, shapes and dtypes of arguments");
}

}  // namespace terrella::python
