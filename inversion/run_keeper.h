// inversion/run_keeper.h: the states of all problems of a run, in memory and in its checkpoint.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inversion/problem.h"
#include "inversion/run_control.h"

namespace terrella::inversion {

/// One problem of a run. No state: not begun; a summary: done.
struct Kept {
  std::optional<State> state;
  std::optional<Summary> summary;
};

/// Writes in a thread of its own: whatever changed while a file was being written goes into the next one, so that
/// iterations faster than the disk are not slowed down and the file is never far behind.
class RunKeeper {
 public:
  /// `run` is run_hash() of inversion/checkpoint.h. Reads the checkpoint where control.resume asks for it and there is
  /// one; throws FormatError where it belongs to another run or cannot be read. Without a path nothing is written.
  RunKeeper(const RunControl& control, std::string run, std::size_t problems);
  ~RunKeeper();
  RunKeeper(const RunKeeper&) = delete;
  RunKeeper& operator=(const RunKeeper&) = delete;

  /// What is known of a problem: resumed, or nothing.
  Kept kept(std::size_t problem) const;
  /// Any thread. Throw what the last write threw (no room on the disk, say).
  void update(std::size_t problem, const State& state);
  void done(std::size_t problem, const Summary& summary);
  /// Returns once everything is on the disk; throws as update().
  void flush();

 private:
  struct Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace terrella::inversion
