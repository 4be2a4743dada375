#include "datasets/femtic/model.h"

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"

namespace terrella::datasets {
namespace {

// Numbers of a file whose lines are whole records, with the line of each for messages.
class Records {
 public:
  Records(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_model_bytes, report_)), lines_(text_, report_) {}

  const Report& report() const { return report_; }
  Lines& lines() { return lines_; }
  std::size_t bytes() const { return text_.size(); }

  std::size_t count(const char* what, std::int64_t least) {
    const Line line = lines_.expect(what);
    const auto words = words_of(line.text);
    if (words.size() != 1) report_.error(line.number, "the ", what, " should stand here alone");
    const auto n = count_of(words[0], line.number, what, least, 1'000'000'000, report_);
    if (static_cast<std::size_t>(n) > text_.size())
      report_.error(line.number, n, " announced as ", what, ", but the file has only ", text_.size(), " bytes");
    return static_cast<std::size_t>(n);
  }

  void read(std::size_t n, const char* what) { values_ = lines_.numbers(n, what, &(line_of_ = {})); }

  double value(std::size_t i) const { return values_[i]; }
  std::int64_t line(std::size_t i) const { return line_of_[i]; }

  // A whole number of least .. most.
  std::int32_t index(std::size_t i, const char* what, double least, double most) const {
    if (!(values_[i] >= least && values_[i] <= most) || values_[i] != std::floor(values_[i]))
      report_.error(line_of_[i], what, " ", values_[i], " is not a whole number of ", least, " .. ", most);
    return static_cast<std::int32_t>(values_[i]);
  }

  void end() {
    Line line;
    if (lines_.next(line))
      report_.error(line.number, "more than the file should have: '", line.text.substr(0, 40), "'");
  }

 private:
  Report report_;
  std::string text_;
  Lines lines_;
  std::vector<double> values_;
  std::vector<std::int64_t> line_of_;
};

class MeshReader {
 public:
  MeshReader(std::string_view bytes, const std::string& path) : records_(bytes, path) {}

  FemticMesh read() {
    const Line line = records_.lines().expect("TETRA or HEXA");
    const bool tetra = line.text == "TETRA";
    if (!tetra && line.text != "HEXA")
      records_.report().error(line.number, "'", line.text.substr(0, 20), "' should be TETRA or HEXA",
                              line.text == "DHEXA" ? "; deformed hexahedra are not read" : "");
    result_.mesh.shape = tetra ? PointMesh::Shape::tetrahedron : PointMesh::Shape::hexahedron;
    if (tetra) {
      read_points(records_.count("number of points", 1));
      read_cells(records_.count("number of elements", 1), 4, 4);
    } else {
      read_bricks();
    }
    for (std::size_t p = 0; p < 6; ++p) read_plane(p, tetra);
    if (tetra) read_faces(result_.land, "number of faces of the land");
    records_.end();
    return std::move(result_);
  }

 private:
  void read_points(std::size_t n) {
    records_.read(4 * n, "points");
    result_.mesh.points.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      number_follows(4 * i, i);
      for (std::size_t k = 0; k < 3; ++k) result_.mesh.points[i][k] = records_.value(4 * i + 1 + k);
    }
  }

  void number_follows(std::size_t at, std::size_t expected) const {
    if (records_.value(at) != static_cast<double>(expected))
      records_.report().error(records_.line(at), "number ", records_.value(at), " where ", expected, " should follow");
  }

  void read_cells(std::size_t n, std::size_t faces, std::size_t corners) {
    const std::size_t width = 1 + faces + corners;
    records_.read(width * n, "elements");
    result_.neighbour.reserve(n * faces);
    result_.mesh.corners.reserve(n * corners);
    const double most_cell = static_cast<double>(n) - 1;
    const double most_point = static_cast<double>(result_.mesh.points.size()) - 1;
    for (std::size_t i = 0; i < n; ++i) {
      number_follows(width * i, i);
      for (std::size_t k = 0; k < faces; ++k)
        result_.neighbour.push_back(records_.index(width * i + 1 + k, "neighbour", -1, most_cell));
      for (std::size_t k = 0; k < corners; ++k)
        result_.mesh.corners.push_back(
            static_cast<std::uint32_t>(records_.index(width * i + 1 + faces + k, "point", 0, most_point)));
    }
  }

  void read_bricks() {
    const Line line = records_.lines().expect("the numbers of bricks");
    const auto words = words_of(line.text);
    if (words.size() != 4)
      records_.report().error(line.number,
                              "the numbers of bricks along x, y, z and of layers of air should stand here");
    std::array<std::int64_t, 4> n;
    for (std::size_t i = 0; i < 4; ++i)
      n[i] = count_of(words[i], line.number, "number of bricks", i < 3 ? 1 : 0, 1'000'000, records_.report());
    expect_cells(n[0], n[1], n[2], records_.bytes(), line.number, records_.report());
    for (std::size_t i = 0; i < 4; ++i) result_.bricks[i] = static_cast<std::size_t>(n[i]);
    const auto [nx, ny, nz, air] = result_.bricks;
    read_points((nx + 1) * (ny + 1) * (nz + 1));
    read_cells(nx * ny * nz, 6, 8);
  }

