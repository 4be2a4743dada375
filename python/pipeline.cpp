// python/pipeline.cpp: tl.data, samples from files to training.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "core/error.h"
#include "datasets/pipeline/sources.h"
#include "datasets/pipeline/stages.h"
#include "datasets/pipeline/statistics.h"
#include "python/bindings.h"
#include "python/core/convert.h"
#include "python/core/function.h"
#include "python/iteration.h"
#include "python/long_call.h"
#include "python/sample.h"

namespace terrella::python {

using namespace datasets;

py::dict to_dict(const Sample& sample) {
  py::dict fields;
  for (std::size_t k = 0; k < sample.size(); ++k)
    fields[py::str((*sample.names)[k])] = py::reinterpret_steal<py::object>(new_object(sample.values[k]));
  return fields;
}

Sample to_sample(const py::handle& value, const char* what) {
  if (!PyDict_Check(value.ptr()))
    throw py::type_error(text(what, ": a sample is a dict of arrays, not a ", Py_TYPE(value.ptr())->tp_name));
  std::vector<std::pair<std::string, Tensor>> fields;
  for (const auto& [key, item] : py::reinterpret_borrow<py::dict>(value)) {
    if (!py::isinstance<py::str>(key))
      throw py::type_error(text(what, ": names of fields are texts, not ", py::repr(key).cast<std::string>()));
    const Tensor x = to_operand(item);
    if (!x.defined())
      throw py::type_error(text(what, ": field '", key.cast<std::string>(), "' is a ", Py_TYPE(item.ptr())->tp_name,
                                ", not a tensor or an array"));
    fields.emplace_back(key.cast<std::string>(), x);
  }
  Sample sample = make_sample(std::move(fields));
  const py::gil_scoped_release unlocked;
  eval(sample.values);
  return sample;
}

namespace {

std::string name_of(const char* stage, const py::object& f) {
  return text(stage, "(",
              py::str(py::getattr(f, "__qualname__", py::str(Py_TYPE(f.ptr())->tp_name))).cast<std::string>(), ")");
}

/// What work() returns, which calls a function of the user. A StopIteration of its own would end the loop over the
/// samples without a word: it becomes a RuntimeError, as in a generator (PEP 479). With the interpreter lock.
template <class Work>
auto not_stopping(const char* what, const Work& work) {
  try {
    return work();
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_StopIteration)) throw;
    py::raise_from(error, PyExc_RuntimeError, text(what, ": the function raised StopIteration").c_str());
    throw py::error_already_set();
  }
}

std::function<Sample(const Sample&)> sample_function(const py::function& f, const char* what) {
  return [held = hold(f), what](const Sample& sample) {
    const py::gil_scoped_acquire gil;
    return not_stopping(what, [&] { return to_sample(object_of(held)(to_dict(sample)), what); });
  };
}

std::vector<Slice> slices_of(const py::handle& select, const std::string& field) {
  std::vector<Slice> slices;
  const auto add = [&](const py::handle& item) {
    if (!PySlice_Check(item.ptr()))
      throw py::type_error(
          text("hdf5: field '", field, "' selects by slices, not by a ", Py_TYPE(item.ptr())->tp_name));
    const auto number = [&](const char* name) -> std::optional<std::int64_t> {
      const py::object value = item.attr(name);
      return value.is_none() ? std::nullopt : std::optional(value.cast<std::int64_t>());
    };
    slices.push_back({number("start"), number("stop"), number("step").value_or(1)});
  };
  if (PyTuple_Check(select.ptr()) || PyList_Check(select.ptr()))
    for (const py::handle item : py::reinterpret_borrow<py::sequence>(select)) add(item);
  else
    add(select);
  return slices;
}

