#include "core/sparse/analysis.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>

#include "core/error.h"

namespace terrella::sparse {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

Graph graph_of(const SparsePattern& pattern) {
  const SparsePattern& turned = transposed(pattern).pattern;
  Graph graph;
  graph.starts.push_back(0);
  for (std::int64_t i = 0; i < pattern.rows(); ++i) {
    const auto part = [&](const SparsePattern& p) {
      const auto begin = p.column_of().begin();
      return std::pair(begin + p.row_starts()[at(i)], begin + p.row_starts()[at(i) + 1]);
    };
    const auto [a, a_end] = part(pattern);
    const auto [b, b_end] = part(turned);
    const auto from = static_cast<std::ptrdiff_t>(graph.neighbours.size());
    std::set_union(a, a_end, b, b_end, std::back_inserter(graph.neighbours));
    const auto self = std::find(graph.neighbours.begin() + from, graph.neighbours.end(), static_cast<std::int32_t>(i));
    if (self != graph.neighbours.end()) graph.neighbours.erase(self);
    if (graph.neighbours.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      throw ResourceError(text("sparse solve: a matrix of ", pattern.rows(), " rows and ", pattern.entries(),
                               " entries: with its transpose it has more than 2^31 - 1 of them"));
    graph.starts.push_back(static_cast<std::int32_t>(graph.neighbours.size()));
  }
  return graph;
}

double multiplications_of(const Front& f) {
  const double w = f.width, b = f.below;
  return w * w * w / 6 + w * w * b / 2 + w * b * b / 2;
}

void find_places(Analysis& a) {
  std::vector<std::int32_t> place(at(a.n), -1);
  for (std::size_t p = 0; p < a.fronts.size(); ++p) {
    const Front& f = a.fronts[p];
    for (std::int32_t i = 0; i < f.width; ++i) place[at(f.first + i)] = i;
    for (std::int32_t i = 0; i < f.below; ++i) place[at(a.row_of[at(f.rows + i)])] = f.width + i;
    for (std::int32_t c = a.child_starts[p]; c < a.child_starts[p + 1]; ++c) {
      const Front& child = a.fronts[at(a.children[at(c)])];
      for (std::int32_t i = 0; i < child.below; ++i)
        a.place[at(child.rows + i)] = place[at(a.row_of[at(child.rows + i)])];
    }
  }
}

void place_entries(Analysis& a, const SparsePattern& pattern) {
  std::vector<std::int32_t> front_of(at(a.n));
  for (std::size_t f = 0; f < a.fronts.size(); ++f)
    std::fill_n(front_of.begin() + a.fronts[f].first, a.fronts[f].width, static_cast<std::int32_t>(f));
  const auto owner = [&](std::int32_t i, std::int32_t j) {
    return at(front_of[at(std::min(a.number[at(i)], a.number[at(j)]))]);
  };
  a.entry_starts.assign(a.fronts.size() + 1, 0);
  for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t) { ++a.entry_starts[owner(i, j) + 1]; });
  std::partial_sum(a.entry_starts.begin(), a.entry_starts.end(), a.entry_starts.begin());
  a.entries.resize(at(pattern.entries()));
  std::vector<std::int64_t> next(a.entry_starts.begin(), a.entry_starts.end());
  for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t k) {
    const std::size_t owning = owner(i, j);
    const Front& f = a.fronts[owning];
    const auto local = [&](std::int32_t row) -> std::int64_t {
      if (row < f.first + f.width) return row - f.first;
      const auto begin = a.row_of.begin() + f.rows;
      return f.width + (std::lower_bound(begin, begin + f.below, row) - begin);
    };
    const std::int32_t row = a.number[at(i)], column = a.number[at(j)];
    EntryPlace& e = a.entries[at(next[owning]++)];
    e.entry = static_cast<std::int32_t>(k);
    // Within the square of the pivots all of a general matrix stands in L's place.
    e.upper = column >= f.first + f.width;
    e.to = e.upper ? f.upper + (local(column) - f.width) * f.width + (row - f.first)
                   : f.lower + local(row) * f.width + (column - f.first);
  });
}

