#include "core/jit.h"

#include <algorithm>
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

bool same(const Signature& s, const Tensors& x) {
  return std::equal(s.arguments.begin(), s.arguments.end(), x.begin(), x.end(),
                    [](const Signature::Argument& a, const Tensor& t) {
                      return a.aval.dtype == t.dtype() && a.aval.shape == t.shape() && a.weak == t.node()->weak;
                    });
}

Signature signature(const Tensors& x) {
  Signature s;
  s.arguments.reserve(x.size());
  for (const Tensor& t : x) s.arguments.push_back({graph::aval(t), t.node()->weak});
  return s;
}

}  // namespace

struct Jit::Cache {
  Function f;
  std::vector<std::size_t> donate;
  mutable std::mutex mutex;
  using Known = std::unordered_map<Signature, std::shared_ptr<const compiler::CompiledOp>, SignatureHash>;
  Known known;
  const Known::value_type* newest = nullptr;  ///< that of the last call, which the next is likely to need again
  std::shared_ptr<const compiler::CompiledOp> last;
};

Jit::Jit(Function f, JitOptions options) : cache_(std::make_shared<Cache>()) {
  cache_->f = std::move(f);
  cache_->donate = std::move(options.donate);
}

std::shared_ptr<const compiler::CompiledOp> Jit::operation(const Tensors& x) const {
  {
    const std::lock_guard lock(cache_->mutex);
    if (!cache_->newest || !same(cache_->newest->first, x)) {
      const auto found = cache_->known.find(signature(x));
      cache_->newest = found == cache_->known.end() ? nullptr : &*found;
    }
    if (cache_->newest) {
      if (cache_->last != cache_->newest->second) cache_->last = cache_->newest->second;
      return cache_->last;
    }
  }
  const auto op = std::make_shared<const compiler::CompiledOp>(compiler::trace(cache_->f, x));
  const std::lock_guard lock(cache_->mutex);
  if (op->inside().captured.empty()) cache_->known.emplace(signature(x), op);
  return cache_->last = op;
}

std::shared_ptr<const compiler::CompiledOp> Jit::kept(const Tensors& x) const {
  auto op = operation(x);
  return op->inside().captured.empty() ? op : nullptr;
}

void Jit::compile(const Tensors& x) const { operation(x)->executable(); }

Tensors Jit::operator()(Tensors x) const {
  for (const std::size_t i : cache_->donate)
    if (i >= x.size())
      fail("jit: argument ", i, " is to be donated, but the call has ", x.size(), "; count them from 0");
  const std::shared_ptr<const compiler::CompiledOp> op = operation(x);
  const Tensors& captured = op->inside().captured;
  x.insert(x.end(), captured.begin(), captured.end());
  return compiler::call(op, std::move(x), cache_->donate);
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
      report.fused_products += static_cast<int>(in.tape->products());
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
