// datasets/femtic/model.h: meshes (mesh.dat) and resistivity blocks (resistivity_block_iterN.dat) of FEMTIC (Usui
// 2015).
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// A mesh with what FEMTIC needs beside points and cells. Numbers are those of the file, from 0.
struct FemticMesh {
  PointMesh mesh;                                    ///< corners in the order of the file
  std::vector<std::int32_t> neighbour;               ///< [cells][4 or 6], -1 where there is none
  std::array<std::size_t, 4> bricks = {0, 0, 0, 0};  ///< cells along x, y, z and layers of air; hexahedra only
  /// Boundary planes (y-z twice, z-x twice, x-y twice): element and face; of hexahedra element and four points.
  std::array<std::vector<std::int32_t>, 6> plane;
  std::vector<std::int32_t> land;  ///< element and face of every face on the surface of the land; tetrahedra only
};

/// Blocks of elements with one resistivity each.
struct FemticBlocks {
  struct Block {
    double resistivity = 0, least = 0, most = 0, weight = 1;
    int type = 0;  ///< 0 free, 1 fixed and isolated, 2 fixed, 3 free and isolated
    bool operator==(const Block&) const = default;
  };
  std::vector<std::uint32_t> block_of;  ///< of every element
  std::vector<Block> blocks;            ///< the first is air
};

/// True for TETRA or HEXA in the first line.
bool looks_like_femtic_mesh(std::string_view first_bytes);
/// True for two numbers and below them element 0 and its block.
bool looks_like_femtic_blocks(std::string_view first_bytes);

/// Throw FormatError; meshes of type DHEXA are refused.
FemticMesh read_femtic_mesh(const std::string& path);
FemticMesh parse_femtic_mesh(std::string_view bytes, const std::string& path);
FemticBlocks read_femtic_blocks(const std::string& path);
FemticBlocks parse_femtic_blocks(std::string_view bytes, const std::string& path);

std::string femtic_mesh_text(const FemticMesh& mesh);
std::string femtic_blocks_text(const FemticBlocks& blocks);

/// Both together; cells of block 0 are air, of other fixed blocks fixed. Throws MeshError where the numbers of elements
/// differ.
ResistivityModel femtic_model(const FemticMesh& mesh, const FemticBlocks& blocks);

/// The model of a file of blocks, with the mesh.dat beside it, as FEMTIC takes it. Throws FormatError.
ResistivityModel read_femtic_model(const std::string& blocks_path);

}  // namespace terrella::datasets
