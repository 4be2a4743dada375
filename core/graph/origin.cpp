#include "core/graph/origin.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <typeinfo>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/graph/node.h"

namespace terrella {
namespace graph {
namespace {

thread_local Origin scope = nullptr;

Origin interned(std::string text) {
  static std::mutex mutex;
  static auto& texts = *new std::unordered_set<std::string>;  // nodes of static storage may outlive it otherwise
  const std::lock_guard lock(mutex);
  return &*texts.insert(std::move(text)).first;
}

Debug mode_of_environment() {
  const char* const given = std::getenv("TERRELLA_DEBUG");
  const std::string_view word = given ? given : "";
  if (word.empty() || word == "0") return Debug::off;
  if (word == "1") return Debug::origins;
  if (word == "nan") return Debug::nan;
  if (word == "inf") return Debug::infinity;
  fail("TERRELLA_DEBUG=", word, ": unknown; use 1, nan or inf");
}

template <class Exception>
[[noreturn]] void throw_with(const std::exception& error, const std::string& said) {
  throw Exception(text(error.what(), " (in ", said, ')'));
}

}  // namespace

Origin detail::origin_here() {
  if (scope) return scope;
  auto* const locate = locate_caller.load(std::memory_order_relaxed);
  std::string place = locate ? locate() : std::string();
  return place.empty() ? nullptr : interned(std::move(place));
}

Origin detail::exchange_scope(Origin to) { return std::exchange(scope, to); }

std::string description(const Op& op, std::span<const Aval> inputs, Origin origin) {
  constexpr std::size_t said_at_most = 8;
  std::string said = text(op.name(), " of ");
  for (std::size_t i = 0; i < std::min(inputs.size(), said_at_most); ++i)
    said += text(i > 0 ? ", " : "", name(inputs[i].dtype), ' ', inputs[i].shape);
  if (inputs.size() > said_at_most) said += text(" and ", inputs.size() - said_at_most, " more");
  if (inputs.empty()) said += "nothing";
  if (origin) return said + ", made at " + *origin;
  return said + (debugging() ? "" : "; TERRELLA_DEBUG=1 shows where it was made");
}

void rethrow_from(const Op& op, std::span<const Aval> inputs, Origin origin) {
  try {
    throw;
  } catch (const std::exception& error) {
    const std::type_info& type = typeid(error);
    const std::string said = description(op, inputs, origin);
    if (type == typeid(SolveError)) throw_with<SolveError>(error, said);
    if (type == typeid(ResourceError)) throw_with<ResourceError>(error, said);
    if (type == typeid(Error)) throw_with<Error>(error, said);
    if (type == typeid(std::out_of_range)) throw_with<std::out_of_range>(error, said);
    if (type == typeid(std::invalid_argument)) throw_with<std::invalid_argument>(error, said);
    throw;
  }
}

void rethrow_from(const Node& node) {
  if (node.symbolic || !node.op) throw;
  std::vector<Aval> inputs;
  for (const Tensor& x : node.inputs) inputs.push_back(aval(x));
  rethrow_from(*node.op, inputs, node.origin);
}

}  // namespace graph

Debug debug_mode() {
  std::atomic<int>& mode = graph::detail::mode;
  int now = mode.load(std::memory_order_relaxed);
  if (now < 0) {
    const int given = static_cast<int>(graph::mode_of_environment());
    now = mode.compare_exchange_strong(now, given) ? given : now;
  }
  return static_cast<Debug>(now);
}

Debug set_debug_mode(Debug mode) {
  const Debug before = debug_mode();
  graph::detail::mode.store(static_cast<int>(mode));
  return before;
}

Label::Label(std::string_view name) : active_(graph::debugging()) {
  if (!active_) return;
  const graph::Origin around = graph::origin_here();
  outer_ =
      std::exchange(graph::scope, graph::interned(around ? *around + " / " + std::string(name) : std::string(name)));
}
Label::~Label() {
  if (active_) graph::scope = outer_;
}

}  // namespace terrella
