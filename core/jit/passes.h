// core/jit/passes.h: what is done to a program before it runs. One file a pass; `compile` in executable.h has the
// order.
#pragma once
#include "core/jit/program.h"

namespace terrella::compiler {

/// Names one way of writing what can be written in several: aliases go, elementwise operations broadcast their operands
/// themselves, chains of reshapes, transposes and conversions become one, constants stand right in commutative
/// operations.
void canonicalise(Program& program);

/// Computes what depends on constants alone, as long as the result is small.
void fold_constants(Program& program);

/// x + 0, x * 1, -(-x) and their like, exact up to the sign of zero.
void simplify(Program& program);

/// The same operation of the same values is computed once; equal small constants are one.
void merge_common(Program& program);

/// Drops what no output needs.
void drop_dead(Program& program);

/// Elementwise operations and the reductions at their end become tapes, few of which write what others read.
void fuse(Program& program);

/// Products of small matrices that only one tape reads are made in it.
void fuse_products(Program& program);

/// Brings the instructions into an order that needs little memory.
void schedule(Program& program);

}  // namespace terrella::compiler
