// What evaluation spends: which operations are seen, what they move, and who sees them.
#include "core/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/debug.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

using profile::Recording;
using profile::Scope;
using std::chrono::milliseconds;

Tensor vector_of(std::int64_t n) {
  Tensor x = linspace(0, 1, n);
  return x.eval();
}

const Profile::Row* row(const Profile& profile, std::string_view name) {
  const auto found =
      std::find_if(profile.rows.begin(), profile.rows.end(), [&](const Profile::Row& r) { return r.name == name; });
  return found == profile.rows.end() ? nullptr : &*found;
}

std::int64_t count(const Profile& profile, std::string_view name) {
  const Profile::Row* const found = row(profile, name);
  return found ? found->count : 0;
}

TEST(Profile, SeesWhatRunsNotWhatIsBuilt) {
  const Tensor x = vector_of(10);
  const Tensor before = sin(x).eval();
  Recording recording;
  const Tensor built = cos(x), y = exp(before) + 1.0;
  EXPECT_TRUE(recording.profile().events.empty());
  y.eval();
  const Profile seen = recording.profile();
  EXPECT_EQ(count(seen, "exp"), 1);
  EXPECT_EQ(count(seen, "add"), 1);
  EXPECT_EQ(count(seen, "cos"), 0);
  EXPECT_EQ(count(seen, "sin"), 0);
  recording.end();
  built.eval();
  EXPECT_EQ(recording.profile().events.size(), seen.events.size());
  EXPECT_EQ(recording.profile().seconds, recording.profile().seconds);  // the clock stands, too
}

TEST(Profile, CountsBytesOfWhatIsMoved) {
  const Tensor a = vector_of(200), b = reshape(cast(vector_of(20), DType::f32), {20, 1}).eval();
  Recording recording;
  const Tensor view = reshape(a, {20, 10});
  const Tensor wide = broadcast_to(b, {20, 10});
  (exp(view) + cast(wide, DType::f64)).eval();
  sum(a).eval();
  const Profile seen = recording.profile();
  EXPECT_EQ(row(seen, "reshape")->bytes_read, 0);
  EXPECT_EQ(row(seen, "reshape")->bytes_written, 0);
  EXPECT_EQ(row(seen, "exp")->bytes_read, 1600);
  EXPECT_EQ(row(seen, "exp")->bytes_written, 1600);
  EXPECT_EQ(row(seen, "cast")->bytes_read, 80);  // 20 elements of 4 bytes, however often they are shown
  EXPECT_EQ(row(seen, "add")->bytes_read, 3200);
  EXPECT_EQ(row(seen, "sum")->bytes_written, 8);
  const auto event =
      std::find_if(seen.events.begin(), seen.events.end(), [](const auto& e) { return e.name == "add"; });
  EXPECT_EQ(event->shapes, "f64 [20, 10], f64 [20, 10] -> f64 [20, 10]");
  EXPECT_EQ(event->origin, "");
}

TEST(Profile, EventsBearWhereTheyWereMade) {
  const Debug before = set_debug_mode(Debug::origins);
  Recording recording;
  {
    const Label here("mass matrix");
    sin(vector_of(3)).eval();
  }
  set_debug_mode(before);
  EXPECT_EQ(recording.profile().events.back().origin, "mass matrix");
}

TEST(Profile, TimesAreThoseOfTheClockAndInnerScopesHaveTheirOwn) {
  Recording recording;
  {
    const Scope outer("outer", 100);
    std::this_thread::sleep_for(milliseconds(20));
    {
      const Scope inner("inner", 60, 40);
      std::this_thread::sleep_for(milliseconds(30));
    }
  }
  const Profile seen = recording.profile();
  ASSERT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.events[0].name, "outer");
  EXPECT_GE(seen.events[0].duration, 0.050);
  EXPECT_GE(seen.events[1].start, 0.020);
  EXPECT_GE(row(seen, "inner")->seconds, 0.030);
  EXPECT_GE(row(seen, "outer")->seconds, 0.020);
  EXPECT_NEAR(row(seen, "outer")->seconds, seen.events[0].duration - seen.events[1].duration, 1e-9);
  EXPECT_NEAR(row(seen, "outer")->share + row(seen, "inner")->share, 1.0, 1e-12);
  EXPECT_LE(row(seen, "outer")->seconds + row(seen, "inner")->seconds, seen.seconds);
  EXPECT_EQ(seen.events[0].bytes_read, 100);
  EXPECT_EQ(row(seen, "outer")->bytes_read, 0);  // what moved, moved within
  EXPECT_EQ(row(seen, "inner")->bytes_read, 60);
}

