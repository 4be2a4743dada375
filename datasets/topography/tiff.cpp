#include "datasets/topography/tiff.h"

#include <algorithm>

namespace terrella::datasets::tiff {
namespace {

constexpr int new_subfile_type = 254, image_width = 256, image_length = 257, bits_per_sample = 258, compression = 259,
              photometric = 262, strip_offsets = 273, samples_per_pixel = 277, rows_per_strip = 278,
              strip_byte_counts = 279, predictor = 317, tile_width = 322, tile_length = 323, tile_offsets = 324,
              tile_byte_counts = 325, sample_format = 339;

std::uint64_t size_of_type(int type) {
  switch (type) {
    case 1:  // byte, text, signed byte, undefined
    case 2:
    case 6:
    case 7:
      return 1;
    case 3:
    case 8:
      return 2;
    case 4:
    case 9:
    case 11:
      return 4;
    case 5:
    case 10:
    case 12:
      return 8;
    default:
      return 0;
  }
}

double tag_value(const Bytes& file, int type, std::uint64_t offset) {
  constexpr std::string_view what = "a tag";
  switch (type) {
    case 1:
    case 7:
      return file.at<std::uint8_t>(offset, what);
    case 3:
      return file.at<std::uint16_t>(offset, what);
    case 4:
      return file.at<std::uint32_t>(offset, what);
    case 6:
      return file.at<std::int8_t>(offset, what);
    case 8:
      return file.at<std::int16_t>(offset, what);
    case 9:
      return file.at<std::int32_t>(offset, what);
    case 11:
      return file.at<float>(offset, what);
    case 12:
      return file.at<double>(offset, what);
    case 10:
      return static_cast<double>(file.at<std::int32_t>(offset, what)) / file.at<std::int32_t>(offset + 4, what);
    default:
      return static_cast<double>(file.at<std::uint32_t>(offset, what)) / file.at<std::uint32_t>(offset + 4, what);
  }
}

// One directory of tags; `next` becomes the offset of the following one.
std::map<int, Tag> read_directory(const Bytes& file, std::uint64_t offset, std::uint32_t& next, const Report& report) {
  std::map<int, Tag> tags;
  const auto entries = file.at<std::uint16_t>(offset, "the directory of tags");
  file.part(offset + 2, std::uint64_t{entries} * 12 + 4, "the directory of tags");
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t at = offset + 2 + 12 * i;
    const int number = file.at<std::uint16_t>(at, "a tag");
    Tag tag;
    tag.type = file.at<std::uint16_t>(at + 2, "a tag");
    const std::uint64_t count = file.at<std::uint32_t>(at + 4, "a tag"), size = size_of_type(tag.type);
    if (size == 0) continue;  // of a type that came later than TIFF 6.0: to be passed over, as the standard asks
    const std::uint64_t place = count * size <= 4 ? at + 8 : file.at<std::uint32_t>(at + 8, "a tag");
    const std::string name = "tag " + std::to_string(number);
    const std::string_view data = file.part(place, count * size, name);
    total += count * size;
    if (total > file.size()) report.error(0, "the tags overlap each other: damaged");
    if (tag.type == 2) {
      tag.text = data.substr(0, std::min(data.find('\0'), data.size()));
    } else {
      tag.values.reserve(count);
      for (std::uint64_t k = 0; k < count; ++k) tag.values.push_back(tag_value(file, tag.type, place + k * size));
    }
    if (!tags.emplace(number, std::move(tag)).second) report.error(0, name, " stands twice");
  }
  next = file.at<std::uint32_t>(offset + 2 + std::uint64_t{entries} * 12, "the directory of tags");
  return tags;
}

struct Reader {
  const Report& report;
  const std::map<int, Tag>& tags;

  const std::vector<double>* find(int number) const {
    const auto found = tags.find(number);
    return found == tags.end() || found->second.values.empty() ? nullptr : &found->second.values;
  }
  std::uint64_t one(int number, std::uint64_t otherwise) const {
    const auto* const values = find(number);
    if (!values) return otherwise;
    if (!(values->front() >= 0 && values->front() <= 4294967295.0)) report.error(0, "tag ", number, " is negative");
    return static_cast<std::uint64_t>(values->front());
  }
  const std::vector<double>& need(int number, const char* name) const {
    const auto* const values = find(number);
    if (!values) report.error(0, "tag ", number, " (", name, ") is missing");
    return *values;
  }
};

template <class T>
void copy_row(const Bytes& file, std::uint64_t offset, std::uint64_t count, double* into) {
  const std::uint64_t most = count * sizeof(T);
  file.part(offset, most, "pixels");
  for (std::uint64_t i = 0; i < count; ++i) into[i] = static_cast<double>(file.at<T>(offset + i * sizeof(T), "pixels"));
}

using CopyRow = void (*)(const Bytes&, std::uint64_t, std::uint64_t, double*);

CopyRow row_copier(std::uint64_t bits, std::uint64_t format, const Report& report) {
  if (format == 3 && bits == 32) return copy_row<float>;
  if (format == 3 && bits == 64) return copy_row<double>;
  if (format == 2 && bits == 8) return copy_row<std::int8_t>;
  if (format == 2 && bits == 16) return copy_row<std::int16_t>;
  if (format == 2 && bits == 32) return copy_row<std::int32_t>;
  if (format == 1 && bits == 8) return copy_row<std::uint8_t>;
  if (format == 1 && bits == 16) return copy_row<std::uint16_t>;
  if (format == 1 && bits == 32) return copy_row<std::uint32_t>;
  report.error(0, "samples of ", bits, " bits and format ", format,
               " are not read; write whole numbers of 8 to 32 bits or floats of 32 or 64");
}

}  // namespace

