// Compiled functions. What a call is compiled for: how its arguments nest, shapes and dtypes of the tensors in them,
// the values of all else.
#include "core/jit.h"

#include <algorithm>
#include <list>
#include <memory>

#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/node_map.h"
#include "core/graph/trace.h"
#include "core/jit/compiled_op.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

/// Arguments of a call, apart by what becomes of them.
struct Arguments {
  py::tuple followed;  // (positional, by name): nests with tensors
  py::tuple fixed;     // (positional, by name): compiled into the program
};

/// Arrays change without notice, so that nothing can be compiled for what they hold.
void refuse_arrays(py::handle fixed) {
  if (py::isinstance<py::array>(fixed))
    fail(
        "jit: a static argument holds a numpy array, whose elements may change; pass it as an argument that is not "
        "static, or as a tensor or tuple");
  if (PyDict_Check(fixed.ptr()))
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(fixed)) refuse_arrays(value);
  else if (PyTuple_Check(fixed.ptr()) || PyList_Check(fixed.ptr()))
    for (const py::handle item : py::reinterpret_borrow<py::sequence>(fixed)) refuse_arrays(item);
}

class CompiledFunction {
 public:
  CompiledFunction(py::function f, std::vector<int> static_argnums, std::vector<std::string> static_argnames,
                   std::vector<int> donated_numbers, std::vector<std::string> donated_names)
      : f_(std::move(f)),
        numbers_(std::move(static_argnums)),
        names_(std::move(static_argnames)),
        donated_numbers_(std::move(donated_numbers)),
        donated_names_(std::move(donated_names)) {}

  /// tp_call of the class; kwargs may be null.
  static PyObject* call(PyObject* self, PyObject* args, PyObject* kwargs) {
    return guarded([&] {
      // The class is final, so that its objects are as pybind11 lays them out for one value.
      auto* const f =
          static_cast<CompiledFunction*>(reinterpret_cast<py::detail::instance*>(self)->simple_value_holder[0]);
      if (!f) throw py::type_error("CompiledFunction: made without a function; use jit()");
      const bool named = kwargs && PyDict_GET_SIZE(kwargs) > 0;
      if (py::object value = named ? py::object() : f->known_plain(args)) return value.release().ptr();
      const auto by_name = named ? py::reinterpret_borrow<py::kwargs>(kwargs) : py::kwargs();
      return f->any(py::reinterpret_borrow<py::args>(args), by_name).release().ptr();
    });
  }

  py::object any(const py::args& args, const py::kwargs& kwargs) {
    Tensors leaves;
    const Arguments arguments = apart(args, kwargs);
    const py::object skeleton = flatten(arguments.followed, Leaves::numbers, leaves);
    EntryPointer entry = known(arguments, skeleton, leaves);
    const bool fresh = !entry;
    const std::size_t before = entries_.size();
    if (fresh) {
      const bool plain = kwargs.empty() && numbers_.empty() && names_.empty() &&
                         std::all_of(args.begin(), args.end(), [](py::handle x) { return as_tensor(x) != nullptr; });
      entry = make(arguments, skeleton, leaves, plain);
    }
    const Tensors made = results(*entry, fresh ? leaves : std::move(leaves), fresh);
    // Kept once its function has run to the end; meanwhile another thread, or the function itself, may have come here.
    if (fresh && (entries_.size() == before || !known(arguments, skeleton, leaves))) entries_.push_front(entry);
    last_ = entry;
    return entry->call.value(made);
  }

  JitReport report() const {
    const EntryPointer entry = last_;
    if (!entry)
      fail("jit: the function has not been called yet, or no call has returned; call it once, then ask for its report");
    const py::gil_scoped_release unlocked;
    return entry->jit.report();
  }
  std::size_t compiled() const { return entries_.size(); }

 private:
  struct Entry {
    py::object skeleton, fixed;
    std::vector<graph::Aval> avals;
    std::vector<bool> weak;
    Call call;
    Jit jit;
    bool plain;                                                ///< called with tensors alone, one an argument
    std::vector<std::size_t> donated;                          ///< numbers of tensors
    mutable std::shared_ptr<const compiler::CompiledOp> kept;  ///< what all calls run, once the first has returned
  };
  using EntryPointer = std::shared_ptr<const Entry>;