/// fields: None, ["x", "group/y"], {"x": "group/x", "y": ("group/y", slice(0, 10))}.
std::vector<Hdf5Field> fields_of(const py::object& fields) {
  std::vector<Hdf5Field> result;
  if (fields.is_none()) return result;
  if (py::isinstance<py::str>(fields)) return {{fields.cast<std::string>(), fields.cast<std::string>(), {}}};
  if (!PyDict_Check(fields.ptr())) {
    for (const py::handle name : fields) result.push_back({name.cast<std::string>(), name.cast<std::string>(), {}});
    return result;
  }
  for (const auto& [name, value] : fields.cast<py::dict>()) {
    Hdf5Field field{name.cast<std::string>(), "", {}};
    if (PyTuple_Check(value.ptr()) && py::len(value) == 2) {
      const auto pair = py::reinterpret_borrow<py::tuple>(value);
      field.array = pair[0].cast<std::string>();
      field.select = slices_of(pair[1], field.name);
    } else {
      field.array = value.cast<std::string>();
    }
    result.push_back(std::move(field));
  }
  return result;
}

Dataset hdf5(const py::object& paths, const py::object& fields, const std::optional<py::slice>& rows, int threads,
             std::int64_t block_bytes) {
  std::vector<std::string> files;
  const auto path_text = [](const py::handle& path) {
    return py::module_::import("os").attr("fspath")(path).cast<std::string>();
  };
  if (PyList_Check(paths.ptr()) || PyTuple_Check(paths.ptr()))
    for (const py::handle path : py::reinterpret_borrow<py::sequence>(paths)) files.push_back(path_text(path));
  else
    files.push_back(path_text(paths));
  Hdf5Options options;
  options.fields = fields_of(fields);
  if (rows) options.rows = slices_of(*rows, "rows").front();
  options.threads = threads;
  options.block_bytes = block_bytes;
  const py::gil_scoped_release unlocked;
  return hdf5_dataset(files, options);
}

Dataset arrays(const py::kwargs& fields) {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& [name, value] : fields) {
    const Tensor x = to_operand(value);
    if (!x.defined())
      throw py::type_error(text("arrays: '", name.cast<std::string>(), "' is a ", Py_TYPE(value.ptr())->tp_name,
                                ", not a tensor or an array"));
    tensors.emplace_back(name.cast<std::string>(), x);
  }
  const py::gil_scoped_release unlocked;
  return memory_dataset(tensors);
}

Dataset generate(const py::function& f, std::int64_t count) {
  return generated_dataset(
      count,
      [held = hold(f)](std::int64_t i) {
        const py::gil_scoped_acquire gil;
        return not_stopping("generate", [&] { return to_sample(object_of(held)(i), "generate"); });
      },
      1, name_of("generate", f));
}

Dataset stream(const py::function& begin) {
  return stream_dataset(
      [held = hold(begin)](std::int64_t epoch) -> NextSample {
        const py::gil_scoped_acquire gil;
        const Held items = not_stopping("stream", [&] { return hold(py::iter(object_of(held)(epoch))); });
        return [items]() -> std::optional<Sample> {
          const py::gil_scoped_acquire locked;
          auto item = py::reinterpret_steal<py::object>(PyIter_Next(items.get()));
          if (!item && PyErr_Occurred()) throw py::error_already_set();
          if (!item) return std::nullopt;
          return not_stopping("stream", [&] { return to_sample(item, "stream"); });
        };
      },
      name_of("stream", begin));
}

/// An iteration from an epoch, or from where another one stood.
template <class Start>
std::shared_ptr<HeldIteration> iterate(const Dataset& dataset, const Start& start) {
  return HeldIteration::begin([&] { return std::make_unique<Iteration>(dataset, start); });
}

/// None where `next` came to the end.
std::optional<py::dict> next_of(HeldIteration& iteration) {
  Sample sample;
  bool more = false;
  {
    const py::gil_scoped_release unlocked;
    more = iteration.next(sample);
  }
  if (!more) return std::nullopt;
  return to_dict(sample);
}

