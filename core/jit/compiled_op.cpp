#include "core/jit/compiled_op.h"

#include <chrono>

#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/trace.h"
#include "core/jit/followed_op.h"
#include "core/transform.h"

namespace terrella::compiler {
namespace {

thread_local int tracing = 0;

std::string mask(const std::vector<bool>& which) {
  std::string s;
  for (const bool b : which) s += b ? '1' : '0';
  return s;
}

/// Whether a live transform follows an input, of which none is a placeholder.
bool is_followed(const Tensors& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return graph::followed(*x.node()); }) &&
         std::none_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return x.node()->symbolic; });
}

bool may_donate(const Tensors& inputs) {
  return !graph::debugging(Debug::nan) && std::none_of(inputs.begin(), inputs.end(), [](const Tensor& x) {
    return x.node()->symbolic || graph::followed(*x.node());
  });
}

/// The values of the inputs; of donated ones that nobody else holds, without their nodes.
std::vector<Array> data_of(Tensors inputs, std::span<const std::size_t> donated) {
  graph::evaluate(inputs);
  std::vector<Array> values;
  values.reserve(inputs.size());
  for (const Tensor& x : inputs) values.push_back(x.node()->value);
  for (const std::size_t i : donated) inputs[i] = Tensor::none();
  return values;
}

}  // namespace

Tensors with_derivatives(std::span<const Tensor> inputs, std::span<const Tensor> derivatives) {
  Tensors all(inputs.begin(), inputs.end());
  for (const Tensor& t : derivatives)
    if (t.defined()) all.push_back(t);
  return all;
}

Tensors spread(const Tensors& given, std::size_t first, const std::vector<bool>& which) {
  Tensors all;
  for (const bool b : which) all.push_back(b ? given[first++] : Tensor::none());
  return all;
}

std::vector<bool> defined(std::span<const Tensor> tensors) {
  std::vector<bool> which;
  for (const Tensor& t : tensors) which.push_back(t.defined());
  return which;
}

CompiledOp::CompiledOp(graph::Subgraph inside) : inside_(std::move(inside)) {}

const Executable& CompiledOp::executable() const {
  std::call_once(once_, [this] {
    const auto start = std::chrono::steady_clock::now();
    executable_ = compile(inside_);
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  });
  return *executable_;
}

void CompiledOp::evaluate(Backend&, std::span<const Array> inputs, std::span<Array> outputs) const {
  // Looking for the first NaN, every operation is run and watched by itself.
  std::vector<Array> results =
      graph::debugging(Debug::nan) ? graph::run(inside_, inputs) : executable().run({inputs.begin(), inputs.end()});
  std::move(results.begin(), results.end(), outputs.begin());
}

namespace {

std::string key_of(const std::string& what, const Tensors& like) {
  std::vector<bool> numbers;
  for (const Tensor& x : like) numbers.push_back(x.node()->weak);
  return what + ' ' + mask(numbers);
}

}  // namespace

CompiledOp::Compiled CompiledOp::derived(const std::string& what, const std::function<Tensors(const Tensors&)>& f,
                                         const Tensors& like) const {
  const std::string key = key_of(what, like);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = derived_.find(key); known != derived_.end()) return known->second;
  }
  const auto made = std::make_shared<const CompiledOp>(trace(f, like));
  const std::lock_guard lock(mutex_);
  return derived_.emplace(key, made).first->second;
}

