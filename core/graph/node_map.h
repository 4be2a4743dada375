// core/graph/node_map.h: a number for each of some nodes, by address; fast for the few that most evaluations touch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace terrella::graph {

struct Node;

/// Open addressing, grows by doubling; never shrinks, never removes.
class NodeMap {
 public:
  static constexpr std::uint32_t absent = ~std::uint32_t{0};

  /// Makes room for so many nodes.
  void reserve(std::size_t count) {
    while (slots_.size() < 2 * (count + 1)) grow();
  }
  /// False if the node has a number already, which stays.
  bool insert(const Node* node, std::uint32_t number = 0) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    if (!place({node, number})) return false;
    ++count_;
    return true;
  }
  /// absent where the node has none.
  std::uint32_t find(const Node* node) const {
    if (slots_.empty()) return absent;
    for (std::size_t i = hash(node) & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].node == node) return slots_[i].number;
      if (!slots_[i].node) return absent;
    }
  }
  bool contains(const Node* node) const { return find(node) != absent; }

 private:
  struct Slot {
    const Node* node = nullptr;
    std::uint32_t number = 0;
  };
  static std::size_t hash(const Node* node) {
    return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(node) >> 4) * 0x9E3779B97F4A7C15ULL >> 20);
  }
  bool place(Slot slot) {
    for (std::size_t i = hash(slot.node) & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].node == slot.node) return false;
      if (!slots_[i].node) {
        slots_[i] = slot;
        return true;
      }
    }
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.node) place(slot);
  }
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace terrella::graph
