// tests/datasets/model/same.h: two models, cell by cell.
#pragma once
#include <cmath>
#include <string>

#include "core/error.h"
#include "datasets/model/model.h"

/// Empty where meshes agree within `relative` of their extent, stored numbers within `relative`, and all else is equal;
/// else the first difference in words.
inline std::string difference(const terrella::datasets::ResistivityModel& a,
                              const terrella::datasets::ResistivityModel& b, double relative = 1e-11) {
  using namespace terrella;
  using namespace terrella::datasets;
  const auto edges = [&](const char* axis, const std::vector<double>& p, const std::vector<double>& q) -> std::string {
    if (p.size() != q.size()) return text(axis, ": ", p.size(), " and ", q.size(), " edges");
    for (std::size_t i = 0; i < p.size(); ++i)
      if (!(std::abs(p[i] - q[i]) <= relative * (p.back() - p.front())))
        return text(axis, ": edge ", i, ": ", p[i], " and ", q[i]);
    return "";
  };
  std::string found;
  if (a.mesh.index() != b.mesh.index()) return "another kind of mesh";
  if (const auto* const section = std::get_if<Mesh2D>(&a.mesh)) {
    const auto& q = std::get<Mesh2D>(b.mesh);
    found = edges("y", section->y, q.y) + edges("z", section->z, q.z);
  } else if (const auto* const block = std::get_if<Mesh3D>(&a.mesh)) {
    const auto& q = std::get<Mesh3D>(b.mesh);
    found = edges("x", block->x, q.x) + edges("y", block->y, q.y) + edges("z", block->z, q.z);
    if (std::abs(block->rotation - q.rotation) > 1e-9) found += "another rotation";
  } else {
    const auto &p = std::get<PointMesh>(a.mesh), &q = std::get<PointMesh>(b.mesh);
    if (p.shape != q.shape || p.corners != q.corners || p.points.size() != q.points.size()) return "another mesh";
    for (std::size_t i = 0; i < p.points.size(); ++i)
      for (std::size_t k = 0; k < 3; ++k)
        if (!(std::abs(p.points[i][k] - q.points[i][k]) <= relative * std::abs(p.points[i][k])))
          return text("point ", i);
  }
  if (!found.empty()) return found;
  if (a.storage != b.storage) return "stored otherwise";
  if (a.kind != b.kind) return "other kinds of cells";
  if (a.header != b.header || a.entries != b.entries) return "other texts";
  if (a.resistivity.size() != b.resistivity.size()) return "another number of cells";
  for (std::size_t i = 0; i < a.resistivity.size(); ++i) {
    const double p = stored_of(a.resistivity[i], a.storage), q = stored_of(b.resistivity[i], b.storage);
    if (!(std::abs(p - q) <= relative * std::max(1.0, std::abs(p)))) return text("cell ", i, ": ", p, " and ", q);
  }
  return "";
}
