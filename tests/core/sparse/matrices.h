// tests/core/sparse/matrices.h: sparse matrices of the kinds that partial differential equations make.
#pragma once
#include <complex>

#include "core/ops.h"
#include "core/random.h"
#include "core/sparse.h"

namespace terrella::test {

/// Differences with coefficients on the links of a grid of unknowns, Dirichlet all around. In 2D without `nz`.
struct Grid {
  std::int64_t nx, ny, nz = 1;
  Assembly assembly;
  Tensor link, sign;  ///< of every contribution
  std::int64_t links = 0;

  Grid(std::int64_t x, std::int64_t y, std::int64_t z = 0) : nx(x), ny(y), nz(std::max<std::int64_t>(z, 1)) {
    std::vector<std::int64_t> row, column, of;
    std::vector<double> signs;
    const auto add = [&](std::int64_t i, std::int64_t j, double s) {
      row.push_back(i), column.push_back(j), of.push_back(links), signs.push_back(s);
    };
    const std::int64_t extent[] = {nx, ny, nz};
    const std::int64_t step[] = {ny * nz, nz, 1};
    for (int axis = 0; axis < (z > 0 ? 3 : 2); ++axis)
      for (std::int64_t p = 0; p < unknowns(); ++p) {
        const std::int64_t at = p / step[axis] % extent[axis];
        if (at == 0) add(p, p, 1), ++links;
        add(p, p, 1);
        if (at + 1 < extent[axis]) {
          const std::int64_t q = p + step[axis];
          add(q, q, 1), add(p, q, -1), add(q, p, -1);
        }
        ++links;
      }
    assembly = assemble(unknowns(), unknowns(), row, column);
    link = Tensor::from(of, {static_cast<std::int64_t>(of.size())});
    sign = Tensor(signs);
  }
  std::int64_t unknowns() const { return nx * ny * nz; }
  /// -div(c grad), c [.., links] positive, times h^2.
  SparseTensor laplace(const Tensor& c) const {
    return {assembly.pattern, assembly.values(gather(c, link, -1) * cast(sign, c.dtype()))};
  }
  SparseTensor laplace(DType dtype = DType::f64) const { return laplace(ones({links}, dtype)); }
};

inline Tensor normal(Shape shape, std::uint64_t seed, DType dtype = DType::f64) {
  return random_normal(shape, seed, dtype);
}

inline SparsePattern ring() {  // of five unknowns
  return assemble(5, 5, {0, 1, 2, 3, 4, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0},
                  {0, 1, 2, 3, 4, 1, 0, 2, 1, 3, 2, 4, 3, 0, 4, 1})
      .pattern;
}

/// Convection against diffusion; not symmetric.
inline SparseTensor convection(const Grid& grid, double wind) {
  const SparseTensor still = grid.laplace();
  const Tensor blown = where(still.pattern().row_index() > still.pattern().column_index(), Tensor(-wind), Tensor(0.0));
  return SparseTensor(still.pattern(), still.values() + blown) + sparse_diagonal(2 * wind * ones({grid.unknowns()}));
}

/// Coefficients from 1e-8 to 1e4, link by link.
inline Tensor jumps(const Grid& grid) {
  return exp(2.302585092994046 * floor(12.99 * random_uniform({grid.links}, 3) - 8));
}

/// -Laplace + i d, complex symmetric, as in magnetotellurics.
inline SparseTensor helmholtz(const Grid& grid, const Tensor& d) {
  return grid.laplace(DType::f64) + sparse_diagonal(std::complex<double>(0, 1) * d);
}

/// curl curl + i s on the edges of n^3 cells of length 1, tangential values zero on the boundary: complex symmetric,
/// with the gradients as a null space of the first part.
inline SparseTensor curl_curl(std::int64_t n, double s) {
  // Edges along each axis inside the boundary, then faces; the curl of a face goes around it.
  const auto at = [&](std::int64_t i, std::int64_t j, std::int64_t k) { return (i * (n + 1) + j) * (n + 1) + k; };
  const std::int64_t nodes = (n + 1) * (n + 1) * (n + 1);
  std::vector<std::int64_t> number(static_cast<std::size_t>(3 * nodes), -1);
  std::int64_t edges = 0;
  for (int axis = 0; axis < 3; ++axis)
    for (std::int64_t i = 0; i <= n; ++i)
      for (std::int64_t j = 0; j <= n; ++j)
        for (std::int64_t k = 0; k <= n; ++k) {
          const std::int64_t c[] = {i, j, k};
          bool inside = c[axis] < n;
          for (int other = 0; other < 3; ++other)
            if (other != axis && (c[other] == 0 || c[other] == n)) inside = false;
          if (inside) number[static_cast<std::size_t>(axis * nodes + at(i, j, k))] = edges++;
        }
  std::vector<std::int64_t> row, column;
  std::vector<double> value;
  std::int64_t faces = 0;
  for (int axis = 0; axis < 3; ++axis)
    for (std::int64_t i = 0; i <= n; ++i)
      for (std::int64_t j = 0; j <= n; ++j)
        for (std::int64_t k = 0; k <= n; ++k) {
          const int u = (axis + 1) % 3, v = (axis + 2) % 3;
          std::int64_t c[] = {i, j, k};
          if (c[u] == n || c[v] == n) continue;
          const auto add = [&](int along, int shifted, double sign) {
            std::int64_t d[] = {i, j, k};
            if (shifted >= 0) ++d[shifted];
            const std::int64_t e = number[static_cast<std::size_t>(along * nodes + at(d[0], d[1], d[2]))];
            if (e >= 0) row.push_back(faces), column.push_back(e), value.push_back(sign);
          };
          add(u, -1, 1), add(u, v, -1), add(v, -1, -1), add(v, u, 1);
          ++faces;
        }
  const Assembly assembly = assemble(faces, edges, row, column);
  const SparseTensor curl(assembly.pattern, assembly.values(Tensor(value)));
  return matmul(transpose(curl), curl) + sparse_diagonal(std::complex<double>(0, s) * ones({edges}, DType::c128));
}

/// [[A, B^T], [B, 0]] of the Stokes kind, A a Laplacian of n^2 unknowns, B random with `per_row` entries in each of
/// n^2 / 4 rows; indefinite, with zeros on the diagonal that are not in the pattern.
inline SparseTensor saddle_point(std::int64_t n, std::int64_t per_row = 3) {
  const SparseTensor a = Grid(n, n).laplace();
  std::vector<std::int64_t> row, column;
  const std::int64_t rows = n * n / 4;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < per_row; ++j) row.push_back(i), column.push_back((4 * i + 7 * j * j) % (n * n));
  const Assembly assembly = assemble(rows, n * n, row, column);
  const SparseTensor b(assembly.pattern, assembly.values(random_normal({static_cast<std::int64_t>(row.size())}, 5)));
  return block_matrix({{a, transpose(b)}, {b, std::nullopt}});
}

}  // namespace terrella::test
