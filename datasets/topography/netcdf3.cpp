#include "datasets/topography/netcdf3.h"

#include <algorithm>

namespace terrella::datasets::netcdf3 {
namespace {

constexpr std::uint32_t dimension_list = 10, variable_list = 11, attribute_list = 12;
constexpr std::uint64_t most_entries = 65536;

std::uint64_t size_of_type(int type) {
  switch (type) {
    case 1:
    case 2:
      return 1;
    case 3:
      return 2;
    case 4:
    case 5:
      return 4;
    default:
      return 8;
  }
}

double value_at(const Bytes& file, int type, std::uint64_t offset, std::string_view what) {
  switch (type) {
    case 1:
      return file.at<std::int8_t>(offset, what);
    case 3:
      return file.at<std::int16_t>(offset, what);
    case 4:
      return file.at<std::int32_t>(offset, what);
    case 5:
      return file.at<float>(offset, what);
    default:
      return file.at<double>(offset, what);
  }
}

// Walks through the header. Everything in it is padded to four bytes.
class Header {
 public:
  Header(std::string_view bytes, bool long_offsets, const Report& report)
      : file_(bytes, std::endian::big, report), long_offsets_(long_offsets), report_(report) {}

  std::uint32_t count(std::string_view what) {
    const auto value = file_.at<std::uint32_t>(at_, what);
    at_ += 4;
    return value;
  }

  // The head of a list: absent (two zeros) or its tag and number of entries, each of which takes 8 bytes at least.
  std::uint64_t list(std::uint32_t tag, std::string_view what) {
    const std::uint32_t found = count(what), entries = count(what);
    if (found == 0 && entries == 0) return 0;
    if (found != tag) report_.error(0, "byte ", at_ - 8, ": the list of ", what, " has the tag ", found, ", not ", tag);
    if (entries > most_entries || entries > (file_.size() - at_) / 8)
      report_.error(0, "byte ", at_ - 4, ": ", entries, " ", what, " are announced, more than the file can hold");
    return entries;
  }

  std::string name(std::string_view what) {
    const std::uint64_t length = count(what);
    std::string result(file_.part(at_, length, what));
    at_ += (length + 3) / 4 * 4;
    return result;
  }

  int type(std::string_view what) {
    const std::uint32_t value = count(what);
    if (value < 1 || value > 6) report_.error(0, "byte ", at_ - 4, ": ", what, " has the unknown type ", value);
    return static_cast<int>(value);
  }

  std::uint64_t offset(std::string_view what) {
    if (!long_offsets_) return count(what);
    const auto value = file_.at<std::uint64_t>(at_, what);
    at_ += 8;
    return value;
  }

  std::vector<Attribute> attributes() {
    std::vector<Attribute> result(list(attribute_list, "attributes"));
    for (Attribute& attribute : result) {
      attribute.name = name("attribute");
      const int kind = attribute.type = type("attribute");
      const std::uint64_t values = count("attribute");
      const std::string_view data = file_.part(at_, values * size_of_type(kind), "attribute");
      if (kind == 2) {
        attribute.text = data.substr(0, data.find_last_not_of('\0') + 1);
      } else {
        attribute.values.reserve(values);
        for (std::uint64_t i = 0; i < values; ++i)
          attribute.values.push_back(value_at(file_, kind, at_ + i * size_of_type(kind), "attribute"));
      }
      at_ += (data.size() + 3) / 4 * 4;
    }
    return result;
  }

 private:
  Bytes file_;
  bool long_offsets_;
  const Report& report_;
  std::uint64_t at_ = 4;  // behind the magic
};

}  // namespace

File read_header(std::string_view bytes, const Report& report) {
  if (bytes.size() < 4 || !bytes.starts_with("CDF")) report.error(0, "is no classic netCDF file");
  const int version = bytes[3];
  if (version == 5) report.error(0, "is a CDF-5 file; write it as netCDF-3 first: nccopy -k classic IN OUT");
  if (version != 1 && version != 2) report.error(0, "is netCDF of the unknown version ", version);
  Header header(bytes, version == 2, report);
  const std::uint32_t records = header.count("number of records");

  File file;
  const std::uint64_t dimensions = header.list(dimension_list, "dimensions");
  std::size_t record_dimension = most_entries;
  for (std::uint64_t i = 0; i < dimensions; ++i) {
    Dimension dimension{header.name("dimension"), header.count("dimension")};
    if (dimension.length == 0) {
      if (record_dimension != most_entries) report.error(0, "two dimensions are unlimited");
      record_dimension = i;
      if (records == 0xffffffffU) report.error(0, "was not closed by its writer: the number of records is unknown");
      dimension.length = records;
    }
    file.dimensions.push_back(std::move(dimension));
  }
  file.attributes = header.attributes();
  const std::uint64_t variables = header.list(variable_list, "variables");
  for (std::uint64_t i = 0; i < variables; ++i) {
    Variable variable;
    variable.name = header.name("variable");
    const std::uint32_t rank = header.count("variable");
    if (rank > 1024) report.error(0, "variable '", variable.name, "' has ", rank, " dimensions");
    for (std::uint32_t k = 0; k < rank; ++k) {
      const std::uint32_t index = header.count("variable");
      if (index >= file.dimensions.size())
        report.error(0, "variable '", variable.name, "' names dimension ", index, " of ", file.dimensions.size());
      variable.dimension.push_back(index);
    }
    variable.attributes = header.attributes();
    variable.type = header.type("variable");
    header.count("variable");  // its size, which follows from the dimensions
    variable.offset = header.offset("variable");
    variable.along_records = !variable.dimension.empty() && variable.dimension.front() == record_dimension;
    file.variables.push_back(std::move(variable));
  }
  return file;
}

std::vector<double> read_values(std::string_view bytes, const File& file, const Variable& variable,
                                const Report& report) {
  if (variable.type == 2) report.error(0, "variable '", variable.name, "' holds characters, not numbers");
  if (variable.along_records && std::count_if(file.variables.begin(), file.variables.end(),
                                              [](const Variable& v) { return v.along_records; }) > 1)
    report.error(0, "variable '", variable.name,
                 "' shares the unlimited dimension with others; fix its length first: nccopy -u IN OUT");
  const std::uint64_t size = size_of_type(variable.type);
  std::uint64_t count = 1;
  for (const std::size_t index : variable.dimension) {
    const std::uint64_t length = file.dimensions[index].length;
    if (length != 0 && count > bytes.size() / length)
      report.error(0, "variable '", variable.name, "' announces more values than the file holds; it is cut off");
    count *= length;
  }
  const Bytes whole(bytes, std::endian::big, report);
  whole.part(variable.offset, count * size, "variable '" + variable.name + "'");
  std::vector<double> values(count);
  for (std::uint64_t i = 0; i < count; ++i) values[i] = value_at(whole, variable.type, variable.offset + i * size, "");
  return values;
}

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& attribute) { return attribute.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace terrella::datasets::netcdf3
