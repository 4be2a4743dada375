#include "viz/renderer.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"

namespace terrella::viz {
namespace {

namespace fs = std::filesystem;

bool executable(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::string find_in_path(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::stringstream folders(variable ? variable : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && executable(fs::path(folder) / name)) return fs::path(folder) / name;
  return "";
}

/// Folders of the running program and, where this code is part of a Python module, of that module.
std::vector<fs::path> own_folders() {
  std::vector<fs::path> folders;
  std::error_code none;
  if (const fs::path program = fs::read_symlink("/proc/self/exe", none); !none)
    folders.push_back(program.parent_path());
  Dl_info info;
  if (::dladdr(reinterpret_cast<void*>(&find_renderer), &info) && info.dli_fname)
    folders.push_back(fs::absolute(info.dli_fname, none).parent_path());
  return folders;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    if (error) throw Error("no folder for temporary files; set the environment variable TMPDIR to one that exists");
    std::string pattern = (parent / "terrella-render-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      throw Error(text("no temporary folder ", pattern, ": ", std::strerror(errno), "; TMPDIR names another place"));
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Outcome {
  bool succeeded = false;
  std::string reason;  ///< "ended with status 3", "..."
  std::string words;   ///< what it said on stderr, the last 4000 bytes
};

std::string read_end(const fs::path& path, std::size_t limit) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return bytes.size() > limit ? bytes.substr(bytes.size() - limit) : bytes;
}

/// Waits without blocking for ever: the child's group gets SIGTERM at the deadline and SIGKILL two seconds later.
int wait_for(pid_t child, double timeout_seconds, bool& timed_out) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_seconds);
  int status = 0;
  timed_out = false;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return -1;
    const auto now = Clock::now();
    if (now > deadline) {
      ::kill(-child, now > deadline + std::chrono::seconds(2) ? SIGKILL : SIGTERM);
      timed_out = true;
    }
    ::poll(nullptr, 0, 10);
  }
  return status;
}

Outcome run(const std::vector<std::string>& command, const fs::path& folder, double timeout_seconds) {
  const std::string words = folder / "words";
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, words.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  // A group of its own, so that a timeout ends xvfb-run, its X server and the renderer together; signals as at start.
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, command[0].c_str(), &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error) return {false, text("did not start: ", std::strerror(error)), ""};

  bool timed_out = false;
  const int status = wait_for(child, timeout_seconds, timed_out);
  Outcome outcome;
  outcome.words = read_end(words, 4000);
  if (timed_out)
    outcome.reason = text("was ended after ", timeout_seconds, " s");
  else if (status == -1)
    outcome.reason = text("was lost: ", std::strerror(errno));
  else if (WIFSIGNALED(status))
    outcome.reason = text("died of signal ", WTERMSIG(status), " (", ::strsignal(WTERMSIG(status)), ")");
  else if (WEXITSTATUS(status) != 0)
    outcome.reason = text("ended with status ", WEXITSTATUS(status));
  else
    outcome.succeeded = true;
  return outcome;
}

}  // namespace

std::string find_renderer() {
  const std::string name = "terrella-render";
  if (const char* wish = std::getenv("TERRELLA_RENDER"); wish && *wish) {
    if (executable(wish)) return fs::absolute(wish);
    throw Error(text("TERRELLA_RENDER=", wish, " is no program that can be run"));
  }
  std::string searched;
  for (const fs::path& folder : own_folders())
    for (const char* relative : {".", "../bin", "../../bin", "../../../../bin"}) {
      const fs::path candidate = (folder / relative / name).lexically_normal();
      if (executable(candidate)) return candidate;
      searched += candidate.string() + ", ";
    }
  if (std::string found = find_in_path(name); !found.empty()) return found;
  throw Error(
      "pictures and VTK files need " + name + ", which is neither at " + searched +
      "nor in PATH; build it (CMake option TERRELLA_RENDER) or name it in the environment variable TERRELLA_RENDER");
}

std::vector<std::string> render(const std::string& job, const std::vector<std::string>& outputs, bool draws,
                                double timeout_seconds) {
  const std::string renderer = find_renderer();
  const TemporaryFolder folder;
  const fs::path job_file = folder.path() / "job.json";
  {
    std::ofstream out(job_file, std::ios::binary);
    out << job;
    if (!out.flush()) throw ResourceError("cannot write " + job_file.string() + "; is the disk full?");
  }
  const std::vector<std::string> plain{renderer, job_file};
  const char* display = std::getenv("DISPLAY");
  Outcome outcome;
  const bool direct = !draws || (display && *display);
  if (direct) outcome = run(plain, folder.path(), timeout_seconds);
  if (draws && !outcome.succeeded) {
    const std::string xvfb = find_in_path("xvfb-run");
    if (xvfb.empty() && !direct) throw Error("pictures need a display or xvfb-run (Debian packages xvfb and xauth)");
    if (!xvfb.empty())
      outcome = run({xvfb, "-a", "-s", "-screen 0 1280x1024x24 -noreset", plain[0], plain[1]}, folder.path(),
                    timeout_seconds);
  }
  if (!outcome.succeeded)
    throw Error(renderer + " " + outcome.reason + (outcome.words.empty() ? "" : ": " + outcome.words));
  std::vector<std::string> contents;
  for (const std::string& output : outputs) {
    std::ifstream in(folder.path() / output, std::ios::binary);
    contents.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (contents.back().empty()) throw Error(text(renderer, " left no ", output, ": ", outcome.words));
  }
  return contents;
}

}  // namespace terrella::viz
