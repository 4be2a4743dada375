// Two-dimensional runs that are stopped, killed and resumed end at the bits of an unbroken one.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include "core/error.h"
#include "inversion/checkpoint.h"
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/result_file.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/inversion/mt2d/line_data.h"
#include "tests/inversion/resume_child.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::TemporaryFolder;

namespace {

datasets::Observations short_line() {
  return tests::line_data({.y = {-800, 0, 900}, .periods = {0.05, 1.0}, .relative = 0.05, .tipper = false});
}

std::vector<Invert2dOptions> methods() {
  std::vector<Invert2dOptions> all(7);
  for (Invert2dOptions& o : all) {
    o.rows_per_skin_depth = 1.5, o.growth = 1.6, o.columns_between_sites = 3, o.cell_columns = 3;
    o.max_iterations = 6;
  }
  all[1].static_shift = true, all[1].smoothing = Smoothing2d::total_variation;
  all[2].target_rms = 0.2, all[2].max_iterations = 12;  // out of reach: Occam relaxes
  all[3].method = Method2d::gauss_newton;
  all[4].method = Method2d::lbfgs, all[4].max_iterations = 2;
  all[5].method = Method2d::nonlinear_cg, all[5].max_iterations = 2;
  all[6].method = Method2d::gauss_newton, all[6].lambda_choice = Lambda2d::gcv, all[6].max_iterations = 2;
  return all;
}

/// All but the clock and the versions' order.
void expect_same(const Result2d& a, const Result2d& b, std::size_t method) {
  EXPECT_EQ(a.model.resistivity, b.model.resistivity) << method;
  EXPECT_EQ(a.models, b.models) << method;
  EXPECT_EQ(a.static_shift, b.static_shift) << method;
  EXPECT_EQ(a.trials, b.trials) << method;
  EXPECT_EQ(a.stopped, b.stopped) << method;
  EXPECT_EQ(a.config, b.config) << method;
  EXPECT_EQ(a.model.depth_of_investigation, b.model.depth_of_investigation) << method;
  ASSERT_EQ(a.history.size(), b.history.size()) << method;
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    Iteration x = a.history[i], y = b.history[i];
    x.seconds = y.seconds = 0;
    EXPECT_TRUE(x == y) << "row " << i << " of method " << method;
  }
}

TEST(Resume2d, StoppedRunsGoOnToTheSameBits) {
  const TemporaryFolder folder("resume_2d");
  for (std::size_t method = 0; method < methods().size(); ++method) {
    const Invert2dOptions o = methods()[method];
    const Result2d whole = invert_2d(short_line(), o);
    RunControl control{.checkpoint = folder / "run.checkpoint"};
    for (const int after : {1, 3}) {
      std::stop_source source;
      int calls = 0;
      control.resume = false;
      control.stop = source.get_token();
      control.progress = [&](const Progress1d&) {
        if (++calls == after) source.request_stop();
        return true;
      };
      const Result2d part = invert_2d(short_line(), o, control);
      EXPECT_EQ(part.stopped, "stopped on request") << method;
      EXPECT_EQ(part.history.size(), static_cast<std::size_t>(after));
      control.resume = true;
      control.stop = {};
      control.progress = {};
      expect_same(invert_2d(short_line(), o, control), whole, method);
      expect_same(invert_2d(short_line(), o, control), whole, method);  // of a finished run, nothing is done again
    }
  }
}

TEST(Resume2d, CheckpointsOfOtherRunsAreRefused) {
  const TemporaryFolder folder("resume_2d_other");
  RunControl control{.checkpoint = folder / "run.checkpoint"};
  Invert2dOptions o = methods()[0];
  o.max_iterations = 1;
  invert_2d(short_line(), o, control);
  control.resume = true;
  datasets::Observations other = short_line();
  other.rows[3].value *= 1.0001;
  EXPECT_THROW(invert_2d(other, o, control), FormatError);
  o.horizontal = 2;
  EXPECT_THROW(invert_2d(short_line(), o, control), FormatError);
}

/// Not a test of its own: what the next one runs in another process and kills.
TEST(Resume2d, DISABLED_Child) {
  const char* folder = std::getenv("TERRELLA_RESUME_FOLDER");
  const char* method = std::getenv("TERRELLA_RESUME_METHOD");
  ASSERT_TRUE(folder && method);
  const RunControl control{.checkpoint = std::string(folder) + "/run.checkpoint", .resume = true};
  write_hdf5(invert_2d(short_line(), methods().at(static_cast<std::size_t>(std::atoi(method))), control),
             std::string(folder) + "/run.h5");
}

TEST(Resume2d, KilledTwelveTimesItEndsAtTheSameBits) {
  std::mt19937 random(5);
  int kills = 0, with_checkpoint = 0;
  for (std::size_t turn = 0; kills < 12; ++turn) {
    const std::size_t method = turn % methods().size();
    const TemporaryFolder folder("resume_2d_kill");
    const std::string base = folder / ".";
    const auto begin = std::chrono::steady_clock::now();
    const Result2d whole = invert_2d(short_line(), methods()[method]);
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count();
    for (int here = 0;; ++here) {
      const pid_t child = start_child("Resume2d", base, method);
      ASSERT_GT(child, 0);
      if (kills < 12 && here < 3) {
        std::this_thread::sleep_for(
            std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(micros / 4, micros)(random)));
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
    expect_same(read_result_2d(base + "/run.h5"), whole, method);
  }
  EXPECT_GE(with_checkpoint, 4);  // kills fell into runs that had begun
}

}  // namespace
