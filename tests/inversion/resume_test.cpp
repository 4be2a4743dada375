// Runs that are stopped, killed and resumed end at the bits of an unbroken one.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "core/error.h"
#include "core/interrupt.h"
#include "inversion/checkpoint.h"
#include "inversion/mt1d.h"
#include "inversion/result_file.h"
#include "inversion/state_file.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/inversion/layered_data.h"
#include "tests/inversion/resume_child.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::TemporaryFolder;

namespace {

std::vector<Sounding> line() {
  std::vector<Sounding> all;
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    all.push_back(tests::layered_sounding({100, 10, 1000}, {1000, 2000}, 0.05, seed, 15));
  return all;
}

std::vector<Invert1dOptions> methods() {
  std::vector<Invert1dOptions> all(6);
  for (Invert1dOptions& o : all) o.layers.count = 15;
  all[1].lateral = 1;
  all[2].method = Method1d::gauss_newton, all[2].lambda_choice = Lambda1d::discrepancy;
  all[3].method = Method1d::lbfgs;
  all[4].method = Method1d::levenberg_marquardt, all[4].smoothing = Smoothing1d::total_variation;
  all[5].target_rms = 0.3;  // out of reach: Occam relaxes
  return all;
}

/// All but the clock.
void expect_same(const Result& a, const Result& b) {
  EXPECT_TRUE(a.model == b.model);
  EXPECT_TRUE(a.fits == b.fits);
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    Iteration x = a.history[i], y = b.history[i];
    x.seconds = y.seconds = 0;
    EXPECT_TRUE(x == y) << "row " << i;
  }
}

struct Stopped {};
std::atomic<int> questions{0};
void stop_after_questions() {
  if (--questions < 0) throw Stopped();
}

/// What is asked between nodes of graphs, tiles of matrices and sites, until it throws.
TEST(Resume, WorkStoppedWithinAnIterationGoesOnToTheSameBits) {
  const TemporaryFolder folder("interrupt");
  for (const Invert1dOptions& o : methods()) {
    const Result whole = invert_1d(line(), o);
    RunControl control{.checkpoint = folder / "run.checkpoint"};
    remove_checkpoint(control.checkpoint);
    int stops = 0;
    control.resume = true;
    for (int allowed = 50;; allowed *= 2) {
      questions = allowed;
      interrupt_check = &stop_after_questions;
      bool stopped = false;
      Result result;
      try {
        result = invert_1d(line(), o, control);
      } catch (const Stopped&) { stopped = true; }
      interrupt_check = nullptr;
      stops += stopped;
      if (stopped) continue;
      expect_same(result, whole);
      break;
    }
    EXPECT_GT(stops, 3);
  }
}

TEST(Resume, StoppedRunsGoOnToTheSameBits) {
  const TemporaryFolder folder("resume");
  for (const Invert1dOptions& o : methods()) {
    int calls_in_all = 0;
    const Result whole = invert_1d(line(), o, {.progress = [&](const Progress1d&) { return ++calls_in_all > 0; }});
    RunControl control{.checkpoint = folder / "run.checkpoint"};
    for (const int after : {1, 4, 9}) {
      std::stop_source source;
      int calls = 0;
      control.resume = false;
      control.stop = source.get_token();
      control.progress = [&](const Progress1d& now) {
        EXPECT_LE(now.sites_done, now.sites);
        if (++calls == after) source.request_stop();
        return true;
      };
      const Result part = invert_1d(line(), o, control);
      EXPECT_EQ(part.fits.size(), 4);
      int stopped = 0;
      for (const SiteFit& fit : part.fits) stopped += fit.stopped.ends_with("stopped on request") && !fit.converged;
      // Each of the other sites may be in its last iteration when the stop is asked for.
      EXPECT_GE(stopped, calls_in_all > after + 3 ? 1 : 0) << after << " of " << calls_in_all;
      ASSERT_TRUE(has_checkpoint(control.checkpoint));
      control.resume = true;
      control.stop = {};
      control.progress = {};
      expect_same(invert_1d(line(), o, control), whole);
      expect_same(invert_1d(line(), o, control), whole);  // of a finished run, nothing is computed again
    }
  }
}

