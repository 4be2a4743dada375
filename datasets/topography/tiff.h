// datasets/topography/tiff.h: the first image of an uncompressed TIFF file (TIFF 6.0, classic) as numbers, and its
// tags.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/bytes.h"

namespace terrella::datasets::tiff {

struct Tag {
  int type = 0;                ///< of TIFF: 1 byte, 2 text, 3 short, 4 long, 12 double ...
  std::vector<double> values;  ///< of a numeric tag; whole numbers of 32 bits are exact in a double
  std::string text;            ///< of a text tag, without the closing NUL
};

struct Image {
  std::int64_t width = 0, height = 0;
  std::vector<double> values;  ///< [height, width], row 0 on top
  std::map<int, Tag> tags;
  bool more_images = false;  ///< another one of full size follows
};

/// Strips and tiles of one sample of int8/16/32, uint8/16/32, float32/64 in either byte order. Compression, BigTIFF,
/// colours and predictors are FormatErrors by the report; so is an image of more pixels than the file holds.
Image read_image(std::string_view bytes, const Report& report);

}  // namespace terrella::datasets::tiff
