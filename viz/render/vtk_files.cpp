#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkDataSetAttributes.h>
#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkRectilinearGrid.h>
#include <vtkSignedCharArray.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <vtkTypeInt64Array.h>
#include <vtkUnstructuredGrid.h>
#include <vtkXMLPolyDataWriter.h>
#include <vtkXMLRectilinearGridWriter.h>
#include <vtkXMLUnstructuredGridWriter.h>

#include <cmath>

#include "core/error.h"
#include "viz/render/pictures.h"

namespace terrella::viz {
namespace {

template <class Writer, class Data>
void write(Data* data, const std::string& path) {
  vtkNew<Writer> writer;
  writer->SetFileName(path.c_str());
  writer->SetInputData(data);
  writer->SetDataModeToBinary();
  writer->SetCompressorTypeToZLib();
  if (!writer->Write()) throw Error("cannot write " + path);
}

vtkNew<vtkDoubleArray> array(const char* name) {
  vtkNew<vtkDoubleArray> values;
  values->SetName(name);
  return values;
}

}  // namespace

void write_vtr(const Section& section, const std::string& path) {
  vtkNew<vtkDoubleArray> x, y, z;
  for (double edge : section.distance_edges) x->InsertNextValue(edge);
  y->InsertNextValue(0);
  for (std::size_t layer = section.layers() + 1; layer-- > 0;)
    z->InsertNextValue(section.mean_elevation - section.depth_edges[layer]);
  vtkNew<vtkRectilinearGrid> grid;
  grid->SetDimensions(int(section.columns() + 1), 1, int(section.layers() + 1));
  grid->SetXCoordinates(x);
  grid->SetYCoordinates(y);
  grid->SetZCoordinates(z);

  const auto resistivity = array("resistivity"), logarithm = array("log10_resistivity"),
             sensitivity = array("sensitivity");
  vtkNew<vtkSignedCharArray> within;
  within->SetName("within_depth_of_investigation");
  for (std::size_t layer = section.layers(); layer-- > 0;)  // cells from the bottom upwards, as z ascends
    for (std::size_t column = 0; column < section.columns(); ++column) {
      const double value = section.at(layer, column);
      resistivity->InsertNextValue(value);
      logarithm->InsertNextValue(value > 0 ? std::log10(value) : NAN);
      sensitivity->InsertNextValue(
          section.sensitivity.empty() ? NAN : section.sensitivity[layer * section.columns() + column]);
      const double limit = section.sites[column].depth_of_investigation;
      const double middle = (section.depth_edges[layer] + section.depth_edges[layer + 1]) / 2;
      within->InsertNextValue(std::isnan(limit) ? -1 : middle < limit);
    }
  grid->GetCellData()->AddArray(resistivity);
  if (!section.sensitivity.empty()) grid->GetCellData()->AddArray(sensitivity);
  grid->GetCellData()->AddArray(within);
  grid->GetCellData()->SetScalars(logarithm);
  write<vtkXMLRectilinearGridWriter>(grid.Get(), path);
}

void write_vtp(const Section& section, const std::string& path) {
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  vtkNew<vtkCellArray> vertices;
  vtkNew<vtkStringArray> name;
  name->SetName("name");
  const auto elevation = array("elevation"), depth = array("depth_of_investigation"), rms = array("rms");
  const auto latitude = array("latitude"), longitude = array("longitude"), north = array("north"), east = array("east");
  for (const SectionSite& site : section.sites) {
    const vtkIdType point = points->InsertNextPoint(site.distance, 0, site.elevation);
    vertices->InsertNextCell(1, &point);
    name->InsertNextValue(site.name.c_str());
    elevation->InsertNextValue(site.elevation);
    depth->InsertNextValue(site.depth_of_investigation);
    rms->InsertNextValue(site.rms);
    latitude->InsertNextValue(site.latitude);
    longitude->InsertNextValue(site.longitude);
    north->InsertNextValue(site.north);
    east->InsertNextValue(site.east);
  }
  vtkNew<vtkPolyData> sites;
  sites->SetPoints(points);
  sites->SetVerts(vertices);
  for (vtkAbstractArray* values :
       std::initializer_list<vtkAbstractArray*>{name, elevation, depth, rms, latitude, longitude, north, east})
    sites->GetPointData()->AddArray(values);
  write<vtkXMLPolyDataWriter>(sites.Get(), path);
}

void write_mesh(const VtkMesh& mesh, const std::string& path) {
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  for (std::size_t i = 0; i < mesh.points.size(); i += 3) points->InsertNextPoint(&mesh.points[i]);
  vtkNew<vtkCellArray> cells;
  const auto fill = [&](vtkDataSetAttributes* data) {
    for (const VtkArray& from : mesh.arrays) {
      vtkSmartPointer<vtkDataArray> to;
      if (from.whole)
        to = vtkSmartPointer<vtkTypeInt64Array>::New();
      else
        to = vtkSmartPointer<vtkDoubleArray>::New();
      to->SetName(from.name.c_str());
      for (double value : from.values) to->InsertNextTuple1(value);
      data->AddArray(to);
    }
    data->SetActiveScalars(mesh.arrays.front().name.c_str());
  };
  if (!mesh.corners.empty()) {
    for (std::size_t i = 0; i < mesh.corners.size(); i += 4) {
      const vtkIdType corners[] = {mesh.corners[i], mesh.corners[i + 1], mesh.corners[i + 2], mesh.corners[i + 3]};
      cells->InsertNextCell(4, corners);
    }
    vtkNew<vtkUnstructuredGrid> grid;
    grid->SetPoints(points);
    grid->SetCells(VTK_QUAD, cells);
    fill(grid->GetCellData());
    return write<vtkXMLUnstructuredGridWriter>(grid.Get(), path);
  }
  for (vtkIdType i = 0; i < points->GetNumberOfPoints(); ++i) cells->InsertNextCell(1, &i);
  vtkNew<vtkPolyData> data;
  data->SetPoints(points);
  data->SetVerts(cells);
  if (!mesh.names.empty()) {
    vtkNew<vtkStringArray> names;
    names->SetName("name");
    for (const std::string& name : mesh.names) names->InsertNextValue(name.c_str());
    data->GetPointData()->AddArray(names);
  }
  fill(data->GetPointData());
  write<vtkXMLPolyDataWriter>(data.Get(), path);
}

}  // namespace terrella::viz
