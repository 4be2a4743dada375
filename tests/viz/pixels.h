// Pictures as pixels, read by libpng.
#pragma once
#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "viz/color.h"

namespace terrella::viz::example {

struct Picture {
  int width = 0, height = 0;
  std::vector<unsigned char> bytes;  // red, green, blue; top row first
  Color at(int x, int y) const {
    const auto* p = &bytes.at(3 * (std::size_t(y) * width + x));
    return {p[0], p[1], p[2]};
  }
};

inline Picture read_png(const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_file(&image, path.c_str())) << path << ": " << image.message;
  image.format = PNG_FORMAT_RGB;
  Picture picture{int(image.width), int(image.height), std::vector<unsigned char>(PNG_IMAGE_SIZE(image))};
  EXPECT_TRUE(png_image_finish_read(&image, nullptr, picture.bytes.data(), 0, nullptr)) << image.message;
  return picture;
}

/// The smallest rectangle around pixels of one of the colours, left of `right_limit`.
struct Box {
  int left = 1 << 30, top = 1 << 30, right = -1, bottom = -1;
  int count = 0;
  int area() const { return (right - left + 1) * (bottom - top + 1); }
};

inline Box find(const Picture& picture, const std::vector<Color>& colors, int right_limit = 1 << 30) {
  Box box;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < std::min(picture.width, right_limit); ++x) {
      if (std::find(colors.begin(), colors.end(), picture.at(x, y)) == colors.end()) continue;
      box.left = std::min(box.left, x), box.right = std::max(box.right, x);
      box.top = std::min(box.top, y), box.bottom = std::max(box.bottom, y);
      ++box.count;
    }
  return box;
}

}  // namespace terrella::viz::example
