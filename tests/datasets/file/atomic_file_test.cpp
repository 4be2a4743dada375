#include "datasets/file/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "core/error.h"
#include "datasets/file/read_file.h"

namespace fs = std::filesystem;
using terrella::datasets::previous_path;
using terrella::datasets::write_file;

namespace {

class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::path(testing::TempDir()) / ("atomic_file_" + std::to_string(::getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
    path = (folder / "data.bin").string();
  }
  void TearDown() override { fs::remove_all(folder); }

  static std::string content(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  template <class Exception>
  std::string message(const std::string& name, std::string_view bytes = "x") {
    try {
      write_file(name, bytes);
    } catch (const Exception& error) { return error.what(); }
    ADD_FAILURE() << name << " was accepted";
    return {};
  }

  fs::path folder;
  std::string path;
};

TEST_F(AtomicFile, WritesPartsOneAfterAnother) {
  const std::string_view parts[] = {"one", "", std::string_view("\0two", 4), "three"};
  write_file(path, parts);
  EXPECT_EQ(content(path), std::string("one\0twothree", 12));
  const terrella::datasets::InputFile file(path);
  EXPECT_EQ(file.size(), 12u);
  std::string part(5, '?');
  EXPECT_EQ(file.read(2, part), 5u);
  EXPECT_EQ(part, std::string("e\0two", 5));
  EXPECT_EQ(file.read(10, part), 2u);
  EXPECT_EQ(file.read(99, part), 0u);
}

TEST_F(AtomicFile, WritesAndReplaces) {
  const std::string zeros(100000, '\0');
  write_file(path, zeros);
  EXPECT_EQ(content(path), zeros);
  write_file(path, "second");
  EXPECT_EQ(content(path), "second");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFile, RelativeNameAndLinkAreFollowed) {
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  write_file("data.bin", "one");
  fs::current_path(before);
  EXPECT_EQ(content(path), "one");
  const fs::path link = folder / "link";
  fs::create_symlink("data.bin", link);
  write_file(link.string(), "two");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(content(path), "two");
}

TEST_F(AtomicFile, KeepsPermissionsAndThePrevious) {
  write_file(path, "one", {.keep_previous = true});
  EXPECT_FALSE(fs::exists(previous_path(path)));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  write_file(path, "two", {.keep_previous = true});
  write_file(path, "three", {.keep_previous = true});
  EXPECT_EQ(content(path), "three");
  EXPECT_EQ(content(previous_path(path)), "two");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
  EXPECT_EQ(files(), 2u);
}

TEST_F(AtomicFile, TakesOverWhatAKilledWriterLeft) {
  std::ofstream(folder / ".data.bin.tmp") << "half of a longer fi";
  write_file(path, "whole");
  EXPECT_EQ(content(path), "whole");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFile, WrongPlacesSayWhatToDo) {
  using terrella::Error;
  EXPECT_EQ(message<Error>(folder.string()), folder.string() + ": cannot write: is a folder; name a file in it");
  const std::string nowhere = (folder / "no" / "where.edi").string();
  EXPECT_EQ(message<Error>(nowhere), nowhere + ": cannot write: No such file or directory; create the folder first");
  EXPECT_EQ(message<Error>("/dev/null"), "/dev/null: cannot write: is not a regular file; choose another");
  EXPECT_EQ(message<std::invalid_argument>(""), "write_file: the path is empty");
  const std::string proc = "/proc/terrella";
  EXPECT_NE(message<Error>(proc).find("/proc/terrella: cannot write: "), std::string::npos);
  const std::string taken = (folder / ".data.bin.tmp").string();
  fs::create_symlink("/dev/null", taken);
  EXPECT_NE(message<Error>(path).find(path + ": cannot write: "), std::string::npos);
}

TEST_F(AtomicFile, NoPermission) {
  if (::geteuid() == 0) {  // root may write anywhere: ask as nobody, in a child
    fs::permissions(folder, fs::perms(0755));
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setuid(65534) != 0) ::_exit(3);
      try {
        write_file(path, "x");
      } catch (const terrella::Error& error) {
        ::_exit(std::string(error.what()).find("Permission denied; give yourself write permission") != std::string::npos
                    ? 0
                    : 2);
      }
      ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  } else {
    fs::permissions(folder, fs::perms(0555));
    EXPECT_NE(message<terrella::Error>(path).find("Permission denied"), std::string::npos);
    fs::permissions(folder, fs::perms(0755));
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(AtomicFile, FullDiskLeavesTheOldFile) {
  write_file(path, "old");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string what = message<terrella::ResourceError>(path, std::string(100000, 'n'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(
      what,
      path + ": cannot write: File too large; the file is larger than the limit of the file system or of `ulimit -f`");
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFile, WritersOfOnePathNeverMix) {
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 25; ++i)
        write_file(path, std::string(50000 + static_cast<std::size_t>(w), static_cast<char>('a' + w)));
    });
  for (int i = 0; i < 200; ++i) {
    const std::string seen = content(path);
    if (seen.empty()) continue;  // not there yet
    const auto w = static_cast<std::size_t>(seen[0] - 'a');
    ASSERT_EQ(seen, std::string(50000 + w, seen[0]));
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFile, KilledWriterLeavesOldOrNew) {
  const auto version = [](int i) { return std::string(200000, static_cast<char>('a' + i % 26)) + std::to_string(i); };
  write_file(path, version(0), {.keep_previous = true});
  std::mt19937 random(7);
  for (int kill = 0; kill < 60; ++kill) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
      for (int i = 1;; ++i) write_file(path, version(i), {.keep_previous = true});
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(100, 12000)(random)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (const std::string& name : {path, previous_path(path)}) {
      if (!fs::exists(name)) continue;  // no previous until the second version
      const std::string seen = content(name);
      ASSERT_GT(seen.size(), 200000u) << name;
      ASSERT_EQ(seen, version(std::stoi(seen.substr(200000)))) << name;
    }
  }
  write_file(path, "last", {.keep_previous = true});
  EXPECT_LE(files(), 2u);  // the file and the previous one
}

}  // namespace