TEST(Resume, CallbacksStopToo) {
  int calls = 0;
  const Result r = invert_1d({line()[0]}, {}, {.progress = [&](const Progress1d&) { return ++calls < 2; }});
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(r.fits[0].stopped, "stopped on request");
}

TEST(Resume, OtherRunsAndNonsenseAreRefused) {
  const TemporaryFolder folder("resume_other");
  RunControl control{.checkpoint = folder / "run.checkpoint"};
  invert_1d(line(), {}, control);
  control.resume = true;
  const auto refusal = [&](const Invert1dOptions& o) {
    try {
      invert_1d(line(), o, control);
    } catch (const std::exception& error) { return std::string(error.what()); }
    return std::string("accepted");
  };
  EXPECT_NE(refusal({.target_rms = 2}).find("is the checkpoint of another run"), std::string::npos);
  EXPECT_EQ(refusal({}), "accepted");
  // Sound seal, foreign content.
  const std::string path = folder / "nonsense";
  EXPECT_THROW(from_checkpoint({.reals = {}, .integers = {{"status", {99}}}, .texts = {}}, path), FormatError);
  EXPECT_THROW(from_checkpoint({.reals = {{"0.model", {1}}}, .integers = {{"status", {-1}}}, .texts = {}}, path),
               FormatError);
  control.checkpoint.clear();
  EXPECT_EQ(refusal({}), "to resume, give the path of the checkpoint");
}

TEST(Resume, NoRoomForCheckpointsEndsTheRun) {
  EXPECT_THROW(invert_1d(line(), {}, {.checkpoint = "/no/such/folder/run.checkpoint"}), Error);
}

/// Not a test of its own: what the next one runs in another process and kills.
TEST(Resume, DISABLED_Child) {
  const char* folder = std::getenv("TERRELLA_RESUME_FOLDER");
  const char* method = std::getenv("TERRELLA_RESUME_METHOD");
  ASSERT_TRUE(folder && method);
  RunControl control{.checkpoint = std::string(folder) + "/run.checkpoint", .resume = true};
  control.progress = [](const Progress1d&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that kills fall into the run, not behind it
    return true;
  };
  write_hdf5(invert_1d(line(), methods().at(static_cast<std::size_t>(std::atoi(method))), control),
             std::string(folder) + "/run.h5");
}

/// An unbroken run in another process: its time, starting included, which kills have to fall into.
std::chrono::microseconds time_of_a_whole_run(std::size_t method) {
  const TemporaryFolder folder("resume_whole");
  const auto begin = std::chrono::steady_clock::now();
  int status = 0;
  ::waitpid(start_child("Resume", folder / ".", method), &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
}

TEST(Resume, KilledFiftyTimesItEndsAtTheSameBits) {
  std::mt19937 random(11);
  int kills = 0, with_checkpoint = 0, finished = 0;
  for (std::size_t turn = 0; kills < 50; ++turn) {
    const std::size_t method = turn % methods().size();
    const TemporaryFolder folder("resume_kill");
    const std::string base = folder / ".";
    const std::int64_t whole = time_of_a_whole_run(method).count();
    for (int kills_here = 0;; ++kills_here) {
      const pid_t child = start_child("Resume", base, method);
      ASSERT_GT(child, 0);
      if (kills < 50 && kills_here < 9) {  // then it may finish, so that every method has its turn
        std::this_thread::sleep_for(
            std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, whole)(random)));
        ::kill(child, SIGKILL);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      if (WIFEXITED(status)) {
        ASSERT_EQ(WEXITSTATUS(status), 0);
        break;
      }
      ++kills;
      with_checkpoint += has_checkpoint(base + "/run.checkpoint");
    }
    expect_same(read_result(base + "/run.h5"), invert_1d(line(), methods()[method]));
    ++finished;
  }
  EXPECT_GE(finished, 6);
  EXPECT_GE(with_checkpoint, 15);  // kills fell into runs that had begun
  RecordProperty("finished_runs", finished);
  RecordProperty("kills_with_a_checkpoint", with_checkpoint);
}

}  // namespace
