#include <string_view>
#include <unordered_map>

#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t compared_at_most = std::size_t{1} << 22;  // bytes of a constant

/// Bytes that tell a constant from others of its shape; empty where it is too large, or strided.
std::string_view contents(const Array& array) {
  const auto all = static_cast<std::size_t>(array.size()) * size_of(array.dtype);
  const std::size_t bytes = holds_one_number(array) ? size_of(array.dtype) : array.contiguous() ? all : 0;
  if (bytes == 0 || bytes > compared_at_most) return {};
  return {static_cast<const char*>(array.bytes()), bytes};
}

bool same_array(const Array& a, const Array& b) {
  if (a.dtype != b.dtype || !(a.shape == b.shape)) return false;
  if (a.buffer.get() == b.buffer.get() && a.offset == b.offset && a.strides == b.strides) return true;
  const std::string_view x = contents(a), y = contents(b);
  return !x.empty() && x == y && holds_one_number(a) == holds_one_number(b);
}

bool same_results(const Program& program, const Instruction& a, const Instruction& b) {
  if (a.results.size() != b.results.size()) return false;
  for (std::size_t k = 0; k < a.results.size(); ++k)
    if (!(program.aval(a.results[k]) == program.aval(b.results[k]))) return false;
  return true;
}

std::size_t hash(const Array& array) {
  const std::string_view bytes = contents(array);
  return bytes.empty() ? std::hash<const void*>()(array.buffer.get()) : std::hash<std::string_view>()(bytes);
}

std::size_t hash(const Instruction& in) {
  std::size_t h = std::hash<std::string_view>()(in.op->name());
  for (const Value v : in.operands) h = h * 0x9E3779B97F4A7C15ULL + static_cast<std::size_t>(v) + 1;
  return h;
}

}  // namespace

void merge_common(Program& program) {
  Substitution now(program);
  std::unordered_multimap<std::size_t, std::size_t> seen;
  for (std::size_t i = 0; i < program.constants.size(); ++i) {
    const Program::Constant& c = program.constants[i];
    const std::size_t key = hash(c.array);
    bool found = false;
    for (auto [k, end] = seen.equal_range(key); k != end && !found; ++k) {
      found = same_array(program.constants[k->second].array, c.array);
      if (found) now.replace(c.value, program.constants[k->second].value);
    }
    if (!found) seen.emplace(key, i);
  }
  seen.clear();
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    Instruction& in = program.instructions[i];
    now.apply(in.operands);
    const std::size_t key = hash(in);
    bool found = false;
    for (auto [k, end] = seen.equal_range(key); k != end && !found; ++k) {
      const Instruction& other = program.instructions[k->second];
      found = in.operands == other.operands && in.op->same_as(*other.op) && same_results(program, in, other);
      if (found)
        for (std::size_t r = 0; r < in.results.size(); ++r) now.replace(in.results[r], other.results[r]);
    }
    if (!found) seen.emplace(key, i);
  }
  now.apply(program.outputs);
  drop_dead(program);
}

}  // namespace terrella::compiler
