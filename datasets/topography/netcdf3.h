// datasets/topography/netcdf3.h: the classic netCDF format (CDF-1, CDF-2) as far as grids need it. NetCDF users' guide,
// appendix "File Format Specifications".
//
// Big-endian throughout. A file is: magic, number of records, lists of dimensions, global attributes and variables;
// each variable's values stand together from its offset on (those along the record dimension record by record).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/bytes.h"

namespace terrella::datasets::netcdf3 {

struct Attribute {
  std::string name;
  int type = 0;                ///< as that of a variable
  std::string text;            ///< of a character attribute
  std::vector<double> values;  ///< of a numeric one
};

struct Variable {
  std::string name;
  std::vector<std::size_t> dimension;  ///< indices into File::dimension, slowest first
  std::vector<Attribute> attributes;
  int type = 0;              ///< 1 byte, 2 char, 3 short, 4 int, 5 float, 6 double
  std::uint64_t offset = 0;  ///< of the first value
  bool along_records = false;
};

struct Dimension {
  std::string name;
  std::uint64_t length = 0;  ///< of the record dimension: the number of records
};

struct File {
  std::vector<Dimension> dimensions;
  std::vector<Attribute> attributes;
  std::vector<Variable> variables;
};

/// The lists of a file. Names and counts are bounded by what the file holds; throws FormatError by the report.
File read_header(std::string_view bytes, const Report& report);

/// The values of a numeric variable as they stand, before scale and offset. A FormatError for characters, for variables
/// along the record dimension unless they are the only one there, and where the file is shorter.
std::vector<double> read_values(std::string_view bytes, const File& file, const Variable& variable,
                                const Report& report);

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view name);

}  // namespace terrella::datasets::netcdf3
