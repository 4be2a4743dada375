// core/mesh/mesh.h: rectilinear meshes as values: the edges of their cells, in metres, z down.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace terrella {

/// Most cells that a mesh may have along an axis and in all; a file that asks for more is refused.
inline constexpr std::size_t most_cells_along_axis = 1'000'000;
inline constexpr std::size_t most_cells = 1'000'000'000;

/// A section. y along the profile, z down, x along strike; n + 1 edges bound n cells. Arrays of a property are [nz,
/// ny], so that cell (j, k) of y and z is number k * ny + j.
struct Mesh2D {
  std::vector<double> y;  ///< m, strictly ascending
  std::vector<double> z;  ///< m, strictly ascending
  std::size_t ny() const { return y.empty() ? 0 : y.size() - 1; }
  std::size_t nz() const { return z.empty() ? 0 : z.size() - 1; }
  std::size_t cells() const { return ny() * nz(); }
  bool operator==(const Mesh2D&) const = default;
};

/// A block. x north and y east, turned by `rotation`; arrays of a property are [nz, ny, nx], so that cell (i, j, k) of
/// x, y and z is number (k * ny + j) * nx + i.
struct Mesh3D {
  std::vector<double> x;  ///< m, strictly ascending
  std::vector<double> y;  ///< m, strictly ascending
  std::vector<double> z;  ///< m, strictly ascending
  double rotation = 0.0;  ///< azimuth of x, degrees clockwise from geographic north
  std::size_t nx() const { return x.empty() ? 0 : x.size() - 1; }
  std::size_t ny() const { return y.empty() ? 0 : y.size() - 1; }
  std::size_t nz() const { return z.empty() ? 0 : z.size() - 1; }
  std::size_t cells() const { return nx() * ny() * nz(); }
  bool operator==(const Mesh3D&) const = default;
};

/// Throw MeshError naming axis and edge where there is no cell, edges are not finite or do not ascend strictly, there
/// are more cells than the limits above, or the rotation is not finite.
void validate(const Mesh2D& mesh);
void validate(const Mesh3D& mesh);

/// Edges of cells of those widths from `first` on, by compensated addition, so that widths_of() gives them back to
/// rounding of the edges. Throws MeshError for a width that is not positive and finite.
std::vector<double> edges_of(const std::vector<double>& widths, double first, const std::string& axis);
std::vector<double> widths_of(const std::vector<double>& edges);

/// Middles of the cells between the edges.
std::vector<double> centres_of(const std::vector<double>& edges);

}  // namespace terrella
