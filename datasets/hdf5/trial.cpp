#include "datasets/hdf5/trial.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

// What the child says: one of these, and after `refused` the message.
constexpr char ended = 'e', refused = 'r';

/// Lowers a limit of this process; false where it is that low already.
bool limit(decltype(RLIMIT_CORE) what, rlim_t most) {
  rlimit now{};
  if (::getrlimit(what, &now) != 0 || now.rlim_cur <= most) return false;
  now.rlim_cur = most;
  return ::setrlimit(what, &now) == 0;
}

/// Bounds what a forged file may cost; honest ones, packed as tightly as deflate can, stay far below. Returns whether
/// memory that runs out is the file's fault.
bool limit_cost(std::size_t bytes) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, 2 + bytes / 100'000);
  std::size_t pages = 0;
  if (!(std::ifstream("/proc/self/statm") >> pages)) return false;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return limit(RLIMIT_AS, pages * page + (std::size_t{256} << 20) + 4096 * bytes);
}

/// Never returns. Nothing in the pipe means that `parse` did not come to an end.
[[noreturn]] void run(const std::function<void()>& parse, std::size_t bytes, int pipe_end) {
  const bool bounded = limit_cost(bytes);
  // The handlers of the program, of Python or of a sanitizer are not for this; nor are their words on stderr.
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGXCPU, SIGTERM, SIGINT})
    ::signal(signal, SIG_DFL);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
  const int silence = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (silence >= 0) ::dup2(silence, STDERR_FILENO);
  ::alarm(static_cast<unsigned>(60 + bytes / 50'000));  // of wall time: far beyond that of the processor
  std::string answer(1, ended);
  try {
    parse();
  } catch (const FormatError& error) { answer = refused + std::string(error.what()); } catch (const std::bad_alloc&) {
    if (bounded) ::_exit(1);  // else memory is short for all
  } catch (...) {             // an end like another, which the parent meets itself
  }
  std::string_view rest = answer;
  while (!rest.empty()) {
    const ssize_t written = ::write(pipe_end, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) break;
    rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  ::_exit(0);
}

}  // namespace

void try_in_child(const std::string& path, std::size_t bytes, const std::function<void()>& parse) {
  int ends[2];
  const auto refuse = [&] {
    throw ResourceError(text(path,
                             ": cannot start a process to check the file: ", std::system_category().message(errno),
                             "; free memory or raise `ulimit -u` and `ulimit -n`"));
  };
  if (::pipe2(ends, O_CLOEXEC) != 0) refuse();
  const pid_t child = ::fork();
  if (child == 0) run(parse, bytes, ends[1]);
  const int error = errno;
  ::close(ends[1]);
  std::string answer;
  if (child > 0) {
    char part[512];
    for (ssize_t got = 1; got != 0;) {
      got = ::read(ends[0], part, sizeof part);
      if (got < 0 && errno != EINTR) break;
      if (got > 0) answer.append(part, static_cast<std::size_t>(got));
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  ::close(ends[0]);
  if (child < 0) {
    errno = error;
    refuse();
  }
  if (answer.empty())
    throw FormatError(path, 0,
                      "is damaged in a way that breaks libhdf5, or that asks for far more time or memory than such a "
                      "file can need; its seal was renewed after that");
  if (answer[0] == refused) {
    const std::string prefix = path + ": ";
    const std::string_view message = std::string_view(answer).substr(1);
    throw FormatError(path, 0, message.starts_with(prefix) ? message.substr(prefix.size()) : message);
  }
}

}  // namespace terrella::datasets::hdf5
