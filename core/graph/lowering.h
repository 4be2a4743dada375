// core/graph/lowering.h: what a compiler of graphs (core/jit) may know of an operation.
#pragma once
#include <array>
#include <cstdint>

#include "core/ops/elementwise.h"
#include "core/shape.h"

namespace terrella {
enum class Reduction : std::uint8_t { sum, product, minimum, maximum, any, all };
}

namespace terrella::graph {

struct Lowering {
  enum class Kind : std::uint8_t {
    opaque,       ///< run by evaluate(); its results may share memory with its inputs
    fresh,        ///< run by evaluate(), which writes into the memory that an output brings, or makes new memory
    product,      ///< of matrices, its two inputs [.., m, k] and [.., k, n] of equal batches; otherwise like fresh
    elementwise,  ///< an instruction of fused programs; inputs broadcast to the result
    convert,      ///< a change of dtype, likewise
    reduce,       ///< over some axes, which the result then lacks
    alias,        ///< its first input as it is
    broadcast,    ///< its input seen with more or longer axes
    reshape,      ///< its input with other axes, in the same order
    transpose,    ///< its input with axes in another order
  };
  Kind kind = Kind::opaque;
  Elementwise elementwise = Elementwise::count;
  Reduction reduction = Reduction::sum;
  std::array<bool, max_rank> reduced{};
  Shape axes;  ///< of transpose: which axis of the input each axis of the result is

  /// Whether evaluate() writes into the memory that an output brings.
  bool fills() const { return kind == Kind::fresh || kind == Kind::product; }

  static Lowering of(Kind kind) {
    Lowering l;
    l.kind = kind;
    return l;
  }
  static Lowering of(Elementwise operation) {
    Lowering l = of(Kind::elementwise);
    l.elementwise = operation;
    return l;
  }
};

}  // namespace terrella::graph
