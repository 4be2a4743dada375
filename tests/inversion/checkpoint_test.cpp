#include "inversion/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/read_file.h"
#include "datasets/hdf5/writer.h"
#include "inversion/versions.h"
#include "tests/datasets/hdf5/example.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::odd_survey;
using tests::same_bits;
using tests::TemporaryFolder;

namespace {

const std::string run = run_hash("lambda = 1", odd_survey());

/// A state that belongs together: every part is derived from the iteration.
Checkpoint state(int iteration) {
  Checkpoint checkpoint;
  checkpoint.reals["model"].assign(20000, 1.0 / (iteration + 1));
  checkpoint.reals["model"][7] = datasets::not_a_number;
  checkpoint.reals["nothing"] = {};
  checkpoint.integers["iteration"] = {iteration};
  checkpoint.texts["stopped"] = "läuft " + std::to_string(iteration);
  return checkpoint;
}

bool same(const Checkpoint& a, const Checkpoint& b) {
  if (a.integers != b.integers || a.texts != b.texts || a.reals.size() != b.reals.size()) return false;
  for (const auto& [name, values] : a.reals)
    if (!b.reals.contains(name) || !same_bits(values, b.reals.at(name))) return false;
  return true;
}

std::string refusal(const std::string& path, const std::string& of) {
  try {
    read_checkpoint(path, of);
  } catch (const FormatError& error) { return error.what(); }
  return "accepted";
}

TEST(Checkpoint, ComesBackToTheLastBit) {
  const TemporaryFolder folder("checkpoint");
  const std::string path = folder / "run.checkpoint";
  EXPECT_FALSE(has_checkpoint(path));
  write_checkpoint(state(3), run, path);
  EXPECT_TRUE(has_checkpoint(path));
  const LoadedCheckpoint loaded = read_checkpoint(path, run);
  EXPECT_TRUE(same(loaded.checkpoint, state(3)));
  EXPECT_FALSE(same(loaded.checkpoint, state(4)));
  EXPECT_TRUE(loaded.warnings.empty());
  write_checkpoint(state(4), run, path);
  remove_checkpoint(path);
  EXPECT_FALSE(has_checkpoint(path));
}

TEST(Checkpoint, FallsBackToThePreviousAndSaysSo) {
  const TemporaryFolder folder("checkpoint_fallback");
  const std::string path = folder / "run.checkpoint";
  write_checkpoint(state(1), run, path);
  write_checkpoint(state(2), run, path);
  const std::string whole = datasets::read_file(path, 1 << 24);
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  for (const std::string& bytes : {damaged, whole.substr(0, 5000), std::string()}) {
    datasets::write_file(path, bytes);
    const LoadedCheckpoint loaded = read_checkpoint(path, run);
    EXPECT_TRUE(same(loaded.checkpoint, state(1)));
    ASSERT_EQ(loaded.warnings.size(), 1u);
    EXPECT_NE(loaded.warnings[0].find("the previous checkpoint is used"), std::string::npos);
  }
  std::filesystem::remove(path);
  EXPECT_TRUE(same(read_checkpoint(path, run).checkpoint, state(1)));
  datasets::write_file(path, damaged);
  datasets::write_file(datasets::previous_path(path), damaged);
  EXPECT_NE(refusal(path, run).find("nor can the previous one be used"), std::string::npos);
  EXPECT_EQ(refusal(folder / "none", run), (folder / "none") + ": cannot be opened: No such file or directory");
}

TEST(Checkpoint, AnotherRunIsRefused) {
  const TemporaryFolder folder("checkpoint_other");
  const std::string path = folder / "run.checkpoint";
  write_checkpoint(state(1), run, path);
  write_checkpoint(state(2), run, path);
  datasets::Survey moved = odd_survey();
  for (datasets::Site& site : moved.sites) site.provenance.path = "elsewhere/" + site.provenance.path;
  EXPECT_EQ(run_hash("lambda = 1", moved), run);
  datasets::Survey changed = odd_survey();
  changed.sites[0].z[3][1] += 1e-12;
  datasets::Survey masked = odd_survey();
  masked.sites[1].z_masked[0][1] = !masked.sites[1].z_masked[0][1];
  for (const std::string& other :
       {run_hash("lambda = 2", odd_survey()), run_hash("lambda = 1", changed), run_hash("lambda = 1", masked)}) {
    EXPECT_NE(other, run);
    EXPECT_EQ(refusal(path, other),
              path +
                  ": is the checkpoint of another run: its configuration or data differ; start anew, or "
                  "resume with the configuration and data of that run");
  }
}

TEST(Checkpoint, OtherVersionsAreAWarning) {
  const TemporaryFolder folder("checkpoint_versions");
  const std::string path = folder / "run.checkpoint";
  datasets::hdf5::Writer writer("checkpoint", 1);
  writer.root().set("run", run);
  for (const char* group : {"reals", "integers", "texts"}) writer.root().group(group);
  datasets::hdf5::WriteGroup group = writer.root().group("versions");
  std::map<std::string, std::string> others = versions();
  others["instruction set"] = "vector9000";
  others["abacus"] = "1";
  for (const auto& [name, version] : others) group.write(name, std::span<const std::string>(&version, 1));
  datasets::write_file(path, writer.finish());
  const std::vector<std::string> warnings = read_checkpoint(path, run).warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(
      warnings[0],
      "the checkpoint was written with other software or hardware (abacus 1 -> absent, instruction set vector9000 -> " +
          versions().at("instruction set") + "); the run goes on, but not to the same bits");
}

TEST(Checkpoint, VersionsNameWhatBitsDependOn) {
  const auto found = versions();
  for (const char* name : {"terrella", "instruction set", "compiler", "glibc", "eigen", "onetbb", "hdf5"}) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_FALSE(found.at(name).empty()) << name;
  }
  EXPECT_EQ(found.at("hdf5").find_first_not_of("0123456789.-patch"), std::string::npos) << found.at("hdf5");
}

TEST(Checkpoint, FullDiskKeepsTheLastOne) {
  const TemporaryFolder folder("checkpoint_full");
  const std::string path = folder / "run.checkpoint";
  write_checkpoint(state(1), run, path);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string what;
  try {
    write_checkpoint(state(2), run, path);
  } catch (const ResourceError& error) { what = error.what(); }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(what.find(path + ": cannot write: File too large"), std::string::npos) << what;
  EXPECT_TRUE(same(read_checkpoint(path, run).checkpoint, state(1)));
}

TEST(Checkpoint, KilledAtAnyTimeTheLastOneIsWhole) {
  const TemporaryFolder folder("checkpoint_kill");
  const std::string path = folder / "run.checkpoint";
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) write_checkpoint(state(0), run, path);
  const auto five = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  std::mt19937 random(17);
  std::int64_t furthest = 0;
  for (int kill = 0; kill < 50; ++kill) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
      for (int i = 1;; ++i) write_checkpoint(state(i), run, path);
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(500, 500 + five.count())(random)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const LoadedCheckpoint loaded = read_checkpoint(path, run);
    EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings[0];  // the newest itself, not the previous
    const std::int64_t iteration = loaded.checkpoint.integers.at("iteration")[0];
    ASSERT_TRUE(same(loaded.checkpoint, state(static_cast<int>(iteration))));
    furthest = std::max(furthest, iteration);
  }
  EXPECT_GE(furthest, 1);  // the kills fell between writes, not before them
}

}  // namespace