  void read_plane(std::size_t p, bool tetra) {
    if (tetra) return read_faces(result_.plane[p], "number of faces of a plane");
    const auto [nx, ny, nz, air] = result_.bricks;
    const std::size_t expected = p < 2 ? ny * nz : p < 4 ? nz * nx : nx * ny;
    const std::size_t n = records_.count("number of elements of a plane", 0);
    if (n != expected)
      records_.report().error(records_.lines().number(), "plane ", p + 1, " has ", n, " elements where ", expected,
                              " should be");
    records_.read(5 * n, "elements of a plane");
    const double most_cell = static_cast<double>(result_.mesh.cells()) - 1;
    const double most_point = static_cast<double>(result_.mesh.points.size()) - 1;
    for (std::size_t i = 0; i < 5 * n; ++i)
      result_.plane[p].push_back(
          records_.index(i, i % 5 == 0 ? "element" : "point", 0, i % 5 == 0 ? most_cell : most_point));
  }

  void read_faces(std::vector<std::int32_t>& into, const char* what) {
    const std::size_t n = records_.count(what, 0);
    records_.read(2 * n, "faces");
    const double most_cell = static_cast<double>(result_.mesh.cells()) - 1;
    for (std::size_t i = 0; i < 2 * n; ++i)
      into.push_back(records_.index(i, i % 2 == 0 ? "element" : "face", 0, i % 2 == 0 ? most_cell : 3));
  }

  Records records_;
  FemticMesh result_;
};

void append_integers(std::string& out, std::span<const std::int32_t> values) {
  for (const std::int32_t value : values) out += " " + std::to_string(value);
}

}  // namespace

bool looks_like_femtic_mesh(std::string_view first_bytes) {
  const std::string_view line = trim(first_bytes.substr(0, first_bytes.find('\n')));
  return line == "TETRA" || line == "HEXA" || line == "DHEXA";
}

bool looks_like_femtic_blocks(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  const auto two_counts = [&] {
    if (!lines.next(line)) return false;
    const auto words = words_of(line.text);
    return words.size() == 2 && words[0].find_first_not_of("0123456789") == std::string_view::npos &&
           words[1].find_first_not_of("0123456789") == std::string_view::npos;
  };
  return two_counts() && two_counts() && words_of(line.text)[0] == "0";
}

FemticMesh parse_femtic_mesh(std::string_view bytes, const std::string& path) { return MeshReader(bytes, path).read(); }
FemticMesh read_femtic_mesh(const std::string& path) {
  return parse_femtic_mesh(read_file(path, most_model_bytes), path);
}

