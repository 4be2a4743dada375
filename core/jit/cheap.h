// core/jit/cheap.h: what takes less time to compute again than to keep.
#pragma once
#include "core/graph/lowering.h"

namespace terrella::compiler {

/// Whatever is in a cache.
inline bool is_cheap(const graph::Lowering& l) {
  if (l.kind == graph::Lowering::Kind::convert) return true;
  switch (l.elementwise) {
    case Elementwise::add:
    case Elementwise::subtract:
    case Elementwise::multiply:
    case Elementwise::negative:
    case Elementwise::square:
    case Elementwise::conj:
    case Elementwise::real:
    case Elementwise::imag:
      return true;
    default:
      return false;
  }
}

/// Less than to write it to memory and read it again. Powers most often are squares, cubes or roots.
inline bool is_light(const graph::Lowering& l) {
  if (is_cheap(l)) return true;
  switch (l.elementwise) {
    case Elementwise::abs:
    case Elementwise::divide:
    case Elementwise::reciprocal:
    case Elementwise::sqrt:
    case Elementwise::power:
    case Elementwise::minimum:
    case Elementwise::maximum:
    case Elementwise::select:
    case Elementwise::equal:
    case Elementwise::less:
    case Elementwise::greater:
      return true;
    default:
      return false;
  }
}

}  // namespace terrella::compiler
