#include "core/jit.h"

#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "core/graph/node.h"
#include "core/jit/compiled_op.h"
#include "core/jit/dump.h"

namespace terrella {
namespace {

/// What a compiled program depends on besides the function.
struct Signature {
  struct Argument {
    graph::Aval aval;
    bool weak;
    bool operator==(const Argument&) const = default;
  };
  std::vector<Argument> arguments;
  bool operator==(const Signature&) const = default;
};

struct SignatureHash {
  std::size_t operator()(const Signature& s) const {
    std::size_t h = s.arguments.size();
    const auto add = [&](std::int64_t n) { h = (h ^ static_cast<std::size_t>(n)) * 0x9E3779B97F4A7C15ULL; };
    for (const Signature::Argument& a : s.arguments) {
      add(static_cast<std::int64_t>(a.aval.dtype) * 2 + a.weak);
      for (const std::int64_t e : a.aval.shape) add(e);
    }
    return h;
  }
};

Signature signature(const Tensors& x) {
  Signature s;
  s.arguments.reserve(x.size());
  for (const Tensor& t : x) s.arguments.push_back({graph::aval(t), t.node()->weak});
  return s;
}

}  // namespace

struct Jit::Cache {
  Function f;
  mutable std::mutex mutex;
  std::unordered_map<Signature, std::shared_ptr<const compiler::CompiledOp>, SignatureHash> known;
  std::shared_ptr<const compiler::CompiledOp> last;
};

Jit::Jit(Function f) : cache_(std::make_shared<Cache>()) { cache_->f = std::move(f); }

Tensors Jit::operator()(const Tensors& x) const {
  const Signature key = signature(x);
  std::shared_ptr<const compiler::CompiledOp> op;
  {
    const std::lock_guard lock(cache_->mutex);
    if (const auto found = cache_->known.find(key); found != cache_->known.end()) op = cache_->last = found->second;
  }
  if (op) return compiler::call(op, x);
  op = std::make_shared<const compiler::CompiledOp>(compiler::trace(cache_->f, x));
  Tensors inputs = x;
  const Tensors& captured = op->inside().captured;
  inputs.insert(inputs.end(), captured.begin(), captured.end());
  {
    const std::lock_guard lock(cache_->mutex);
    if (captured.empty()) cache_->known.emplace(key, op);
    cache_->last = op;
  }
  return compiler::call(op, std::move(inputs));
}

std::size_t Jit::compiled() const {
  const std::lock_guard lock(cache_->mutex);
  return cache_->known.size();
}

JitReport Jit::report() const {
  std::shared_ptr<const compiler::CompiledOp> op;
  {
    const std::lock_guard lock(cache_->mutex);
    op = cache_->last;
  }
  if (!op) fail("jit: the function has not been called yet; call it once, then ask for its report");
  const compiler::Executable& executable = op->executable();
  JitReport report;
  for (const compiler::Instruction& in : executable.program().instructions) {
    if (in.tape) {
      ++report.fused;
      report.fused_operations += static_cast<int>(in.tape->instructions.size());
    } else {
      ++report.operations;
    }
  }
  report.arena_bytes = executable.memory().arena;
  report.peak_bytes = executable.memory().peak;
  report.compile_seconds = op->compile_seconds();
  report.program = compiler::to_text(executable.program());
  return report;
}

}  // namespace terrella
