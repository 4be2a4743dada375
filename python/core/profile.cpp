// Profiles of evaluation and the memory of tensors; see terrella/_profile.py.
#include "core/profile.h"

#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using profile::Recording;

void bind_events(py::module_& m) {
  py::class_<Profile::Event>(m, "ProfileEvent", "One evaluation of one operation, see profile().")
      .def_readonly("name", &Profile::Event::name, "of the operation")
      .def_readonly("start", &Profile::Event::start, "s since the block began")
      .def_readonly("duration", &Profile::Event::duration, "s")
      .def_readonly("thread", &Profile::Event::thread, "a number of the thread, from 0")
      .def_readonly("bytes_read", &Profile::Event::bytes_read, "of the operands")
      .def_readonly("bytes_written", &Profile::Event::bytes_written, "of the results")
      .def_readonly("shapes", &Profile::Event::shapes, "'f64 [2, 3], f64 [3] -> f64 [2, 3]'")
      .def_readonly("origin", &Profile::Event::origin, "the line that made it, where TERRELLA_DEBUG=1 asks for lines")
      .def("__repr__", [](const Profile::Event& e) {
        return text("ProfileEvent('", e.name, "', start=", e.start, ", duration=", e.duration, ", shapes='", e.shapes,
                    "')");
      });
  py::class_<Profile::Row>(m, "ProfileRow", "All evaluations of one operation, see profile().")
      .def_readonly("name", &Profile::Row::name, "of the operation")
      .def_readonly("count", &Profile::Row::count, "evaluations")
      .def_readonly("seconds", &Profile::Row::seconds, "of all threads together, without operations that ran within")
      .def_readonly("bytes_read", &Profile::Row::bytes_read)
      .def_readonly("bytes_written", &Profile::Row::bytes_written)
      .def_readonly("share", &Profile::Row::share, "of the seconds of all operations, 0 to 1")
      .def("__repr__", [](const Profile::Row& r) {
        return text("ProfileRow('", r.name, "', count=", r.count, ", seconds=", r.seconds, ", share=", r.share, ")");
      });
}

}  // namespace

void bind_profile(py::module_& m) {
  bind_events(m);
  py::class_<Profile>(m, "_Profile")
      .def_readonly("seconds", &Profile::seconds)
      .def_readonly("events", &Profile::events)
      .def_readonly("rows", &Profile::rows)
      .def_readonly("left_out", &Profile::left_out)
      .def("__str__", &to_text)
      .def(
          "save", [](const Profile& seen, const std::string& path) { datasets::write_file(path, chrome_trace(seen)); },
          "path"_a, Unlocked());
  py::class_<Recording>(m, "_Recording")
      .def(py::init([](std::size_t most_events) {
             return std::make_unique<Recording>(profile::RecordingOptions{most_events});
           }),
           "most_events"_a)
      .def("end", &Recording::end, Unlocked())
      .def("profile", &Recording::profile, Unlocked());
  m.def("_memory", [] {
    const cpu::MemoryStatistics now = cpu::memory_statistics();
    return std::tuple(now.in_use, now.peak, now.kept);
  });
  m.def("reset_peak_memory", &cpu::reset_peak, "memory().peak begins again at what is in use now.");
}

}  // namespace terrella::python