  static Tensors results(const Entry& entry, Tensors leaves, bool fresh) {
    if (!entry.donated.empty() && std::none_of(leaves.begin(), leaves.end(), [](const Tensor& x) {
          return x.node()->symbolic || graph::followed(*x.node());
        })) {
      {
        const py::gil_scoped_release unlocked;
        if (fresh) entry.jit.compile(leaves);  // what fails here donates nothing
        eval(leaves);
      }
      take_over(entry, leaves);
    }
    if (entry.kept) return compiler::call(entry.kept, std::move(leaves), entry.donated);  // no second look at them
    if (!fresh) entry.kept = entry.jit.kept(leaves);
    return entry.jit(std::move(leaves));
  }

  /// Puts tensors that nobody else can use in place of the donated ones.
  static void take_over(const Entry& entry, Tensors& leaves) {
    constexpr std::int32_t holders = 2;  // the object in Python and `leaves`
    graph::NodeMap numbers;
    Tensors given;
    for (const std::size_t i : entry.donated)
      if (numbers.insert(leaves[i].node(), static_cast<std::uint32_t>(given.size())))
        given.push_back(graph::give_away(leaves[i], holders));
    for (Tensor& x : leaves)
      if (const std::uint32_t k = numbers.find(x.node()); k != graph::NodeMap::absent) x = given[k];
  }

  /// The value of a call with tensors alone, as most are, without a search of nests; null where its program is not
  /// known.
  py::object known_plain(PyObject* args) {
    if (!numbers_.empty() || !names_.empty()) return {};
    Tensors leaves;
    const Py_ssize_t count = PyTuple_GET_SIZE(args);
    leaves.reserve(static_cast<std::size_t>(count));
    for (Py_ssize_t i = 0; i < count; ++i) {
      const Tensor* x = as_tensor(PyTuple_GET_ITEM(args, i));
      if (!x) return {};
      leaves.push_back(*x);
    }
    for (const EntryPointer& entry : entries_) {
      if (!entry->plain || !matches(*entry, leaves)) continue;
      if (last_ != entry) last_ = entry;
      return entry->call.value(results(*entry, std::move(leaves), false));
    }
    return {};
  }

  static bool is_fixed(const std::vector<int>& numbers, std::size_t i, std::size_t count) {
    return std::any_of(numbers.begin(), numbers.end(),
                       [&](int n) { return static_cast<std::size_t>(n < 0 ? n + static_cast<int>(count) : n) == i; });
  }

  Arguments apart(const py::args& args, const py::kwargs& kwargs) const {
    if (numbers_.empty() && names_.empty()) return {py::make_tuple(args, kwargs), py::tuple()};
    py::list followed, fixed;
    for (std::size_t i = 0; i < args.size(); ++i) {
      const bool constant = is_fixed(numbers_, i, args.size());
      followed.append(constant ? py::none() : py::object(args[i]));
      fixed.append(constant ? py::object(args[i]) : py::none());
    }
    py::dict followed_names, fixed_names;
    for (const auto& [name, value] : kwargs) {
      const bool constant = std::find(names_.begin(), names_.end(), name.cast<std::string>()) != names_.end();
      (constant ? fixed_names : followed_names)[name] = value;
    }
    // A copy of the lists and dicts: what the caller changes later is another value.
    std::size_t none = 0;
    return {py::make_tuple(py::tuple(followed), followed_names),
            rebuild(py::make_tuple(py::tuple(fixed), fixed_names), {}, none)};
  }

  EntryPointer known(const Arguments& arguments, const py::object& skeleton, const Tensors& leaves) const {
    for (const EntryPointer& entry : entries_)
      if (matches(*entry, leaves) && same_skeleton(entry->skeleton, skeleton) &&
          same_skeleton(entry->fixed, arguments.fixed))
        return entry;
    return nullptr;
  }

