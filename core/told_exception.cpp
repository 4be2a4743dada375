#include "core/told_exception.h"

#include <new>
#include <stdexcept>

#include "core/error.h"
#include "core/interrupt.h"

namespace terrella {
namespace {

enum class Kind : std::uint8_t { other, argument, format, unit, mesh, solve, resource, interruption };

}  // namespace

Bytes told(const std::exception_ptr& thrown) {
  const auto as = [](Kind kind, const std::string& words, const std::string& path = {}, std::int64_t line = 0) {
    return BytesWriter{}.put(kind).put_all(words).put_all(path).put(line).take();
  };
  try {
    std::rethrow_exception(thrown);
  } catch (const FormatError& e) {
    const std::string whole = e.what(), place = FormatError(e.path(), e.line(), "").what();
    return as(Kind::format, whole.substr(place.size()), e.path(), e.line());
  } catch (const UnitError& e) { return as(Kind::unit, e.what()); } catch (const MeshError& e) {
    return as(Kind::mesh, e.what());
  } catch (const SolveError& e) { return as(Kind::solve, e.what()); } catch (const ResourceError& e) {
    return as(Kind::resource, e.what());
  } catch (const std::bad_alloc&) { return as(Kind::resource, "out of memory"); } catch (const Interruption& e) {
    return as(Kind::interruption, e.what());
  } catch (const std::invalid_argument& e) { return as(Kind::argument, e.what()); } catch (const std::exception& e) {
    return as(Kind::other, e.what());
  } catch (...) { return as(Kind::other, "an exception without words"); }
}

void throw_told(const Bytes& told, const std::string& prefix) {
  BytesReader read(told);
  const auto kind = read.get<Kind>();
  const std::string words = read.get_text(), path = read.get_text();
  const auto line = read.get<std::int64_t>();
  switch (kind) {
    case Kind::argument:
      throw std::invalid_argument(prefix + words);
    case Kind::format:
      throw FormatError(prefix + path, line, words);
    case Kind::unit:
      throw UnitError(prefix + words);
    case Kind::mesh:
      throw MeshError(prefix + words);
    case Kind::solve:
      throw SolveError(prefix + words);
    case Kind::resource:
      throw ResourceError(prefix + words);
    case Kind::interruption:
      throw Interruption();
    case Kind::other:
      break;
  }
  throw Error(prefix + words);
}

}  // namespace terrella