Image read_image(std::string_view bytes, const Report& report) {
  const bool little = bytes.starts_with("II");
  if (!little && !bytes.starts_with("MM")) report.error(0, "is no TIFF file");
  const Bytes file(bytes, little ? std::endian::little : std::endian::big, report);
  const auto version = file.at<std::uint16_t>(2, "the head");
  if (version == 43) report.error(0, "is a BigTIFF; write it as classic TIFF: gdal_translate -co BIGTIFF=NO IN OUT");
  if (version != 42) report.error(0, "is no TIFF file: its version is ", version, ", not 42");
  Image image;
  std::uint32_t next = 0;
  image.tags = read_directory(file, file.at<std::uint32_t>(4, "the head"), next, report);
  if (next != 0) {
    std::uint32_t after = 0;
    const auto other = read_directory(file, next, after, report);
    image.more_images = (Reader{report, other}.one(new_subfile_type, 0) & 1) == 0;  // 1: a smaller copy
  }
  const Reader tags{report, image.tags};
  const std::uint64_t width = tags.one(image_width, 0), height = tags.one(image_length, 0);
  const std::uint64_t bits = tags.one(bits_per_sample, 1);
  if (width == 0 || height == 0) report.error(0, "an image of ", width, " by ", height, " pixels");
  if (const auto scheme = tags.one(compression, 1); scheme != 1)
    report.error(0, "is compressed (scheme ", scheme, "); write it plainly: gdal_translate -co COMPRESS=NONE IN OUT");
  if (tags.one(photometric, 1) == 3) report.error(0, "is a picture with a palette of colours, not heights");
  if (const auto samples = tags.one(samples_per_pixel, 1); samples != 1)
    report.error(0, "has ", samples, " samples a pixel; heights have one");
  if (tags.one(predictor, 1) != 1) report.error(0, "has a predictor without compression: damaged");
  const CopyRow copy = row_copier(bits, tags.one(sample_format, 1), report);
  const std::uint64_t sample = bits / 8;
  if (width > bytes.size() / sample / height)
    report.error(0, "an image of ", width, " by ", height, " pixels needs more than the ", bytes.size(),
                 " bytes of the file; it is cut off");
  image.width = static_cast<std::int64_t>(width);
  image.height = static_cast<std::int64_t>(height);
  image.values.resize(width * height);

  const bool tiled = tags.find(tile_width) != nullptr;
  const std::uint64_t across = tiled ? tags.one(tile_width, 0) : width;
  const std::uint64_t down = tiled ? tags.one(tile_length, 0) : std::min(tags.one(rows_per_strip, height), height);
  if (across == 0 || down == 0) report.error(0, "tiles or strips without pixels");
  if (across > bytes.size() || down > bytes.size())
    report.error(0, "tiles of ", across, " by ", down, " pixels need more than the ", bytes.size(),
                 " bytes of the file");
  const auto& offsets = tiled ? tags.need(tile_offsets, "TileOffsets") : tags.need(strip_offsets, "StripOffsets");
  const auto& counts =
      tiled ? tags.need(tile_byte_counts, "TileByteCounts") : tags.need(strip_byte_counts, "StripByteCounts");
  const std::uint64_t columns = (width + across - 1) / across, rows = (height + down - 1) / down;
  const char* const piece = tiled ? "tile" : "strip";
  if (offsets.size() < columns * rows || counts.size() < columns * rows)
    report.error(0, columns * rows, " ", piece, "s are needed, ", std::min(offsets.size(), counts.size()),
                 " are there");
  for (std::uint64_t p = 0; p < columns * rows; ++p) {
    const std::uint64_t left = p % columns * across, top = p / columns * down;
    const std::uint64_t wide = std::min(across, width - left), high = std::min(down, height - top);
    if (!(offsets[p] > 0 && offsets[p] < 0x1p53) || !(counts[p] >= 0 && counts[p] < 0x1p53))
      report.error(0, piece, " ", p, " stands nowhere (a sparse file)");
    const auto offset = static_cast<std::uint64_t>(offsets[p]), count = static_cast<std::uint64_t>(counts[p]);
    const std::uint64_t needed = ((tiled ? down : high) - 1) * across * sample + (tiled ? across : wide) * sample;
    if (count < needed) report.error(0, piece, " ", p, " holds ", count, " bytes; its pixels need ", needed);
    file.part(offset, needed, piece);
    for (std::uint64_t row = 0; row < high; ++row)
      copy(file, offset + row * across * sample, wide, &image.values[(top + row) * width + left]);
  }
  return image;
}

}  // namespace terrella::datasets::tiff
