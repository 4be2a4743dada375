// datasets/jformat/blocks.h: a J file cut into its header entries and data blocks.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/file/lines.h"

namespace terrella::datasets::jformat {

struct Entry {
  std::string value;
  std::int64_t line = 0;
};

/// "ZXY S.I.", a count, and that many rows of numbers; missing ones are NaN.
struct Block {
  char kind = ' ';            ///< R, Z, T; others are not kept
  std::size_t component = 0;  ///< XX XY YX YY of R and Z; ZX ZY of T
  std::string name, units;
  std::int64_t line = 0;
  std::vector<std::vector<double>> rows;  ///< first number: the period, s; NaN where the row is missing
};

struct File {
  std::string program;  ///< of the first comment
  std::map<std::string, Entry> header;
  std::string station;
  std::int64_t station_line = 0;
  std::vector<Block> blocks;
};

File read_blocks(std::string_view text, Report& report);

/// Whether a line begins a data block: "ZXX S.I.", "RXY".
bool is_block_title(std::string_view line);

}  // namespace terrella::datasets::jformat
