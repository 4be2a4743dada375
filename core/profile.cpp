#include "core/profile.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace terrella::profile {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

int thread_number() {
  static std::atomic<int> threads{0};
  thread_local const int mine = threads.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

thread_local detail::Opened* innermost = nullptr;

/// The recordings that live, and the lock of all that they collect.
struct Live {
  std::mutex mutex;
  std::vector<detail::Collected*> all;
};
Live& live() {
  static auto& recordings = *new Live;  // threads may end after what is of static storage
  return recordings;
}

}  // namespace

struct detail::Opened {
  Profile::Event event;
  Clock::time_point start;
  std::optional<Clock::time_point> stopped;
  Clock::duration within{};  ///< spent in scopes inside of this one
  bool has_inner = false;
  Opened* outer = nullptr;
};

struct detail::Collected {
  RecordingOptions options;
  Clock::time_point began, ended;
  bool live = true;
  std::vector<Profile::Event> events;
  std::map<std::string, Profile::Row, std::less<>> rows;
  std::int64_t left_out = 0;

  void add(const Opened& opened, Clock::duration duration) {
    Profile::Row& row = rows[opened.event.name];
    ++row.count;
    row.seconds += seconds(duration - opened.within);
    if (!opened.has_inner) {
      row.bytes_read += opened.event.bytes_read;
      row.bytes_written += opened.event.bytes_written;
    }
    if (events.size() >= options.most_events) {
      ++left_out;
      return;
    }
    events.push_back(opened.event);
    events.back().start = seconds(opened.start - began);
    events.back().duration = seconds(duration);
  }
};

void Scope::open(std::string_view name) {
  opened_.reset(new detail::Opened);
  opened_->event.name = name;
  opened_->event.thread = thread_number();
  opened_->outer = std::exchange(innermost, opened_.get());
  opened_->start = Clock::now();
}

void Scope::stop() { opened_->stopped = Clock::now(); }

void Scope::moved(std::int64_t bytes_read, std::int64_t bytes_written) {
  opened_->event.bytes_read = bytes_read;
  opened_->event.bytes_written = bytes_written;
}

void Scope::describe(std::string shapes, std::string origin) {
  opened_->event.shapes = std::move(shapes);
  opened_->event.origin = std::move(origin);
}

void detail::Close::operator()(Opened* opened) const noexcept {
  const Clock::duration duration = opened->stopped.value_or(Clock::now()) - opened->start;
  const std::unique_ptr<Opened> freed(opened);
  innermost = opened->outer;
  if (opened->outer) {
    opened->outer->within += duration;
    opened->outer->has_inner = true;
  }
  Live& listening = live();
  const std::lock_guard lock(listening.mutex);
  for (Collected* const collected : listening.all)
    if (opened->start >= collected->began) collected->add(*opened, duration);
}

Recording::Recording(const RecordingOptions& options) : collected_(new detail::Collected) {
  collected_->options = options;
  collected_->began = Clock::now();
  const std::lock_guard lock(live().mutex);
  live().all.push_back(collected_.get());
  detail::recordings.fetch_add(1, std::memory_order_relaxed);
}

Recording::~Recording() { end(); }

void Recording::end() {
  const std::lock_guard lock(live().mutex);
  if (!std::exchange(collected_->live, false)) return;
  collected_->ended = Clock::now();
  std::erase(live().all, collected_.get());
  detail::recordings.fetch_sub(1, std::memory_order_relaxed);
}

Profile Recording::profile() const {
  Profile result;
  {
    const std::lock_guard lock(live().mutex);
    result.seconds = seconds((collected_->live ? Clock::now() : collected_->ended) - collected_->began);
    result.events = collected_->events;
    result.left_out = collected_->left_out;
    for (const auto& [name, row] : collected_->rows) {
      result.rows.push_back(row);
      result.rows.back().name = name;
    }
  }
  std::stable_sort(result.events.begin(), result.events.end(),
                   [](const Profile::Event& a, const Profile::Event& b) { return a.start < b.start; });
  std::stable_sort(result.rows.begin(), result.rows.end(),
                   [](const Profile::Row& a, const Profile::Row& b) { return a.seconds > b.seconds; });
  double total = 0;
  for (const Profile::Row& row : result.rows) total += row.seconds;
  for (Profile::Row& row : result.rows) row.share = total > 0 ? row.seconds / total : 0;
  return result;
}

}  // namespace terrella::profile
