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

std::string reason() { return std::strerror(errno); }

std::string read_bytes(const std::string& path, std::size_t most, bool whole) {
  const InputFile file(path);
  if (whole && file.size() > most)
    throw FormatError(path, 0, text("holds ", file.size(), " bytes; more than ", most, " are refused"));
  std::string bytes(std::min(file.size(), most), '\0');
  bytes.resize(file.read(0, bytes));
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most) { return read_bytes(path, most, true); }

std::string read_start(const std::string& path, std::size_t most) { return read_bytes(path, most, false); }

InputFile::InputFile(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) throw FormatError(path, 0, "cannot be opened: " + reason());
  struct stat status;
  std::string wrong;
  if (::fstat(descriptor_, &status) != 0)
    wrong = "cannot be read: " + reason();
  else if (!S_ISREG(status.st_mode))
    wrong = "is not a regular file";
  if (!wrong.empty()) {
    ::close(descriptor_);
    throw FormatError(path, 0, wrong);
  }
  size_ = static_cast<std::size_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::size_t InputFile::read(std::size_t offset, std::span<char> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw FormatError(path_, 0, "cannot be read: " + reason());
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace terrella::datasets
