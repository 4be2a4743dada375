#include "datasets/hdf5/trial.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

// What the child says: one of these, and after `refused` the message.
constexpr char ended = 'e', refused = 'r';

/// Never returns. Nothing in the pipe means that `parse` did not come to an end.
[[noreturn]] void run(const std::function<void()>& parse, unsigned seconds, int pipe_end) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  // The handlers of the program, of Python or of a sanitizer are not for this; nor are their words on stderr.
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM, SIGINT})
    ::signal(signal, SIG_DFL);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
  const int silence = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (silence >= 0) ::dup2(silence, STDERR_FILENO);
  ::alarm(seconds);
  std::string answer(1, ended);
  try {
    parse();
  } catch (const FormatError& error) {
    answer = refused + std::string(error.what());
  } catch (...) {  // an end like another, which the parent meets itself
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
  if (child == 0) run(parse, static_cast<unsigned>(60 + bytes / 1000000), ends[1]);
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
    throw FormatError(path, 0, "is damaged in a way that breaks libhdf5; its seal was renewed after that");
  if (answer[0] == refused) {
    const std::string prefix = path + ": ";
    const std::string_view message = std::string_view(answer).substr(1);
    throw FormatError(path, 0, message.starts_with(prefix) ? message.substr(prefix.size()) : message);
  }
}

}  // namespace terrella::datasets::hdf5