Tensors CompiledOp::jvp(const graph::RuleContext& node, std::span<const Tensor> tangents) const {
  const std::size_t count = node.inputs.size();
  const std::vector<bool> moves = defined(tangents);
  const Tensors inputs = with_derivatives(node.inputs, tangents);
  const auto f = [&](const Tensors& all) {
    const Tensors x(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    return terrella::jvp([&](const Tensors& y) { return graph::play(inside_, y); }, x, spread(all, count, moves))
        .tangent;
  };
  return call(derived("jvp " + mask(moves), f, inputs), inputs);
}

namespace {

/// Results, then the parts of the pullback that are needed.
std::pair<Tensors, Tensors> pulled_back(const graph::Subgraph& inside, const Tensors& all,
                                        const std::vector<bool>& given, const std::vector<bool>& needed) {
  const Tensors x(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(needed.size()));
  const Vjp v = terrella::vjp([&](const Tensors& y) { return graph::play(inside, y); }, x);
  const Tensors parts = v.pullback(spread(all, needed.size(), given));
  Tensors wanted;
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (needed[i]) wanted.push_back(parts[i]);
  return {v.value, wanted};
}

}  // namespace

CompiledOp::Compiled CompiledOp::pullback(const Tensors& like, const std::vector<bool>& given,
                                          const std::vector<bool>& needed) const {
  const auto f = [&](const Tensors& all) { return pulled_back(inside_, all, given, needed).second; };
  return derived("vjp " + mask(given) + ' ' + mask(needed), f, like);
}

std::shared_ptr<const Split> CompiledOp::split(const Tensors& like, const std::vector<bool>& given,
                                               const std::vector<bool>& needed) const {
  const std::string key = key_of(mask(given) + ' ' + mask(needed), like);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = splits_.find(key); known != splits_.end()) return known->second;
  }
  const auto f = [&](const Tensors& all) {
    auto [results, parts] = pulled_back(inside_, all, given, needed);
    results.insert(results.end(), parts.begin(), parts.end());
    return results;
  };
  const auto made = std::make_shared<const Split>(trace(f, like), needed.size(), inside_.outputs.size());
  const std::lock_guard lock(mutex_);
  return splits_.emplace(key, made).first->second;
}

Tensors CompiledOp::vjp(const graph::RuleContext& node, std::span<const Tensor> cotangents,
                        const std::vector<bool>& needed) const {
  const Tensors inputs = with_derivatives(node.inputs, cotangents);
  return spread(call(pullback(inputs, defined(cotangents), needed), inputs), 0, needed);
}

Tensors CompiledOp::vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const {
  std::vector<std::optional<int>> axes;
  for (const bool b : batched) axes.push_back(b ? std::optional<int>(0) : std::nullopt);
  const Tensors x(inputs.begin(), inputs.end());
  const auto f = vmap_of([&](const Tensors& y) { return graph::play(inside_, y); }, axes);
  return call(derived(text("vmap ", mask(batched), ' ', size), f, x), x);
}

Tensors call(const std::shared_ptr<const CompiledOp>& op, Tensors inputs, std::span<const std::size_t> donated) {
  if (tracing > 0) return graph::play(op->inside(), inputs);
  const Tensors& outputs = op->inside().outputs;
  if (!donated.empty() && may_donate(inputs)) {
    std::vector<Array> values = op->executable().run(data_of(std::move(inputs), donated));
    Tensors results;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      results.push_back(graph::leaf(std::move(values[k])));
      results.back().node()->weak = outputs[k].node()->weak;
    }
    return results;
  }
  graph::OpPointer of_node = op;
  if (is_followed(inputs)) of_node = std::make_shared<const FollowedOp>(op);
  return results_of(of_node, std::move(inputs), outputs);
}

Tensors results_of(const graph::OpPointer& op, Tensors inputs, const Tensors& like) {
  Tensors results;
  if (like.size() == 1) {
    results.push_back(graph::make(op, std::move(inputs), graph::aval(like[0])));
  } else {
    std::vector<graph::Aval> avals;
    for (const Tensor& y : like) avals.push_back(graph::aval(y));
    results = graph::make_tuple(op, std::move(inputs), avals);
  }
  for (std::size_t k = 0; k < like.size(); ++k) results[k].node()->weak = like[k].node()->weak;
  return results;
}

graph::Subgraph trace(const std::function<Tensors(const Tensors&)>& f, const Tensors& arguments) {
  struct Tracing {
    Tracing() { ++tracing; }
    ~Tracing() { --tracing; }
  } const now;
  return graph::capture(f, arguments, graph::Numbers::weak);
}

}  // namespace terrella::compiler
