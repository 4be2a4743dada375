// python/run_control.h: an inversion watched, kept and stopped from Python.
#pragma once
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ranks.h"
#include "inversion/run_control.h"
#include "python/long_call.h"

namespace terrella::python {

/// A copy of Progress1d that may outlive the call.
struct Progress {
  inversion::Iteration row;
  std::string site;
  std::size_t sites_done, sites;
};

/// How a run is watched, as Python gives it.
struct Watch {
  std::optional<std::filesystem::path> checkpoint;
  bool resume = false;
  std::optional<pybind11::function> progress;
};

/// invert(control) on a thread of its own, with its callbacks joined to Python: warnings are issued at the end, on the
/// caller's thread; an exception in `progress` stops the run and is raised; Ctrl-C stops it after the iteration.
template <class Invert>
auto watched(const Watch& watch, const Invert& invert) {
  namespace py = pybind11;
  inversion::RunControl control;
  if (watch.checkpoint) control.checkpoint = watch.checkpoint->string();
  control.resume = watch.resume;
  std::mutex mutex;
  std::vector<std::string> warnings;
  control.warn = [&](const std::string& warning) {
    const std::lock_guard lock(mutex);
    warnings.push_back(warning);
  };
  std::optional<py::error_already_set> raised;
  if (watch.progress)
    control.progress = [&](const inversion::Progress1d& p) {
      const py::gil_scoped_acquire locked;
      try {
        const py::object answer = (*watch.progress)(Progress{p.row, p.site, p.sites_done, p.sites});
        return answer.is_none() || answer.cast<bool>();
      } catch (py::error_already_set& error) { raised.emplace(error); } catch (const py::cast_error&) {
        return true;  // what is neither true nor false does not stop the run
      }
      if (ranks().size > 1) throw Error("stopped by an exception in progress");  // for the other processes
      return false;
    };
  auto result = [&] {
    try {
      return long_call([&](const std::stop_token& stop) {
        control.stop = stop;
        return invert(control);
      });
    } catch (const Error&) {
      if (raised) throw *raised;
      throw;
    }
  }();
  if (raised) throw *raised;
  for (const std::string& warning : warnings)
    if (PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), 1) != 0) throw py::error_already_set();
  return result;
}

}  // namespace terrella::python
