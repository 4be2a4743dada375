#include "datasets/hdf5/trial.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

/// Never returns. A byte in the pipe is the sign that `parse` came to an end.
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
  try {
    parse();
  } catch (...) {  // an exception is an end like another; the parent will meet it itself
  }
  const char done = 1;
  const ssize_t written = ::write(pipe_end, &done, 1);
  ::_exit(written == 1 ? 0 : 1);
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
  char done = 0;
  ssize_t got = 0;
  if (child > 0) {
    while ((got = ::read(ends[0], &done, 1)) < 0 && errno == EINTR) {}
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {}
  }
  ::close(ends[0]);
  if (child < 0) {
    errno = error;
    refuse();
  }
  if (got != 1 || done != 1)
    throw FormatError(path, 0, "is damaged in a way that breaks libhdf5; its seal was renewed after that");
}

}  // namespace terrella::datasets::hdf5
