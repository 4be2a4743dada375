// core/profile.h: what evaluation spends, by operation: time, bytes, and when each ran on which thread.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terrella {

/// What a profile::Recording saw.
///
/// Only what runs is seen: an operation that was built but whose value nobody asked for does not appear. Bytes are
/// those of the operands and results, an estimate of what went through memory: elements that are broadcast count once,
/// a view (slice, reshape, transpose) counts nothing, neither does what an operation keeps for itself on the way.
struct Profile {
  struct Event {
    std::string name;     ///< of the operation
    double start = 0;     ///< s since the recording began
    double duration = 0;  ///< s
    int thread = 0;       ///< numbered from 0 in the order in which threads were first seen by any recording
    std::int64_t bytes_read = 0, bytes_written = 0;
    std::string shapes;  ///< "f64 [2, 3], f64 [3] -> f64 [2, 3]"; empty where unknown
    std::string origin;  ///< where the operation was made, if debug_mode() asked for it then (core/debug.h)
  };
  /// All events of one name.
  struct Row {
    std::string name;
    std::int64_t count = 0;
    double seconds = 0;                              ///< of all threads together, without the events that ran within
    std::int64_t bytes_read = 0, bytes_written = 0;  ///< of events without others within, whose bytes these are
    double share = 0;                                ///< of the seconds of all rows, 0 to 1
  };
  double seconds = 0;         ///< from the beginning of the recording to its end
  std::vector<Event> events;  ///< by start
  std::vector<Row> rows;      ///< the longest first
  std::int64_t left_out = 0;  ///< events beyond RecordingOptions::most_events; the rows hold them
};

/// The rows as a table for people, with a total.
std::string to_text(const Profile& profile);

/// The events in the JSON format of trace viewers (chrome://tracing, ui.perfetto.dev): complete events in
/// microseconds, bytes, shapes and origin as arguments.
std::string chrome_trace(const Profile& profile);

namespace profile {

namespace detail {
inline std::atomic<int> recordings{0};
struct Opened;
struct Close {
  void operator()(Opened* opened) const noexcept;
};
struct Collected;
}  // namespace detail

/// Whether anybody records; one load, so that what is not asked for costs one predictable branch.
inline bool recording() { return detail::recordings.load(std::memory_order_relaxed) != 0; }

/// An event that lasts as long as the scope, for whatever runs operations: `Scope scope("fused multiply tanh", bytes)`.
/// Any thread may make one; it ends on the thread that made it. A scope within another belongs to its own row, not to
/// that of the outer one. Nobody records: nothing is done.
class Scope {
 public:
  Scope() = default;
  explicit Scope(std::string_view name, std::int64_t bytes_read = 0, std::int64_t bytes_written = 0) {
    if (recording()) [[unlikely]] {
      open(name);
      moved(bytes_read, bytes_written);
    }
  }
  /// Begins the event of a scope that was made without a name, whether anybody records or not.
  void open(std::string_view name);
  bool is_open() const { return opened_ != nullptr; }
  /// The time of an open one ends here, not with the scope: what follows is about the event only.
  void stop();
  /// What else is known of an open one.
  void moved(std::int64_t bytes_read, std::int64_t bytes_written);
  void describe(std::string shapes, std::string origin);

 private:
  std::unique_ptr<detail::Opened, detail::Close> opened_;
};

struct RecordingOptions {
  std::size_t most_events = 1'000'000;  ///< kept one by one, some 200 bytes each; later ones appear in the rows only
};

/// Records, while it lives or until end(), the events of all threads that begin and end in that time. Recordings may
/// nest and overlap, also on several threads: each sees everything.
class Recording {
 public:
  explicit Recording(const RecordingOptions& options = {});
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  /// Nothing is recorded from here on.
  void end();
  /// What was recorded until now.
  Profile profile() const;

 private:
  std::unique_ptr<detail::Collected> collected_;
};

}  // namespace profile
}  // namespace terrella
