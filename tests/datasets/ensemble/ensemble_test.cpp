// Ensembles: the same bytes by any number of threads, whole after kill -9, gone on with, and a disk that is full.
#include "datasets/ensemble/ensemble.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "core/error.h"
#include "core/random.h"
#include "datasets/file/atomic_file.h"
#include "datasets/pipeline/stages.h"

using namespace terrella;
using namespace terrella::datasets;

namespace fs = std::filesystem;

namespace {

class Ensemble : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::temp_directory_path() / ("terrella_ensemble_" + std::to_string(::getpid()))).string();
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string in(const char* name) const { return (fs::path(folder_) / name).string(); }
  std::string folder_;
};

const EnsemblePlan plan{.samples = 103,
                        .shard_samples = 10,
                        .seed = 5,
                        .configuration = "a = 1\n",
                        .coordinates = {{"period", Tensor({1.0, 2.0})}}};

Sample make(std::int64_t index, std::uint64_t seed) {
  return make_sample({{"index", Tensor(index)}, {"x", random_normal({20}, seed, DType::f32)}});
}
Sample slowly(std::int64_t index, std::uint64_t seed) {
  ::usleep(2000);
  return make(index, seed);
}

std::map<std::string, std::string> shards_of(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("shard-")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return all;
}

/// Reads all samples of a folder; fails the test unless they are those that make() gives.
std::int64_t check_samples(const std::string& folder) {
  const EnsembleContent content = read_ensemble(folder);
  if (content.shards.empty()) return 0;
  Iteration iteration(ensemble_dataset(folder, 1));
  std::int64_t count = 0;
  for (Sample sample; iteration.next(sample); ++count) {
    const auto index = sample.at("index").item<std::int64_t>();
    const auto expected = make(index, split_seed(plan.seed, static_cast<std::uint64_t>(index)));
    EXPECT_EQ(sample.at("x").to_vector<float>(), expected.at("x").to_vector<float>());
  }
  EXPECT_EQ(count, content.samples);
  return count;
}

}  // namespace

TEST_F(Ensemble, HasTheSameBytesByAnyNumberOfThreads) {
  std::map<std::string, std::string> expected;
  for (const int threads : {1, 2, 4}) {
    const std::string folder = in(std::to_string(threads).c_str());
    std::int64_t calls = 0;
    const auto outcome =
        write_ensemble(folder, plan, make, {.threads = threads, .progress = [&](const EnsembleProgress& now) {
                                              ++calls;
                                              EXPECT_EQ(now.all, 103);
                                              return true;
                                            }});
    EXPECT_TRUE(outcome.complete);
    EXPECT_EQ(outcome.written, 103);
    EXPECT_EQ(calls, 11);
    if (expected.empty()) expected = shards_of(folder);
    EXPECT_EQ(shards_of(folder), expected);
    EXPECT_EQ(check_samples(folder), 103);
    const EnsembleContent content = read_ensemble(folder);
    EXPECT_EQ(content.plan.configuration, plan.configuration);
    EXPECT_EQ(content.plan.seed, 5u);
    for (const auto& entry : fs::directory_iterator(folder))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
  }
}

TEST_F(Ensemble, IsWholeAfterKillAndGoesOnToTheSameBytes) {
  write_ensemble(in("whole"), plan, make, {.threads = 1});
  const std::string folder = in("killed");
  fs::create_directories(folder);
  std::int64_t acknowledged = 0;
  int kills = 0;
  for (; kills < 40; ++kills) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {  // tells each shard that is acknowledged, until it is killed
      write_ensemble(folder, plan, slowly, {.threads = 2, .resume = true, .progress = [&](const EnsembleProgress& now) {
                                              return ::write(ends[1], &now.samples, sizeof now.samples) ==
                                                     sizeof now.samples;
                                            }});
      ::_exit(0);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(15'000 + 7000 * (kills % 7)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    for (std::int64_t told = 0; ::read(ends[0], &told, sizeof told) == sizeof told;)
      acknowledged = std::max(acknowledged, told);
    ::close(ends[0]);
    if (!fs::exists(fs::path(folder) / "ensemble.json")) continue;
    const std::int64_t there = check_samples(folder);
    EXPECT_GE(there, acknowledged);
    if (WIFEXITED(status) && there == 103) break;
  }
  EXPECT_GT(kills, 2) << "the child was never killed in its work";
  const auto outcome = write_ensemble(folder, plan, make, {.threads = 2, .resume = true});
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(shards_of(folder), shards_of(in("whole")));
}

TEST_F(Ensemble, IsWrittenBySeveralProcessesTogether) {
  const std::string folder = in("shared");
  fs::create_directories(folder);
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        write_ensemble(folder, plan, slowly, {.threads = 2, .resume = true});
        ::_exit(0);
      } catch (...) { ::_exit(1); }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  write_ensemble(in("whole"), plan, make, {.threads = 1});
  EXPECT_EQ(shards_of(folder), shards_of(in("whole")));
  EXPECT_EQ(check_samples(folder), 103);
}

