#include "viz/mt2d/sites_above.h"

#include <algorithm>
#include <cmath>

namespace terrella::viz {
namespace {

constexpr int flat_size = 16, turned_size = 14;
constexpr double letter = 0.62;  // width of a letter over the size of the font
constexpr double turn = 60, gap = 17, leader = 16;
constexpr std::size_t longest_name = 16;

std::size_t letters(const std::string& name) {  // of UTF-8
  const auto count = std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return std::min(static_cast<std::size_t>(count), longest_name);
}

bool lie_flat(const std::vector<PlacedName>& names) {
  double last = -1e9;
  for (const PlacedName& name : names) {
    const double half = letter * flat_size * static_cast<double>(letters(name.name)) / 2;
    if (name.at - half < last + 10) return false;
    last = name.at + half;
  }
  return true;
}

}  // namespace

std::vector<double> moved_apart(const std::vector<double>& wishes, double apart, double low, double high) {
  struct Block {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    blocks.push_back({wishes[i] - apart * static_cast<double>(i), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum, blocks.back().count += last.count;
    }
  }
  const double highest = high - apart * (wishes.empty() ? 0.0 : static_cast<double>(wishes.size() - 1));
  std::vector<double> places;
  for (const Block& block : blocks)
    for (std::size_t k = 0; k < block.count; ++k)
      places.push_back(std::max(std::min(block.mean(), highest), low) + apart * static_cast<double>(places.size()));
  return places;
}

double names_height(const std::vector<PlacedName>& names, double) {
  if (names.empty()) return 0;
  if (lie_flat(names)) return flat_size + 10;
  std::size_t longest = 0;
  for (const PlacedName& name : names) longest = std::max(longest, letters(name.name));
  return leader + 8 + letter * turned_size * static_cast<double>(longest) * std::sin(turn * M_PI / 180) + 6;
}

FigurePanel names_panel(const std::vector<PlacedName>& names, double left, double right, double bottom) {
  FigurePanel panel;
  panel.left = left, panel.right = right, panel.bottom = bottom;
  panel.top = bottom + std::max(2.0, names_height(names, right - left));
  panel.framed = false;
  panel.x = {.low = left, .high = right, .ticks = false};
  panel.y = {.low = 0, .high = panel.top - bottom, .ticks = false};
  if (lie_flat(names)) {
    for (const PlacedName& name : names)
      panel.labels.push_back(
          {.at = {name.at, 0}, .offset = {0, 7}, .words = name.name, .size = flat_size, .vertical = -1});
    return panel;
  }
  // As many as there is room for, evenly; those between them have their triangles.
  const auto room = static_cast<std::size_t>(std::max(1.0, (right - left) / gap));
  const std::size_t every = (names.size() + room - 1) / room;
  std::vector<double> wishes;
  for (std::size_t i = 0; i < names.size(); i += every) wishes.push_back(names[i].at);
  const std::vector<double> places = moved_apart(wishes, gap, left, right);
  for (std::size_t i = 0; i < places.size(); ++i) {
    panel.lines.push_back({.points = {{wishes[i], 1}, {places[i], leader}}, .color = {120, 120, 120}, .width = 0.8});
    panel.labels.push_back({.at = {places[i], 0},
                            .offset = {1, leader + 4},
                            .words = names[i * every].name,
                            .size = turned_size,
                            .rotation = turn,
                            .horizontal = -1});
  }
  return panel;
}

}  // namespace terrella::viz
