// core/error.h: the exceptions of Terrella and the one way to throw them.
//
// Wrong arguments throw std::invalid_argument (ValueError in Python) by fail(); what is found wrong later, in files or
// in solves, throws an Error that says where.
#pragma once
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace terrella {

/// Base of all errors that are not the caller's wrong arguments.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that does not hold what its format demands. `line` counts from 1; 0 where lines mean nothing (HDF5).
class FormatError : public Error {
 public:
  FormatError(std::string path, std::int64_t line, std::string_view what)
      : Error(path + (line > 0 ? ":" + std::to_string(line) : "") + ": " + std::string(what)),
        path_(std::move(path)),
        line_(line) {}
  const std::string& path() const noexcept { return path_; }
  std::int64_t line() const noexcept { return line_; }

 private:
  std::string path_;
  std::int64_t line_;
};

/// Units, signs or conventions that contradict each other.
class UnitError : public Error {
 public:
  using Error::Error;
};

/// A mesh that breaks a rule of its solver.
class MeshError : public Error {
 public:
  using Error::Error;
};

/// A solve that met a singular matrix, a NaN or an impossible factor; names the place.
class SolveError : public Error {
 public:
  using Error::Error;
};

/// Not enough memory or disk; the caller may retry with less. Exit code 5 of the command line.
class ResourceError : public Error {
 public:
  using Error::Error;
};

/// The text of all parts, streamed one after another.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws std::invalid_argument with the parts streamed one after another: what was wrong, where, how to mend it.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw std::invalid_argument(text(parts...));
}

}  // namespace terrella
