// datasets/model/model.h: resistivities of the cells of a mesh, as inversion codes read and write them.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/mesh/mesh.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// How a file keeps the numbers that stand for resistivity.
enum class Storage : std::uint8_t {
  resistivity,
  ln_resistivity,
  log10_resistivity,
  conductivity,
  ln_conductivity,
  log10_conductivity
};

/// The resistivity that a stored number means, and the number that stands for a resistivity (ohm m).
double resistivity_of(double stored, Storage storage);
double stored_of(double resistivity, Storage storage);

/// "LOGE", "LOG10", "LINEAR" of conductivity or resistivity in words: "ln resistivity".
const char* name_of(Storage storage);

/// What a cell is. A cell that is `fixed` keeps its resistivity in an inversion.
enum class Cell : std::uint8_t { free, fixed, air, sea };

/// Triangular, tetrahedral or hexahedral meshes of points: FEMTIC, MARE2DEM.
struct PointMesh {
  enum class Shape : std::uint8_t { triangle = 3, tetrahedron = 4, hexahedron = 8 };
  Shape shape = Shape::tetrahedron;
  std::vector<std::array<double, 3>> points;  ///< x, y, z in m, z down
  std::vector<std::uint32_t> corners;         ///< [cells][corners of the shape]: numbers of points
  std::size_t cells() const { return corners.size() / static_cast<std::size_t>(shape); }
};

struct ResistivityModel {
  std::string name;
  std::variant<Mesh2D, Mesh3D, PointMesh> mesh;
  /// ohm m, positive, finite: of the cells in the order of the mesh, [nz, ny] or [nz, ny, nx].
  std::vector<double> resistivity;
  std::vector<Cell> kind;                  ///< of the cells; empty: all free
  Storage storage = Storage::resistivity;  ///< in the file that it came from, and in the next that is written
  double latitude = not_a_number;          ///< of x = y = 0, where the file says so
  double longitude = not_a_number;
  std::vector<std::string> header;             ///< comment lines of the file, without their mark
  std::map<std::string, std::string> entries;  ///< what else the file said and its writer needs
  std::string path, format;
  std::vector<Repair> repairs;
};

std::size_t cells_of(const ResistivityModel& model);

/// Numbers of cells that are no resistivities but stand in a file like them: differences of models, gradients.
struct ModelParameters {
  std::variant<Mesh2D, Mesh3D> mesh;
  std::vector<double> value;               ///< as stored, in the order of the cells
  Storage storage = Storage::resistivity;  ///< what they would be of
};

/// Throws MeshError for its mesh (core/mesh/mesh.h; corners that are no points), std::invalid_argument naming the cell
/// where sizes disagree or a resistivity is not positive and finite.
void validate(const ResistivityModel& model);

/// Smoothing of a model covariance as ModEM has it: coefficients 0 .. 1 along each axis, applied several times, and
/// areas between which it is switched off.
struct ModelCovariance {
  std::array<std::size_t, 3> cells = {0, 0, 0};  ///< along x, y, z, without air layers above the mesh
  std::vector<double> smoothing_x, smoothing_y;  ///< [nz]
  double smoothing_z = 0.0;
  std::int64_t applications = 1;
  struct Exception {
    std::int64_t first = 0, second = 0;
    double smoothing = 0.0;
    bool operator==(const Exception&) const = default;
  };
  std::vector<Exception> exceptions;  ///< overrule the smoothing between two areas
  std::vector<std::int32_t> area;     ///< [nz, ny, nx]: 0 air, 9 sea; empty: one area
  std::vector<std::string> header;
  std::string path;
  std::vector<Repair> repairs;
};

void validate(const ModelCovariance& covariance);

/// Throws MeshError where the covariance is for a mesh of another size than the model's.
void expect_match(const ResistivityModel& model, const ModelCovariance& covariance);

}  // namespace terrella::datasets