  EntryPointer make(const Arguments& arguments, const py::object& skeleton, const Tensors& leaves, bool plain) const {
    refuse_arrays(arguments.fixed);
    Call call(function_with(arguments.fixed), py::args(arguments.followed), py::kwargs(), Leaves::numbers);
    std::vector<std::size_t> donated = donated_leaves(arguments);
    Jit jit(call.function(), {.donate = donated});
    Entry entry{skeleton, arguments.fixed, {}, {}, std::move(call), std::move(jit), plain, std::move(donated), nullptr};
    for (const Tensor& x : leaves) {
      entry.avals.push_back(graph::aval(x));
      entry.weak.push_back(x.node()->weak);
    }
    return std::make_shared<const Entry>(std::move(entry));
  }

  /// Which of the tensors of a call belong to donated arguments.
  std::vector<std::size_t> donated_leaves(const Arguments& arguments) const {
    std::vector<std::size_t> donated;
    if (donated_numbers_.empty() && donated_names_.empty()) return donated;
    Tensors leaves;
    const auto count = [&](py::handle argument, bool given) {
      const std::size_t first = leaves.size();
      flatten(argument, Leaves::numbers, leaves);
      for (std::size_t k = first; given && k < leaves.size(); ++k) donated.push_back(k);
    };
    const py::tuple positional = arguments.followed[0];
    for (std::size_t i = 0; i < positional.size(); ++i)
      count(positional[i], is_fixed(donated_numbers_, i, positional.size()));
    for (const auto& [name, value] : py::dict(arguments.followed[1]))
      count(value,
            std::find(donated_names_.begin(), donated_names_.end(), name.cast<std::string>()) != donated_names_.end());
    return donated;
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
    return {[f = f_, fixed, numbers = numbers_](const py::tuple& args, const py::dict& kwargs) {
      if (fixed.size() == 0) return f(*args, **kwargs);
      py::list all;
      const py::tuple constants = fixed[0];
      for (std::size_t i = 0; i < args.size(); ++i)
        all.append(is_fixed(numbers, i, args.size()) ? py::object(constants[i]) : py::object(args[i]));
      const py::dict by_name = kwargs.attr("copy")();
      by_name.attr("update")(fixed[1]);
      return f(*all, **by_name);
    }};
  }

  py::function f_;
  std::vector<int> numbers_;
  std::vector<std::string> names_;
  std::vector<int> donated_numbers_;
  std::vector<std::string> donated_names_;
  std::list<EntryPointer> entries_;  // grows only: comparing may run Python code, which may call again
  EntryPointer last_;
};

}  // namespace

void bind_jit(py::module_& m) {
  py::class_<JitReport>(m, "JitReport", "What became of a compiled function for the shapes of its last call.")
      .def_readonly("operations", &JitReport::operations, "operations run one by one")
      .def_readonly("fused", &JitReport::fused, "fused programs")
      .def_readonly("fused_operations", &JitReport::fused_operations, "operations within them")
      .def_readonly("fused_products", &JitReport::fused_products, "matrix products that they make tile by tile")
      .def_readonly("arena_bytes", &JitReport::arena_bytes, "memory of intermediate values, kept between calls")
      .def_readonly("peak_bytes", &JitReport::peak_bytes,
                    "arena, results, and what operations take for themselves; without arguments")
      .def_readonly("compile_seconds", &JitReport::compile_seconds, "without the time of tracing the function")
      .def_readonly("program", &JitReport::program, "the program, one line an instruction")
      .def("__repr__", [](const JitReport& r) {
        return text("JitReport(", r.operations, " operations, ", r.fused, " fused programs of ", r.fused_operations,
                    " and ", r.fused_products, " products, arena ", r.arena_bytes, " bytes, peak ", r.peak_bytes,
                    " bytes, compiled in ", r.compile_seconds, " s)");
      });
  const auto set_up = [](PyHeapTypeObject* type) { type->ht_type.tp_call = &CompiledFunction::call; };
  py::class_<CompiledFunction>(m, "CompiledFunction", py::dynamic_attr(), py::is_final(), py::custom_type_setup(set_up),
                               "A function compiled by jit().")
      .def(py::init<py::function, std::vector<int>, std::vector<std::string>, std::vector<int>,
                    std::vector<std::string>>(),
           "f"_a, "static_argnums"_a, "static_argnames"_a, "donated_numbers"_a, "donated_names"_a)
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