void bind_dataset(py::module_& m) {
  py::class_<Dataset> dataset(m, "Dataset", R"(Samples that come one after another, and what is done to them.

A dataset is a recipe: nothing is read before it is iterated, every stage returns a new one. A sample is a dict of name ->
tensor. The samples and their order follow from the recipe, its seeds and the number of the epoch, whatever the number of
threads. Made by hdf5(), arrays(), generate() and stream().

>>> ds = tl.data.arrays(x=[0.0, 1.0, 2.0, 3.0], y=[0, 1, 4, 9]).shuffle(seed=1).batch(2)
>>> len(ds)
2
>>> iteration = iter(ds)
>>> first = next(iteration)
>>> rest = list(ds.resume(iteration.state()))
>>> sorted(first["y"].tolist() + rest[0]["y"].tolist())
[0, 1, 4, 9])");
  py::class_<HeldIteration, std::shared_ptr<HeldIteration>>(
      m, "Iteration", R"(One walk over a dataset; next() gives a sample, a dict of tensors.

One thread uses it at a time: next() and state() raise RuntimeError while another call is under way. What is alive when
Python ends is closed then: its threads are stopped, after the calls of your functions that are under way.)")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__",
           [](HeldIteration& iteration) {
             auto sample = next_of(iteration);
             if (!sample) throw py::stop_iteration();
             return *sample;
           })
      .def(
          "state", [](HeldIteration& iteration) { return to_text(iteration.state()); }, Unlocked(),
          R"(Where the iteration stands, as one line of text.

Dataset.resume(state) of the same pipeline goes on with the sample that would have come next, in this process or another,
whatever the number of threads. Keep it in a checkpoint beside the weights.)");

  dataset
      .def(
          "__iter__", [](const Dataset& d) { return iterate(d, 0); }, Unlocked())
      .def(
          "epoch", [](const Dataset& d, std::int64_t epoch) { return iterate(d, epoch); }, "epoch"_a, Unlocked(),
          "An iteration over epoch 0, 1, ...: each has an order of its own where there is a shuffle().")
      .def(
          "resume", [](const Dataset& d, const std::string& state) { return iterate(d, state_of_text(state)); },
          "state"_a, Unlocked(), "An iteration that goes on where another one stood, see Iteration.state().")
      .def("__len__",
           [](const Dataset& d) {
             if (d.size == unknown_size)
               throw py::type_error("the number of samples is not known before they are iterated: " + d.recipe);
             return d.size;
           })
      .def("__bool__", [](const Dataset&) { return true; })
      .def_readonly("recipe", &Dataset::recipe, "What it is made of, in words.")
      .def("__repr__", [](const Dataset& d) { return "Dataset(" + d.recipe + ")"; })
      .def(
          "map",
          [](const Dataset& d, const py::function& f, int threads) {
            return map(d, sample_function(f, "map"), threads, name_of("map", f));
          },
          "f"_a, py::kw_only(), "threads"_a = 1,
          R"(f(sample) of each sample.

f       : function of a dict of tensors that returns one, with arrays or numbers for values; the same for the same sample
threads : that call f ahead of who wants the samples; Python's lock lets one at a time run Python, so that more help only
          where f waits or computes in tensors)")
      .def(
          "filter",
          [](const Dataset& d, const py::function& f) {
            return filter(
                d,
                [held = hold(f)](const Sample& sample) {
                  const py::gil_scoped_acquire gil;
                  return not_stopping("filter",
                                      [&] { return py::bool_(object_of(held)(to_dict(sample))).cast<bool>(); });
                },
                name_of("filter", f));
          },
          "keep"_a, "The samples for which keep(sample) is true.")
      .def(
          "shuffle",
          [](const Dataset& d, std::uint64_t seed, std::int64_t buffer) {
            return shuffle(d, {.seed = seed, .buffer = buffer});
          },
          py::kw_only(), "seed"_a = 0, "buffer"_a = ShuffleOptions{}.buffer,
          R"(The samples in random order, another one in each epoch.

seed   : of the order
buffer : samples that are mixed at a time, and held in memory; as many more are being read

Directly behind a source (or its take() or shard()) the chunks of a file come in random order, too, and each is read once:
shuffle first, map then.)")
      .def("batch", &batch, "size"_a, py::kw_only(), "drop_last"_a = false,
           "Groups of `size` samples along a new first axis; the last one is smaller unless drop_last.")
      .def("window", &window, "size"_a, "stride"_a = 1,
           "`size` samples in a row along a new first axis, from every `stride`-th sample on; whole windows only.")
      .def(
          "zip",
          [](const Dataset& d, const Dataset& other) {
            return zip({d, other});
          },
          "other"_a, "The fields of both, which need as many samples and different names.")
      .def(
          "interleave",
          [](const Dataset& d, const Dataset& other, std::int64_t block) {
            return interleave({d, other}, block);
          },
          "other"_a, py::kw_only(), "block"_a = 1, "`block` samples of each in turn, until both are at their end.")
      .def("repeat", &repeat, "times"_a = 0, "Epochs 0, 1, ... one after another; 0 times: for ever.")
      .def("take", &take, "count"_a, "The first `count` samples.")
      .def("shard", &shard, "count"_a, "index"_a,
           "Part `index` of `count`, for one of several processes: neighbouring samples of a source, else every "
           "count-th.")
      .def("prefetch", &prefetch, "count"_a = 2, "A thread of its own computes up to `count` samples ahead.")
      .def("cache", &cache,
           "Keeps the samples of the first whole epoch in memory for all later ones; shuffle behind it.")
      .def(
          "normalize", [](const Dataset& d, const Statistics& s, int threads) { return normalize(d, s, threads); },
          "statistics"_a, py::kw_only(), "threads"_a = 1,
          "(x - mean) / deviation of each field that has statistics; what does not vary becomes 0.");
}

