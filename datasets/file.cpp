#include "datasets/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/error.h"

namespace terrella::datasets {
namespace {

// An open file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

std::string reason() { return std::strerror(errno); }

std::string read_bytes(const std::string& path, std::size_t most, bool whole) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) throw FormatError(path, 0, "cannot be opened: " + reason());
  struct stat status;
  if (::fstat(file.number(), &status) != 0) throw FormatError(path, 0, "cannot be read: " + reason());
  if (!S_ISREG(status.st_mode)) throw FormatError(path, 0, "is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (whole && size > most)
    throw FormatError(path, 0, text("holds ", size, " bytes; more than ", most, " are refused"));
  std::string bytes(std::min(size, most), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw FormatError(path, 0, "cannot be read: " + reason());
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most) { return read_bytes(path, most, true); }

std::string read_start(const std::string& path, std::size_t most) { return read_bytes(path, most, false); }

void write_file_atomically(const std::string& path, std::string_view bytes) {
  static std::atomic<unsigned> serial = 0;
  const std::filesystem::path target(path);
  const std::string folder = target.parent_path().empty() ? "." : target.parent_path().string();
  const std::string temporary = text(path, ".", ::getpid(), ".", serial++, ".tmp");
  const auto refuse = [&](const char* what) {
    const std::string why = reason();
    ::unlink(temporary.c_str());
    throw ResourceError(path + ": " + what + ": " + why);
  };
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.number() < 0) throw ResourceError(path + ": no temporary file beside it: " + reason());
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.number(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse("cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(file.number()) != 0) refuse("cannot be brought to disk");
  if (!file.close()) refuse("cannot be closed");
  if (::rename(temporary.c_str(), path.c_str()) != 0) refuse("cannot be renamed into place");
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() >= 0) ::fsync(directory.number());
}

}  // namespace terrella::datasets