TEST(Profile, RecordingsNestAndOverlap) {
  const auto work = [] { const Scope scope("work"); };
  Recording first;
  work();
  auto second = std::make_unique<Recording>();
  work();
  {
    Recording third;
    work();
    EXPECT_EQ(count(third.profile(), "work"), 1);
  }
  {
    const Scope cut("begins within the second only");
    second->end();
  }
  EXPECT_EQ(second->profile().events.size(), 2u);
  first.end();
  work();
  EXPECT_EQ(count(first.profile(), "work"), 3);
  EXPECT_EQ(count(second->profile(), "work"), 2);
  EXPECT_FALSE(profile::recording());
  const Scope nobody("nobody");
  EXPECT_FALSE(nobody.is_open());
}

TEST(Profile, OfManyThreadsAndThreadsThatRecord) {
  constexpr int threads = 4, rounds = 200;
  const Tensor x = vector_of(16);
  Recording all;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      Recording mine;
      for (int i = 0; i < rounds; ++i) {
        const Scope scope("round");
        sum(sin(x) * 2.0).eval();
      }
      EXPECT_GE(count(mine.profile(), "round"), rounds);
    });
  for (std::thread& worker : workers) worker.join();
  const Profile seen = all.profile();
  for (const char* const name : {"round", "sin", "multiply", "sum"})
    EXPECT_EQ(count(seen, name), threads * rounds) << name;
  std::vector<int> numbers;
  for (const Profile::Event& event : seen.events) numbers.push_back(event.thread);
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()) - numbers.begin(), threads);
  EXPECT_TRUE(std::is_sorted(seen.events.begin(), seen.events.end(),
                             [](const auto& a, const auto& b) { return a.start < b.start; }));
}

TEST(Profile, AnOperationThatFailsIsSeenAndTheGraphGoesOn) {
  const Tensor bad = cholesky(-eye(2));
  Recording recording;
  EXPECT_ANY_THROW(bad.eval());
  EXPECT_EQ(count(recording.profile(), "cholesky"), 1);
  const Scope outer("outer");
  EXPECT_TRUE(outer.is_open());
}

TEST(Profile, TheTableStaysWholeWhereEventsAreTooMany) {
  Recording recording({.most_events = 10});
  for (int i = 0; i < 25; ++i) const Scope scope("many", 3, 5);
  const Profile seen = recording.profile();
  EXPECT_EQ(seen.events.size(), 10u);
  EXPECT_EQ(seen.left_out, 15);
  EXPECT_EQ(row(seen, "many")->count, 25);
  EXPECT_EQ(row(seen, "many")->bytes_written, 125);
  EXPECT_NE(to_text(seen).find("15 events are in the table only"), std::string::npos);
}

TEST(Profile, AsATable) {
  Profile profile;
  profile.seconds = 2.5e-3;
  profile.rows = {{"matmul", 2, 1.5e-3, 3'000'000, 1'500'000, 0.75}, {"reshape", 10, 5e-4, 0, 0, 0.25}};
  profile.events.resize(2);
  EXPECT_EQ(to_text(profile),
            "operation     count       time    share      read   written         rate\n"
            "matmul            2    1.50 ms   75.0 %    3.0 MB    1.5 MB    3.00 GB/s\n"
            "reshape          10  500.00 us   25.0 %       0 B       0 B             \n"
            "all              12    2.00 ms  100.0 %    3.0 MB    1.5 MB    2.25 GB/s\n"
            "2.00 ms of 2.50 ms on 1 thread\n");
  EXPECT_NE(to_text(Profile{}).find("no operation was evaluated"), std::string::npos);
}

TEST(Profile, AsATraceThatJsonReadersRead) {
  Profile profile;
  profile.events = {
      {"a \"quoted\"\n\x01 name \xff", 1e-3, 2e-6, 3, 8, 16, "f64 [1] -> f64 [1]", "m.py:1 in f: \"\\\""}};
  const auto trace = nlohmann::json::parse(chrome_trace(profile));
  const auto& event = trace.at("traceEvents").at(1);
  EXPECT_EQ(event.at("name"), "a \"quoted\"\n\x01 name \xEF\xBF\xBD");
  EXPECT_EQ(event.at("ph"), "X");
  EXPECT_NEAR(event.at("ts").get<double>(), 1000.0, 1e-9);
  EXPECT_NEAR(event.at("dur").get<double>(), 2.0, 1e-12);
  EXPECT_EQ(event.at("tid"), 3);
  EXPECT_EQ(event.at("args").at("bytes_written"), 16);
  EXPECT_EQ(event.at("args").at("made_at"), "m.py:1 in f: \"\\\"");
}

}  // namespace
}  // namespace terrella