void bind_statistics(py::module_& m) {
  py::class_<FieldStatistics>(m, "FieldStatistics", "Statistics of one field, tensors of float64.")
      .def_readonly("name", &FieldStatistics::name)
      .def_property_readonly("mean", [](const FieldStatistics& s) { return s.mean; })
      .def_property_readonly("deviation", [](const FieldStatistics& s) { return s.deviation; })
      .def_property_readonly("minimum", [](const FieldStatistics& s) { return s.minimum; })
      .def_property_readonly("maximum", [](const FieldStatistics& s) { return s.maximum; })
      .def_readonly("count", &FieldStatistics::count, "numbers behind each of them")
      .def("__repr__", [](const FieldStatistics& s) {
        return text("FieldStatistics('", s.name, "', shape ", s.mean.shape(), ", count ", s.count, ")");
      });
  py::class_<Statistics>(m, "Statistics", "Mean and spread of the fields of a dataset, see statistics().")
      .def_readonly("samples", &Statistics::samples)
      .def_property_readonly("fields",
                             [](const Statistics& s) {
                               std::vector<std::string> names;
                               for (const auto& field : s.fields) names.push_back(field.name);
                               return names;
                             })
      .def("__getitem__",
           [](const Statistics& s, const std::string& name) {
             for (const auto& field : s.fields)
               if (field.name == name) return field;
             throw py::key_error("no statistics of '" + name + "'");
           })
      .def(
          "normalize",
          [](const Statistics& s, const py::dict& sample) {
            return to_dict(normalized(to_sample(sample, "normalize"), s));
          },
          "sample"_a, "(x - mean) / deviation of the fields of a dict that have statistics.")
      .def(
          "restore",
          [](const Statistics& s, const py::dict& sample) {
            return to_dict(normalized(to_sample(sample, "restore"), s, true));
          },
          "sample"_a, "The reverse of normalize().")
      .def(
          "save",
          [](const Statistics& s, const std::filesystem::path& path) {
            save_statistics(s, statistics_path(path.string()));
          },
          "path"_a, Unlocked(),
          "Writes them beside the data at `path`: PATH.statistics.safetensors, a tensor file; load_statistics(path) "
          "reads "
          "them.")
      .def("__repr__", [](const Statistics& s) { return text("Statistics(", s.samples, " samples)"); });
}