TEST_F(Ensemble, StopsWhereProgressSaysSoAndOnErrors) {
  const std::string folder = in("stopped");
  auto outcome = write_ensemble(
      folder, plan, make, {.threads = 1, .progress = [](const EnsembleProgress& now) { return now.samples < 30; }});
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(outcome.written, 30);
  EXPECT_THROW(write_ensemble(folder, plan, make), Error);  // without resume
  try {
    write_ensemble(folder, plan,
                   [](std::int64_t i, std::uint64_t seed) {
                     Sample sample = make(i, seed);
                     if (i == 57) sample.values[1] = Tensor(std::vector<double>{1.0, std::nan("")});
                     return sample;
                   },
                   {.threads = 1, .resume = true});
    ADD_FAILURE() << "no error";
  } catch (const SolveError& error) {
    EXPECT_STREQ(error.what(), "ensemble: field 'x' of sample 57 is not finite at position 1");
  }
  EXPECT_EQ(check_samples(folder), 50);
  outcome = write_ensemble(folder, plan, make, {.threads = 1, .resume = true});
  EXPECT_EQ(outcome.found, 50);
  EXPECT_EQ(outcome.written, 53);
}

TEST_F(Ensemble, OfAnotherPlanIsRefused) {
  const std::string folder = in("other");
  write_ensemble(folder, plan, make);
  const auto refused = [&](EnsemblePlan other, const char* what) {
    try {
      write_ensemble(folder, other, make, {.resume = true});
      ADD_FAILURE() << what;
    } catch (const Error& error) { EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what(); }
  };
  EnsemblePlan other = plan;
  other.seed = 6;
  refused(other, "another seed (5, now 6)");
  other = plan;
  other.samples = 104;
  refused(other, "another number of samples");
  other = plan;
  other.configuration = "b";
  refused(other, "another configuration");
}

TEST_F(Ensemble, SamplesUnlikeTheOthersAreRefused) {
  const auto refused = [&](const char* folder, const MakeSample& other, const char* what) {
    try {
      write_ensemble(in(folder), plan, other, {.threads = 1, .resume = true});
      ADD_FAILURE() << what;
    } catch (const Error& error) { EXPECT_STREQ(error.what(), what); }
  };
  const MakeSample longer = [](std::int64_t i, std::uint64_t seed) {
    Sample sample = make(i, seed);
    if (i >= 10) sample.values[1] = random_normal({21}, seed, DType::f32);
    return sample;
  };
  // In another shard than the first sample, and behind shards of a former run.
  refused("new", longer, "ensemble: field 'x' of sample 10 is f32 [21], but f32 [20] in sample 0");
  write_ensemble(in("begun"), plan, make,
                 {.threads = 1, .progress = [](const EnsembleProgress& now) { return now.samples < 10; }});
  const std::string shard = (fs::path(in("begun")) / "shard-00000000.h5").string();
  refused("begun", longer, ("ensemble: field 'x' of sample 10 is f32 [21], but f32 [20] in " + shard).c_str());
  const auto without = [](std::int64_t i, std::uint64_t) { return make_sample({{"index", Tensor(i)}}); };
  refused("begun", without, ("ensemble: sample 10 lacks the field 'x', which " + shard + " has").c_str());
  EXPECT_EQ(check_samples(in("begun")), 10);
}

TEST_F(Ensemble, GoesOnWithTheSameCoordinatesAlone) {
  const std::string folder = in("coordinates");
  write_ensemble(folder, plan, make,
                 {.threads = 1, .progress = [](const EnsembleProgress& now) { return now.samples < 10; }});
  const auto refused = [&](std::map<std::string, Tensor> coordinates, const char* name) {
    EnsemblePlan other = plan;
    other.coordinates = std::move(coordinates);
    try {
      write_ensemble(folder, other, make, {.resume = true});
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      const std::string what = std::string("begun with another coordinate '") + name + "'";
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  refused({{"period", Tensor({1.0, 3.0})}}, "period");
  refused({{"period", Tensor({1.0, 2.0, 3.0})}}, "period");
  refused({}, "period");
  refused({{"depth", Tensor({1.0})}, {"period", Tensor({1.0, 2.0})}}, "depth");
  EXPECT_TRUE(write_ensemble(folder, plan, make, {.resume = true}).complete);
}

TEST_F(Ensemble, ADiskThatIsFullLeavesWhatWasWritten) {
  const std::string folder = in("full");
  write_ensemble(folder, plan, make,
                 {.threads = 1, .progress = [](const EnsembleProgress& now) { return now.samples < 20; }});
  rlimit before{}, small{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  small = {2000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_ensemble(folder, plan, make, {.threads = 2, .resume = true}), ResourceError);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(check_samples(folder), 20);
  EXPECT_TRUE(write_ensemble(folder, plan, make, {.resume = true}).complete);
}

TEST_F(Ensemble, DamagedShardsAndForeignFoldersAreRefused) {
  const std::string folder = in("damaged");
  write_ensemble(folder, plan, make);
  EXPECT_THROW(read_ensemble(in("nothing")), FormatError);
  const std::string shard = (fs::path(folder) / "shard-00000003.h5").string();
  fs::resize_file(shard, fs::file_size(shard) - 7);
  EXPECT_THROW(write_ensemble(folder, plan, make, {.resume = true}), FormatError);
  write_file((fs::path(folder) / "ensemble.json").string(), "{}");
  EXPECT_THROW(read_ensemble(folder), FormatError);
}
