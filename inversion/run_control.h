// inversion/run_control.h: how a run is watched, stopped, kept and resumed. None of it changes a bit of the answer.
#pragma once
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "inversion/result.h"

namespace terrella::inversion {

/// What is known after an iteration.
struct Progress1d {
  const Iteration& row;        ///< the newest row of the history; row.site is -1 where all sites are one problem
  const std::string& site;     ///< its name, empty where all sites are one problem
  std::size_t sites_done = 0;  ///< finished ones
  std::size_t sites = 0;       ///< all that have data
};

/// Long work can also be stopped between iterations (core/interrupt.h): what that throws leaves invert_1d after the
/// checkpoint of the last finished iteration is written.
struct RunControl {
  std::string checkpoint = {};  ///< file that is kept up to date after every iteration; none when empty
  bool resume = false;          ///< go on from that file where it exists; without, an existing one is replaced
  std::stop_token stop = {};    ///< asked after every iteration: a checkpoint is written and the result so far returned
  std::function<bool(const Progress1d&)> progress =
      {};  ///< after every iteration, one call at a time, on any thread; false stops
  std::function<void(const std::string&)> warn = {};  ///< what a person should read; ignored when empty
};

}  // namespace terrella::inversion
