// datasets/file/read_file.h: whole files in, with a bound; datasets/file/atomic_file.h is the way out.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace terrella::datasets {

/// The bytes of a regular file. Throws FormatError where there is none, where it is a folder or device, where it cannot
/// be read or holds more than `most` bytes.
std::string read_file(const std::string& path, std::size_t most);

/// The first bytes of a regular file, at most `most`; throws as read_file does.
std::string read_start(const std::string& path, std::size_t most);

/// A regular file whose parts are read where they are wanted. Throws FormatError as read_file does.
class InputFile {
 public:
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  /// Bytes of the file when it was opened.
  std::size_t size() const { return size_; }
  /// Fills `into` with what stands from byte `offset` on; the number of bytes, less than asked for only at the end of
  /// the file.
  std::size_t read(std::size_t offset, std::span<char> into) const;

 private:
  std::string path_;
  int descriptor_;
  std::size_t size_ = 0;
};

}  // namespace terrella::datasets
