// Liu (1990), The role of elimination trees in sparse factorization; Ashcraft & Grimes (1989) for merging supernodes.
#include <algorithm>
#include <numeric>

#include "core/sparse/analysis.h"

namespace terrella::sparse {
namespace {

using Numbers = std::vector<std::int32_t>;

std::size_t at(std::int32_t i) { return static_cast<std::size_t>(i); }

Numbers inverse(const Numbers& order) {
  Numbers number(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) number[at(order[i])] = static_cast<std::int32_t>(i);
  return number;
}

/// Children of every node, ascending; the last list holds the roots.
std::vector<Numbers> children_of(const Numbers& parent) {
  std::vector<Numbers> children(parent.size() + 1);
  for (std::size_t i = 0; i < parent.size(); ++i)
    children[parent[i] < 0 ? parent.size() : at(parent[i])].push_back(static_cast<std::int32_t>(i));
  return children;
}

/// Children before parents, each subtree in a row.
Numbers post_order(const std::vector<Numbers>& children) {
  Numbers order, open;
  std::vector<std::size_t> next(children.size(), 0);
  order.reserve(children.size() - 1);
  const auto root = static_cast<std::int32_t>(children.size()) - 1;
  for (open.push_back(root); !open.empty();) {
    const std::int32_t i = open.back();
    if (next[at(i)] < children[at(i)].size()) {
      open.push_back(children[at(i)][next[at(i)]++]);
    } else {
      open.pop_back();
      if (i != root) order.push_back(i);
    }
  }
  return order;
}

/// The column that each column's elimination is felt by next.
Numbers column_parents(const Graph& graph, const Numbers& order, const Numbers& number) {
  const auto n = graph.size();
  Numbers parent(at(n), -1), ancestor(at(n), -1);
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t k = graph.starts[at(order[at(i)])]; k < graph.starts[at(order[at(i)]) + 1]; ++k)
      for (std::int32_t j = number[at(graph.neighbours[at(k)])]; j >= 0 && j < i;) {
        const std::int32_t next = ancestor[at(j)];
        ancestor[at(j)] = i;  // paths are shortened as they are walked
        if (next < 0) parent[at(j)] = i;
        j = next;
      }
  return parent;
}

struct Supernodes {
  Numbers first, parent;
  std::vector<Numbers> below;
};

/// Columns j - 1, j are of one supernode when j is all that follows j - 1 and brings no new rows.
Supernodes supernodes(const Graph& graph, const Numbers& order, const Numbers& number, const Numbers& parent) {
  const auto n = graph.size();
  Supernodes s;
  Numbers of(at(n)), mark(at(n), -1), children(at(n), 0);
  for (const std::int32_t p : parent)
    if (p >= 0) ++children[at(p)];
  std::vector<Numbers> inherited(at(n));  // supernodes whose parent column is this one
  const auto for_later = [&](std::int32_t j, const auto& body) {
    for (std::int32_t k = graph.starts[at(order[at(j)])]; k < graph.starts[at(order[at(j)]) + 1]; ++k)
      if (const std::int32_t i = number[at(graph.neighbours[at(k)])]; i > j) body(i);
  };
  const auto close = [&](std::int32_t last) {  // what is above or in the supernode is not below it
    auto& below = s.below.back();
    below.erase(below.begin(), std::upper_bound(below.begin(), below.end(), last));
    if (parent[at(last)] >= 0) inherited[at(parent[at(last)])].push_back(static_cast<std::int32_t>(s.below.size()) - 1);
  };
  for (std::int32_t j = 0; j < n; ++j) {
    if (j > 0 && parent[at(j) - 1] == j && children[at(j)] == 1) {
      const auto now = static_cast<std::int32_t>(s.first.size()) - 1;
      bool same = true;
      for_later(j, [&](std::int32_t i) { same = same && mark[at(i)] == now; });
      if (same) {
        of[at(j)] = now;
        continue;
      }
    }
    if (j > 0) close(j - 1);
    const auto now = static_cast<std::int32_t>(s.first.size());
    s.first.push_back(j);
    of[at(j)] = now;
    Numbers below;
    const auto take = [&](std::int32_t i) {
      if (i <= j || mark[at(i)] == now) return;
      mark[at(i)] = now;
      below.push_back(i);
    };
    for (const std::int32_t child : inherited[at(j)])
      for (const std::int32_t i : s.below[at(child)]) take(i);
    for_later(j, take);
    std::sort(below.begin(), below.end());
    s.below.push_back(std::move(below));
  }
  if (n > 0) close(n - 1);
  s.first.push_back(n);
  for (std::size_t i = 0; i + 1 < s.first.size(); ++i) {
    const std::int32_t p = parent[at(s.first[i + 1] - 1)];
    s.parent.push_back(p < 0 ? -1 : of[at(p)]);
  }
  return s;
}

double numbers_in(double width, double below) { return width * (width + 1) / 2 + width * below; }

/// Whether a front of that width may hold that share of zeros: small ones cost by the call, not by the number.
bool worth_it(std::int32_t width, double zeros) {
  return width <= 8 ? zeros < 0.4 : width <= 24 ? zeros < 0.2 : width <= 64 ? zeros < 0.08 : zeros < 0.03;
}

/// The supernode that each one is merged into; itself where it stays.
Numbers merged(const Supernodes& s) {
  const std::size_t count = s.parent.size();
  Numbers into(count), width(count);
  std::vector<double> filled(count);
  for (std::size_t i = 0; i < count; ++i) {
    into[i] = static_cast<std::int32_t>(i);
    width[i] = s.first[i + 1] - s.first[i];
    filled[i] = numbers_in(width[i], static_cast<double>(s.below[i].size()));
  }
  const auto children = children_of(s.parent);
  for (std::size_t p = 0; p < count; ++p) {
    const auto below = static_cast<double>(s.below[p].size());
    Numbers near = children[p];
    std::sort(near.begin(), near.end(), [&](std::int32_t a, std::int32_t b) {  // those that bring most rows first
      const auto rows = [&](std::int32_t c) { return s.below[at(c)].size(); };
      return rows(a) != rows(b) ? rows(a) > rows(b) : a < b;
    });
    for (const std::int32_t c : near) {
      const std::int32_t together = width[p] + width[at(c)];
      const double all = numbers_in(together, below), used = filled[p] + filled[at(c)];
      if (!worth_it(together, (all - used) / all)) continue;
      into[at(c)] = static_cast<std::int32_t>(p);
      width[p] = together;
      filled[p] = used;
    }
  }
  for (std::size_t i = count; i-- > 0;) into[i] = into[at(into[i])];  // parents first: numbers grow upwards
  return into;
}

}  // namespace

