#include "datasets/file/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace terrella::datasets {
namespace {

namespace fs = std::filesystem;

const char* mend(int error) {
  switch (error) {
    case ENOSPC:
      return "free some space or choose another folder";
    case EDQUOT:
      return "your disk quota is used up: free some space or choose another folder";
    case EFBIG:
      return "the file is larger than the limit of the file system or of `ulimit -f`";
    case EMFILE:
    case ENFILE:
      return "too many open files: raise `ulimit -n`";
    case EACCES:
    case EPERM:
      return "give yourself write permission for the folder or choose another one";
    case EROFS:
      return "choose a folder on a writable file system";
    case ENOENT:
    case ENOTDIR:
      return "create the folder first";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EIO:
      return "the disk reports a fault: write elsewhere and check it";
    default:
      return "choose another file or folder";
  }
}

[[noreturn]] void throw_errno(const std::string& path, const char* action, int error) {
  const std::string message =
      text(path, ": cannot ", action, ": ", std::system_category().message(error), "; ", mend(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      throw ResourceError(message);
    default:
      throw Error(message);
  }
}

class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

/// The temporary beside `target`: locked while it is written, removed unless it was renamed.
class Temporary {
 public:
  Temporary(const std::string& path, const fs::path& target)
      : path_(path), name_((target.parent_path() / ("." + target.filename().string() + ".tmp")).string()) {
    struct stat opened {
    }, named{};
    do {  // whoever held the lock before has renamed or removed the file that we opened
      // No O_TRUNC: it would cut the file of a writer that holds the lock. No link is followed to a foreign file.
      file_ = Descriptor(::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
      if (file_.get() < 0) throw_errno(path, "write", errno);
      while (::flock(file_.get(), LOCK_EX) != 0 && errno == EINTR) {}  // file systems without locks go without
      if (::fstat(file_.get(), &opened) != 0) throw_errno(path, "write", errno);
    } while (::stat(name_.c_str(), &named) != 0 || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev);
    if (!S_ISREG(opened.st_mode) || opened.st_nlink != 1)
      throw Error(text(path, ": cannot write: ", name_, " is in the way; remove it"));
    owned_ = true;
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (owned_) ::unlink(name_.c_str());
  }

  void fill(std::span<const std::string_view> parts, const struct stat* replaced) {
    if (::ftruncate(file_.get(), 0) != 0) throw_errno(path_, "write", errno);
    if (replaced && ::fchmod(file_.get(), replaced->st_mode & 07777) != 0) throw_errno(path_, "set permissions", errno);
    for (std::string_view bytes : parts) {
      while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(path_, "write", errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
      }
    }
    if (::fsync(file_.get()) != 0) throw_errno(path_, "write", errno);
  }

  void rename_to(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) throw_errno(path_, "replace", errno);
    owned_ = false;
  }

 private:
  const std::string& path_;
  std::string name_;
  Descriptor file_;
  bool owned_ = false;
};

/// The old file gets a second name, so that `path` names a whole file at every moment.
void keep_previous(const std::string& path, const std::string& target) {
  const std::string previous = previous_path(target), link = previous + ".tmp";
  ::unlink(link.c_str());
  if (::link(target.c_str(), link.c_str()) == 0) {
    const int error = ::rename(link.c_str(), previous.c_str()) == 0 ? 0 : errno;
    ::unlink(link.c_str());  // also after success: rename does nothing where both names are the same file already
    if (error != 0) throw_errno(path, "keep the previous file", error);
    return;
  }
  if (errno == ENOSPC || errno == EDQUOT || errno == EIO) throw_errno(path, "keep the previous file", errno);
  // A file system without hard links: for a moment only the previous name stands.
  if (::rename(target.c_str(), previous.c_str()) != 0) throw_errno(path, "keep the previous file", errno);
}

/// The rename itself must survive a power cut. Not every file system can sync a folder, and not every folder that may
/// be written may be read; the content is on disk by then in any case.
void sync_folder(const std::string& path, const fs::path& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() >= 0 && ::fsync(handle.get()) != 0 && (errno == EIO || errno == ENOSPC))
    throw_errno(path, "sync the folder", errno);
}

}  // namespace

std::string previous_path(const std::string& path) { return path + ".previous"; }

void write_file(const std::string& path, std::string_view bytes, const AtomicFileOptions& options) {
  write_file(path, {&bytes, 1}, options);
}

void write_file(const std::string& path, std::span<const std::string_view> parts, const AtomicFileOptions& options) {
  if (path.empty()) fail("write_file: the path is empty");
  std::error_code error;
  fs::path target = fs::weakly_canonical(path, error);  // renaming onto a link would replace the link
  if (error) throw_errno(path, "write", error.value());
  if (!target.has_parent_path()) target = fs::path(".") / target;

  struct stat replaced {};
  const bool exists = ::stat(target.c_str(), &replaced) == 0;
  if (exists && S_ISDIR(replaced.st_mode)) throw Error(text(path, ": cannot write: is a folder; name a file in it"));
  if (exists && !S_ISREG(replaced.st_mode))
    throw Error(text(path, ": cannot write: is not a regular file; choose another"));

  Temporary temporary(path, target);
  temporary.fill(parts, exists ? &replaced : nullptr);
  if (exists && options.keep_previous) keep_previous(path, target.string());
  temporary.rename_to(target.string());
  sync_folder(path, target.parent_path());
}

}  // namespace terrella::datasets