FemticBlocks parse_femtic_blocks(std::string_view bytes, const std::string& path) {
  Records records(bytes, path);
  const Line line = records.lines().expect("the numbers of elements and blocks");
  const auto words = words_of(line.text);
  if (words.size() != 2)
    records.report().error(line.number, "the numbers of elements and blocks should stand here, found '",
                           line.text.substr(0, 40), "'");
  const auto n = count_of(words[0], line.number, "number of elements", 1, 1'000'000'000, records.report());
  const auto m = count_of(words[1], line.number, "number of blocks", 1, 1'000'000'000, records.report());
  if (static_cast<std::size_t>(n + m) > records.bytes())
    records.report().error(line.number, n, " elements and ", m, " blocks are announced, but the file has only ",
                           records.bytes(), " bytes");
  FemticBlocks result;
  records.read(2 * static_cast<std::size_t>(n), "elements and their blocks");
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = 2 * static_cast<std::size_t>(i);
    if (records.value(at) != static_cast<double>(i))
      records.report().error(records.line(at), "element ", records.value(at), " where ", i, " should follow");
    result.block_of.push_back(
        static_cast<std::uint32_t>(records.index(at + 1, "block", 0, static_cast<double>(m) - 1)));
  }
  records.read(6 * static_cast<std::size_t>(m), "blocks");
  for (std::int64_t i = 0; i < m; ++i) {
    const auto at = 6 * static_cast<std::size_t>(i);
    if (records.value(at) != static_cast<double>(i))
      records.report().error(records.line(at), "block ", records.value(at), " where ", i, " should follow");
    FemticBlocks::Block block;
    block.resistivity = records.value(at + 1);
    block.least = records.value(at + 2);
    block.most = records.value(at + 3);
    block.weight = records.value(at + 4);
    block.type = records.index(at + 5, "type", 0, 3);
    if (!(block.resistivity > 0) || !(block.least > 0) || !(block.weight > 0))
      records.report().error(records.line(at), "resistivity, its least value and the weight of block ", i,
                             " should be positive");
    if (block.resistivity < block.least || block.resistivity > block.most)
      records.report().error(records.line(at), "resistivity ", block.resistivity, " of block ", i, " is not within ",
                             block.least, " .. ", block.most);
    result.blocks.push_back(block);
  }
  if (result.blocks[0].type != 1 && result.blocks[0].type != 2)
    records.report().error(records.line(0), "block 0 is the air and should be fixed (type 1 or 2)");
  records.end();
  return result;
}

FemticBlocks read_femtic_blocks(const std::string& path) {
  return parse_femtic_blocks(read_file(path, most_model_bytes), path);
}

std::string femtic_mesh_text(const FemticMesh& mesh) {
  const bool tetra = mesh.mesh.shape == PointMesh::Shape::tetrahedron;
  const std::size_t corners = static_cast<std::size_t>(mesh.mesh.shape), faces = tetra ? 4 : 6;
  const std::size_t cells = mesh.mesh.cells();
  if (mesh.neighbour.size() != faces * cells)
    fail("write_femtic: ", cells, " elements but ", mesh.neighbour.size(), " neighbours");
  std::string out =
      tetra ? text("TETRA\n", mesh.mesh.points.size(), "\n")
            : text("HEXA\n", mesh.bricks[0], " ", mesh.bricks[1], " ", mesh.bricks[2], " ", mesh.bricks[3], "\n");
  for (std::size_t i = 0; i < mesh.mesh.points.size(); ++i) {
    out += std::to_string(i);
    for (const double coordinate : mesh.mesh.points[i]) append_scientific(out, coordinate, 9);
    out += '\n';
  }
  if (tetra) out += text(cells, "\n");
  for (std::size_t i = 0; i < cells; ++i) {
    out += std::to_string(i);
    append_integers(out, std::span(mesh.neighbour).subspan(i * faces, faces));
    for (std::size_t k = 0; k < corners; ++k) out += " " + std::to_string(mesh.mesh.corners[i * corners + k]);
    out += '\n';
  }
  const auto append = [&](const std::vector<std::int32_t>& values, std::size_t width) {
    out += text(values.size() / width, "\n");
    for (std::size_t i = 0; i < values.size(); i += width) {
      append_integers(out, std::span(values).subspan(i, width));
      out += '\n';
    }
  };
  for (const auto& plane : mesh.plane) append(plane, tetra ? 2 : 5);
  if (tetra) append(mesh.land, 2);
  return out;
}

std::string femtic_blocks_text(const FemticBlocks& blocks) {
  std::string out = text(blocks.block_of.size(), " ", blocks.blocks.size(), "\n");
  for (std::size_t i = 0; i < blocks.block_of.size(); ++i)
    out += std::to_string(i) + " " + std::to_string(blocks.block_of[i]) + "\n";
  for (std::size_t i = 0; i < blocks.blocks.size(); ++i) {
    const auto& block = blocks.blocks[i];
    out += std::to_string(i);
    append_scientific(out, block.resistivity, 9);
    append_scientific(out, block.least, 1);
    append_scientific(out, block.most, 1);
    append_fixed(out, block.weight, 1, 12);
    out += " " + std::to_string(block.type) + "\n";
  }
  return out;
}

ResistivityModel femtic_model(const FemticMesh& mesh, const FemticBlocks& blocks) {
  if (mesh.mesh.cells() != blocks.block_of.size())
    throw MeshError(text("the mesh has ", mesh.mesh.cells(), " elements, the blocks are for ", blocks.block_of.size()));
  ResistivityModel model;
  model.mesh = mesh.mesh;
  for (const std::uint32_t number : blocks.block_of) {
    const FemticBlocks::Block& block = blocks.blocks.at(number);
    model.resistivity.push_back(block.resistivity);
    model.kind.push_back(number == 0 ? Cell::air : block.type == 1 || block.type == 2 ? Cell::fixed : Cell::free);
  }
  model.format = "femtic-model";
  validate(model);
  return model;
}

ResistivityModel read_femtic_model(const std::string& blocks_path) {
  const FemticBlocks blocks = read_femtic_blocks(blocks_path);
  const std::string mesh_path = (std::filesystem::path(blocks_path).parent_path() / "mesh.dat").string();
  std::error_code error;
  if (!std::filesystem::exists(mesh_path, error))
    throw FormatError(blocks_path, 0, "needs the mesh.dat of its model beside it, which is not there");
  ResistivityModel model;
  try {
    model = femtic_model(read_femtic_mesh(mesh_path), blocks);
  } catch (const MeshError& different) { throw FormatError(blocks_path, 1, different.what()); }
  model.path = blocks_path;
  return model;
}

}  // namespace terrella::datasets
