// Any bytes as a mesh and as resistivity blocks of FEMTIC: refused with a FormatError, or read, written and read as the
// same.
#include <cstdint>

#include "datasets/femtic/model.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella;
using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_femtic_mesh(bytes.substr(0, 4096));
  looks_like_femtic_blocks(bytes.substr(0, 4096));
  try {
    const FemticMesh mesh = parse_femtic_mesh(bytes, "fuzz");
    const FemticMesh back = parse_femtic_mesh(femtic_mesh_text(mesh), "back");
    if (back.mesh.corners != mesh.mesh.corners || back.neighbour != mesh.neighbour || back.plane != mesh.plane ||
        back.land != mesh.land)
      fuzz::broken("what is written is read", "another mesh");
  } catch (const FormatError& error) {
    if (error.path() == "back") fuzz::broken("what is written is read", error.what());
  }
  try {
    const FemticBlocks blocks = parse_femtic_blocks(bytes, "fuzz");
    const FemticBlocks back = parse_femtic_blocks(femtic_blocks_text(blocks), "back");
    if (back.block_of != blocks.block_of || back.blocks.size() != blocks.blocks.size())
      fuzz::broken("what is written is read", "other blocks");
  } catch (const FormatError& error) {
    const std::string_view what = error.what();
    // Digits beyond the 13th decide whether a resistivity lies within its bounds.
    if (error.path() == "back" && what.find("is not within") == std::string_view::npos &&
        what.find("should be positive") == std::string_view::npos)
      fuzz::broken("what is written is read", error.what());
  }
  return 0;
}
