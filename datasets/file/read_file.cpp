#include "datasets/file/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace terrella::datasets {
namespace {

// An open file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

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

}  // namespace terrella::datasets
