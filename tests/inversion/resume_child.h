// tests/inversion/resume_child.h: a run in another process, which a test kills.
#pragma once
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace terrella::inversion {

/// Starts SUITE.DISABLED_Child, which finds its folder and the number of its method in TERRELLA_RESUME_FOLDER and
/// TERRELLA_RESUME_METHOD. What it says goes nowhere.
inline pid_t start_child(const std::string& suite, const std::string& folder, std::size_t method) {
  ::setenv("TERRELLA_RESUME_FOLDER", folder.c_str(), 1);
  ::setenv("TERRELLA_RESUME_METHOD", std::to_string(method).c_str(), 1);
  const std::string filter = "--gtest_filter=" + suite + ".DISABLED_Child";
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, 1);
  ::execl("/proc/self/exe", "child", filter.c_str(), "--gtest_also_run_disabled_tests",
          "--gtest_output=", static_cast<char*>(nullptr));
  ::_exit(127);
}

}  // namespace terrella::inversion
