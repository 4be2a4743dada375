// core/graph/node_set.h: a set of node addresses, fast for the few that most evaluations touch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace terrella::graph {

struct Node;

/// Open addressing, grows by doubling; never shrinks, never removes.
class NodeSet {
 public:
  /// False if it was there already.
  bool insert(const Node* node) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    if (!place(node)) return false;
    ++count_;
    return true;
  }
  bool contains(const Node* node) const {
    if (slots_.empty()) return false;
    for (std::size_t i = hash(node) & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i] == node) return true;
      if (!slots_[i]) return false;
    }
  }

 private:
  static std::size_t hash(const Node* node) {
    return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(node) >> 4) * 0x9E3779B97F4A7C15ULL >> 20);
  }
  bool place(const Node* node) {
    for (std::size_t i = hash(node) & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i] == node) return false;
      if (!slots_[i]) {
        slots_[i] = node;
        return true;
      }
    }
  }
  void grow() {
    std::vector<const Node*> old(slots_.empty() ? 16 : 2 * slots_.size(), nullptr);
    old.swap(slots_);
    for (const Node* node : old)
      if (node) place(node);
  }
  std::vector<const Node*> slots_;
  std::size_t count_ = 0;
};

}  // namespace terrella::graph
