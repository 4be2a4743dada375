// datasets/model/cells.h: widths and resistivities of cells in text files, one after another over as many lines as it
// takes.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/lines.h"
#include "datasets/model/model.h"

namespace terrella::datasets {

/// Most bytes of a model that are read.
inline constexpr std::size_t most_model_bytes = std::size_t{1} << 31;

/// Numbers of cells along three axes (or two, the third 1): each 1 .. most_cells_along_axis, their product at most
/// most_cells and not more than the bytes that hold them. Throws FormatError at `line`.
void expect_cells(std::int64_t a, std::int64_t b, std::int64_t c, std::size_t bytes, std::int64_t line,
                  const Report& report);

/// The same for cells that maps give which hold for many layers, or one number for all: 4 million, or 64 for every
/// byte.
void expect_cells_of_maps(std::size_t cells, std::size_t bytes, std::int64_t line, const Report& report);

/// The next `count` widths of cells (m). Throws FormatError with the line where one is not positive.
std::vector<double> read_widths(Lines& lines, std::size_t count, std::string_view axis, const Report& report);

/// Edges of cells of those widths from `first` on. Throws FormatError where widths vanish beside that number.
std::vector<double> edges_from(const std::vector<double>& widths, double first, const std::string& axis,
                               const Report& report);

/// Whether the numbers of a file are resistivities, to be checked and converted, or any numbers, to be left alone.
enum class CellNumbers { resistivities, any };

/// The resistivities (ohm m) that the next `count` stored numbers mean, or those numbers. Throws FormatError with the
/// line where a resistivity is not positive and finite.
std::vector<double> read_cells(Lines& lines, std::size_t count, Storage storage, CellNumbers numbers,
                               const Report& report);

/// Three numbers, or one, in a line of their own.
std::array<double, 3> read_triple(Lines& lines, const char* what, const Report& report);
double read_single(Lines& lines, const char* what, const Report& report);

/// The word for how ModEM and kin store resistivity: "LOGE", "LOG10", "LINEAR"; false for another.
bool storage_named(std::string_view word, Storage& storage);
/// Throws std::invalid_argument for conductivities, which these formats do not hold.
const char* word_for(Storage storage);

/// Appends widths between edges, so many a line (0: all in one), and a line end. They are written to 1 um.
void append_widths(std::string& text, const std::vector<double>& edges, std::size_t per_line = 0);

}  // namespace terrella::datasets