/// The largest subtrees are opened until none holds more than a sixteenth of the work.
void find_subtrees(Analysis& a) {
  const std::size_t count = a.fronts.size();
  std::vector<double> work(count);
  std::vector<std::int32_t> begin(count);
  double all = 0;
  for (std::size_t f = 0; f < count; ++f) {
    begin[f] = static_cast<std::int32_t>(f);
    work[f] += multiplications_of(a.fronts[f]);
    all += multiplications_of(a.fronts[f]);
    const std::int32_t first = a.child_starts[f];
    if (first < a.child_starts[f + 1]) begin[f] = begin[at(a.children[at(first)])];
    if (a.fronts[f].parent >= 0) work[at(a.fronts[f].parent)] += work[f];
  }
  a.multiplications = all;
  const auto less = [&](std::int32_t x, std::int32_t y) {
    return work[at(x)] != work[at(y)] ? work[at(x)] < work[at(y)] : x < y;
  };
  std::priority_queue<std::int32_t, std::vector<std::int32_t>, decltype(less)> open(less);
  for (std::size_t f = 0; f < count; ++f)
    if (a.fronts[f].parent < 0) open.push(static_cast<std::int32_t>(f));
  constexpr double too_small = 2e6;  // multiplications that are not worth a thread
  while (!open.empty() && work[at(open.top())] > std::max(all / 16, too_small)) {
    const std::int32_t f = open.top();
    open.pop();
    a.top.push_back(f);
    for (std::int32_t c = a.child_starts[at(f)]; c < a.child_starts[at(f) + 1]; ++c) open.push(a.children[at(c)]);
  }
  std::sort(a.top.begin(), a.top.end());
  for (; !open.empty(); open.pop()) a.subtrees.emplace_back(begin[at(open.top())], open.top() + 1);
  // Neighbours that are small together make one piece.
  std::sort(a.subtrees.begin(), a.subtrees.end());
  std::vector<std::pair<std::int32_t, std::int32_t>> pieces;
  double in_piece = 0;
  for (const auto& [first, last] : a.subtrees) {
    const double own = work[at(last - 1)];
    if (!pieces.empty() && pieces.back().second == first && in_piece + own < std::max(all / 64, too_small)) {
      pieces.back().second = last;
      in_piece += own;
    } else {
      pieces.emplace_back(first, last);
      in_piece = own;
    }
  }
  a.subtrees = std::move(pieces);
}

Analysis analysed(const SparsePattern& pattern) {
  const Graph graph = graph_of(pattern);
  EliminationTree tree = elimination_tree(graph, nested_dissection(graph));
  Analysis a;
  a.n = pattern.rows();
  a.order = std::move(tree.order);
  a.number.resize(a.order.size());
  for (std::size_t i = 0; i < a.order.size(); ++i) a.number[at(a.order[i])] = static_cast<std::int32_t>(i);
  const std::size_t count = tree.parent.size();
  for (std::size_t f = 0; f < count; ++f) {
    const auto below = static_cast<std::int32_t>(tree.below[f].size());
    const Front front{tree.first[f],  tree.first[f + 1] - tree.first[f],          below,
                      tree.parent[f], static_cast<std::int64_t>(a.row_of.size()), a.lower_size,
                      a.upper_size};
    a.lower_size += static_cast<std::int64_t>(front.width + front.below) * front.width;
    a.upper_size += static_cast<std::int64_t>(front.below) * front.width;
    a.row_of.insert(a.row_of.end(), tree.below[f].begin(), tree.below[f].end());
    a.fronts.push_back(front);
  }
  a.place.resize(a.row_of.size());
  a.child_starts.assign(count + 1, 0);
  for (const Front& f : a.fronts)
    if (f.parent >= 0) ++a.child_starts[at(f.parent) + 1];
  std::partial_sum(a.child_starts.begin(), a.child_starts.end(), a.child_starts.begin());
  a.children.resize(at(a.child_starts.back()));
  std::vector<std::int32_t> next(a.child_starts.begin(), a.child_starts.end());
  for (std::size_t f = 0; f < count; ++f)
    if (a.fronts[f].parent >= 0) a.children[at(next[at(a.fronts[f].parent)]++)] = static_cast<std::int32_t>(f);
  find_places(a);
  place_entries(a, pattern);
  find_subtrees(a);
  return a;
}

}  // namespace

const Analysis& analysis(const SparsePattern& pattern) {
  const auto& d = pattern.data();
  std::call_once(d.analysing, [&] { d.analysis = std::make_shared<const Analysis>(analysed(pattern)); });
  return *d.analysis;
}

}  // namespace terrella::sparse
