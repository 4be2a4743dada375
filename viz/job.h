// viz/job.h: what terrella-render is asked to do, as values and as the JSON file that carries them.
//
// The library never loads VTK: it writes a job, runs `terrella-render JOB.json` in a folder of its own and takes the
// files from there. The JSON holds `version` (1), `kind` ("section", "response", "vtk", "meshes" or "figure") and the
// fields of the structs below by the same names; numbers that are NaN or infinite are null. Names may be hostile; they
// are only drawn.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "viz/color.h"
#include "viz/figure.h"
#include "viz/section.h"
#include "viz/sounding.h"

namespace terrella::viz {

/// Draws section.png.
struct SectionPicture {
  Section section;
  int width = 1600, height = 900;  ///< pixels
  std::string title, subtitle;
  std::vector<std::string> notes;   ///< below the picture, one line each
  std::string left_end, right_end;  ///< compass directions of the profile's ends, may be empty
  double depth_limit = 0;           ///< m, positive
  ColorLimits limits;               ///< ohm m
  bool show_depth_of_investigation = true;
};

/// A layered model as a staircase beside its sounding.
struct Staircase {
  std::vector<double> resistivity;    ///< ohm m, [layer]
  std::vector<double> thickness;      ///< m, [layer - 1]
  double depth_of_investigation = 0;  ///< m, NaN where unknown
};

/// Draws response.png: one sounding in large with its model, or a sheet of several in the given number of columns.
struct ResponsePicture {
  std::vector<Sounding> soundings;  ///< phases as they are to be shown
  std::vector<Staircase> models;    ///< [1] where there is one sounding, else empty
  int width = 1600, height = 900;   ///< pixels
  int columns = 1;                  ///< of a sheet
  std::string title, subtitle;
  std::vector<std::string> notes;
};

/// Writes section.vtr and sites.vtp.
struct VtkFiles {
  Section section;
};

/// One number a cell, or a point where there are no cells.
struct VtkArray {
  std::string name;
  std::vector<double> values;
  bool whole = false;  ///< written as whole numbers
};

/// Quadrilaterals, or points alone.
struct VtkMesh {
  std::string file;                   ///< to be written, without folder: .vtu with cells, else .vtp
  std::vector<double> points;         ///< [n, 3]
  std::vector<std::int64_t> corners;  ///< [m, 4], anticlockwise; empty for points alone
  std::vector<VtkArray> arrays;       ///< the first one is what is shown at first
  std::vector<std::string> names;     ///< of points alone
};

/// Writes the file of every mesh.
struct VtkMeshes {
  std::vector<VtkMesh> meshes;
};

/// A Figure draws figure.png.
using Job = std::variant<SectionPicture, ResponsePicture, VtkFiles, VtkMeshes, Figure>;

/// Bytes that are not UTF-8 become replacement characters.
std::string to_json(const Job& job);

/// Throws FormatError (path and what is wrong) where the text is no such job or sizes inside it disagree.
Job read_job(const std::string& json, const std::string& path);

}  // namespace terrella::viz
