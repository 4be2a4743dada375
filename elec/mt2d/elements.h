// elec/mt2d/elements.h: matrices of the elements of a grid, bilinear or biquadratic.
#pragma once
#include <array>
#include <vector>

#include "elec/mt2d/grid.h"

namespace terrella::elec::mt2d {

/// Values at x of the functions of an edge's nodes, and their slopes; X is a number or a tensor of places.
template <class X>
std::vector<X> values_at(int order, const X& x) {
  if (order == 1) return {1 - x, x};
  return {(1 - x) * (1 - 2 * x), 4 * x * (1 - x), x * (2 * x - 1)};
}
template <class X>
std::vector<X> slopes_at(int order, const X& x) {
  if (order == 1) return {0 * x - 1, 0 * x + 1};
  return {4 * x - 3, 4 - 8 * x, 4 * x - 1};
}

/// Nodal basis of one axis on [0, 1], with its Gauss points.
struct Basis {
  int order;                               ///< 1 or 2
  std::vector<double> point, weight;       ///< order + 1 of them
  std::vector<std::vector<double>> value;  ///< [point][node]
  std::vector<std::vector<double>> slope;  ///< [point][node]
  static const Basis& of(int order);
  /// Integrals of products of two of the functions (value) or of their slopes, [nodes^2].
  Tensor products(const std::vector<std::vector<double>>& of) const;
  Tensor mass() const { return products(value); }
};

/// Of elements in rows of the grid; local node (r, c) of an element is number r (order + 1) + c.
///
/// Integrals over each element of dv/dy du/dy, dv/dz du/dz and v u, [elements, nodes, nodes] ravelled behind the first
/// axis; and along each edge of the lowest row of v u dy, [ny, order + 1, order + 1] likewise.
struct Elements {
  int order;
  std::int64_t rows, columns;
  Tensor stiffness_y, stiffness_z, mass;
  Tensor bottom;
  std::int64_t nodes_each() const { return (order + 1) * (order + 1); }
  std::int64_t node_rows() const { return order * rows + 1; }
  std::int64_t node_columns() const { return order * columns + 1; }
  std::int64_t nodes() const { return node_rows() * node_columns(); }
  /// Global number of local node k of element (j, i).
  std::int64_t node(std::int64_t j, std::int64_t i, std::int64_t k) const {
    return (order * j + k / (order + 1)) * node_columns() + order * i + k % (order + 1);
  }
};

/// Of the grid from row `first` down. Differentiable by the depths of nodes.
///
/// Edges are straight: a quadrilateral with two vertical sides, mapped bilinearly. Integrated by Gauss's rule of
/// order + 1 points an axis: exact for rectangles.
Elements elements_of(const Grid& grid, std::int64_t first, int order);

/// Depths of all nodes on one line, and integrals of their 1D elements: dv/dz du/dz and v u, [rows, (order + 1)^2].
struct LineElements {
  Tensor stiffness, mass;
};
LineElements line_elements_of(const Grid& grid, std::int64_t first, std::int64_t line, int order);

}  // namespace terrella::elec::mt2d
