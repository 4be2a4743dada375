// viz/color.h: the colours of resistivity: red is conductive, blue resistive, logarithmic between two limits.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace terrella::viz {

using Color = std::array<std::uint8_t, 3>;  ///< red, green, blue of sRGB

/// From conductive to resistive. Lightness rises to the yellow in the middle and falls again, monotone on both sides,
/// so that no false edges appear and the ends stay apart for those who do not tell red from green; between two entries
/// colours are linear. python/terrella/plot/colors.py holds the same table.
inline constexpr std::array<Color, 9> resistivity_colors{{{115, 10, 32},
                                                          {184, 28, 42},
                                                          {226, 82, 47},
                                                          {246, 149, 66},
                                                          {252, 228, 140},
                                                          {176, 220, 160},
                                                          {88, 180, 176},
                                                          {45, 122, 182},
                                                          {38, 52, 122}}};

/// Of quantities with a sign, from -limit to +limit: green to violet through near white, apart for those who do not
/// tell red from green.
inline constexpr std::array<Color, 7> signed_colors{
    {{20, 90, 60}, {70, 150, 100}, {170, 215, 180}, {246, 245, 242}, {214, 184, 222}, {150, 96, 166}, {88, 30, 110}}};

/// Where the model has no value (NaN): a light grey that nothing else has.
inline constexpr Color missing_color{208, 204, 198};

/// Limits of a colour scale, ohm m, 0 < minimum < maximum.
struct ColorLimits {
  double minimum = 1;
  double maximum = 1000;
};

/// The colour at a fraction (0 .. 1, cut to these) of the way along a table of at least two; missing_color for NaN.
Color color_between(std::span<const Color> table, double fraction);

/// The colour of a resistivity (ohm m); values beyond the limits get the end colours, NaN and what is not positive
/// missing_color.
Color color_of(double resistivity, const ColorLimits& limits);

}  // namespace terrella::viz