EliminationTree elimination_tree(const Graph& graph, const Numbers& first_order) {
  Numbers order = first_order;
  {
    const Numbers along = post_order(children_of(column_parents(graph, order, inverse(order))));
    Numbers next(order.size());
    for (std::size_t i = 0; i < along.size(); ++i) next[i] = order[at(along[i])];
    order = std::move(next);
  }
  const Numbers number = inverse(order);
  const Supernodes s = supernodes(graph, order, number, column_parents(graph, order, number));
  const Numbers into = merged(s);

  // Only those that others were merged into remain, with all columns, and a parent that remains.
  const std::size_t count = s.parent.size();
  std::vector<Numbers> columns(count);
  Numbers remaining, renumbered(count, -1);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::int32_t j = s.first[i]; j < s.first[i + 1]; ++j) columns[at(into[i])].push_back(j);
    if (into[i] == static_cast<std::int32_t>(i)) {
      renumbered[i] = static_cast<std::int32_t>(remaining.size());
      remaining.push_back(static_cast<std::int32_t>(i));
    }
  }
  Numbers parent;
  for (const std::int32_t i : remaining)
    parent.push_back(s.parent[at(i)] < 0 ? -1 : renumbered[at(into[at(s.parent[at(i)])])]);

  // Liu (1986): the child first that needs most beyond what it leaves behind.
  auto children = children_of(parent);
  std::vector<double> peak(remaining.size()), left(remaining.size());
  for (std::size_t i = 0; i < remaining.size(); ++i) {
    const auto below = static_cast<double>(s.below[at(remaining[i])].size());
    left[i] = below * below;
    std::sort(children[i].begin(), children[i].end(), [&](std::int32_t a, std::int32_t b) {
      const double x = peak[at(a)] - left[at(a)], y = peak[at(b)] - left[at(b)];
      return x != y ? x > y : a < b;
    });
    double waiting = 0, most = 0;
    for (const std::int32_t c : children[i]) {
      most = std::max(most, waiting + peak[at(c)]);
      waiting += left[at(c)];
    }
    peak[i] = std::max(most, waiting + left[i]);
  }
  const Numbers along = post_order(children), position = inverse(along);
  EliminationTree tree;
  Numbers moved(order.size());  // from the numbers so far to the last ones
  for (const std::int32_t i : along) {
    tree.first.push_back(static_cast<std::int32_t>(tree.order.size()));
    for (const std::int32_t j : columns[at(remaining[at(i)])]) {
      moved[at(j)] = static_cast<std::int32_t>(tree.order.size());
      tree.order.push_back(order[at(j)]);
    }
    tree.parent.push_back(parent[at(i)] < 0 ? -1 : position[at(parent[at(i)])]);
  }
  tree.first.push_back(static_cast<std::int32_t>(tree.order.size()));
  for (const std::int32_t i : along) {
    Numbers below = s.below[at(remaining[at(i)])];
    for (std::int32_t& r : below) r = moved[at(r)];
    std::sort(below.begin(), below.end());
    tree.below.push_back(std::move(below));
  }
  return tree;
}

}  // namespace terrella::sparse