void bind_statistics_functions(py::module_& m) {
  m.def(
      "statistics",
      [](const Dataset& d, const std::optional<std::vector<int>>& keep) {
        return long_call([&](const std::stop_token&) { return statistics(d, {keep}); });
      },
      "dataset"_a, "keep"_a = std::nullopt,
      R"(Mean, deviation, minimum and maximum of every field over one epoch, in one pass, in float64.

keep    : axes of a sample along which each index has statistics of its own; None for all, () for one number a field
returns : Statistics
raises  : TerrellaError where a number is NaN or infinite, naming field, sample and position

Welford's update, merged as by Chan, Golub and LeVeque. The deviation is that of numpy: the root of the mean square.

>>> s = tl.data.statistics(tl.data.arrays(x=[[1.0, 10.0], [3.0, 30.0]]))
>>> s["x"].mean, s["x"].deviation
(tensor([ 2., 20.]), tensor([ 1., 10.])))");
  m.def(
      "load_statistics",
      [](const std::filesystem::path& path) { return load_statistics(statistics_path(path.string())); }, "path"_a,
      Unlocked(), "The statistics that Statistics.save(path) wrote.");
}

}  // namespace

void bind_pipeline(py::module_& parent) {
  py::module_ m = parent.def_submodule("data", "Samples from files, memory and functions to training.");
  bind_statistics(m);
  bind_dataset(m);
  bind_statistics_functions(m);  // whose signatures name both classes
  close_iterations_at_exit();
  m.def("hdf5", &hdf5, "paths"_a, "fields"_a = py::none(), py::kw_only(), "rows"_a = py::none(), "threads"_a = 0,
        "block_bytes"_a = Hdf5Options{}.block_bytes,
        R"(Samples along the first axis of arrays in HDF5 files, one file after another.

paths       : a path or a list of them
fields      : names of arrays, or a dict of field -> "group/array" or ("group/array", slices of the axes behind the
              first); None: all arrays that have as many rows as the first. With a '*' in the name, as in "*/data", each
              array that it stands for is one sample
rows        : slice of the samples of all files together
threads     : that read and unpack chunks; 0: as many as evaluation uses
block_bytes : samples are read in blocks of whole chunks of at least this size
raises      : FormatError naming file and array; and, where the sample would have come, file, array and rows of a damaged
              chunk

Every chunk is read once an epoch. Only where its bytes lie is asked of libhdf5, which has one lock; they are unpacked by
threads of our own. Files are looked at in a child process first, since damaged ones can crash libhdf5.)");
  m.def("arrays", &arrays, "Rows of arrays in memory, one field a keyword: arrays(x=x, y=y). Tensors are not copied.");
  m.def("generate", &generate, "f"_a, "count"_a,
        "f(0) ... f(count - 1), dicts of arrays. f must give the same for the same number: take seeds from it.");
  m.def("stream", &stream, "begin"_a,
        "What the iterable begin(epoch) yields, dicts of arrays. A state in its middle is reached by passing over what "
        "came before.");
  m.def(
      "zip", [](const std::vector<Dataset>& all) { return zip(all); }, "datasets"_a,
      "The fields of all, which need as many samples and different names.");
  m.def(
      "interleave", [](const std::vector<Dataset>& all, std::int64_t block) { return interleave(all, block); },
      "datasets"_a, py::kw_only(), "block"_a = 1, "`block` samples of each in turn, until all are at their end.");
}

}  // namespace terrella::python
