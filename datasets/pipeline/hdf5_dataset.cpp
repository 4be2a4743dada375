// hdf5_dataset: which rows of which arrays make a sample, and blocks of them that fit the chunks.
#include <sys/stat.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

#include "core/backend/backend.h"
#include "core/error.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/stored.h"
#include "datasets/pipeline/blocks.h"
#include "datasets/pipeline/sources.h"

namespace terrella::datasets {
namespace {

using hdf5::Layout;
using hdf5::StoredFile;

constexpr std::size_t most_open = 32;  // files at a time

/// What tells that a file was changed.
struct Stamp {
  std::uint64_t file = 0;
  std::int64_t bytes = 0, seconds = 0, nanoseconds = 0;
  bool operator==(const Stamp&) const = default;
};
Stamp stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

/// Files opened when they are needed; those not used for longest are closed.
class Files {
 public:
  explicit Files(std::vector<std::string> paths) : paths_(std::move(paths)) {
    for (const std::string& path : paths_) stamps_.push_back(stamp_of(path));
  }
  const std::string& path(std::size_t i) const { return paths_[i]; }
  std::size_t size() const { return paths_.size(); }

  void check_unchanged(std::size_t i) const {
    if (stamp_of(paths_[i]) != stamps_[i])
      throw Error(text(paths_[i], ": was changed or removed since the dataset was made; make it again"));
  }

  std::shared_ptr<StoredFile> open(std::size_t i) {
    check_unchanged(i);
    std::shared_ptr<StoredFile> closed;  // outside of the lock
    const std::lock_guard lock(mutex_);
    const auto found = at_.find(i);
    if (found != at_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->second;
    }
    auto file = std::make_shared<StoredFile>(paths_[i]);
    recent_.emplace_front(i, file);
    at_[i] = recent_.begin();
    if (recent_.size() > most_open) {
      closed = std::move(recent_.back().second);
      at_.erase(recent_.back().first);
      recent_.pop_back();
    }
    return file;
  }

 private:
  std::vector<std::string> paths_;
  std::vector<Stamp> stamps_;
  std::mutex mutex_;
  std::list<std::pair<std::size_t, std::shared_ptr<StoredFile>>> recent_;
  std::unordered_map<std::size_t, decltype(recent_)::iterator> at_;
};

/// Start, count and step of a slice of an axis; fails naming `what`.
Range range_of(const Slice& slice, std::int64_t extent, const std::string& what) {
  if (slice.step < 1) fail(what, ": a slice has step ", slice.step, "; give 1 or more");
  const auto bounded = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + extent : i, 0, extent); };
  const std::int64_t start = bounded(slice.start.value_or(0)), stop = bounded(slice.stop.value_or(extent));
  return {start, start < stop ? (stop - start + slice.step - 1) / slice.step : 0, slice.step};
}

struct Field {
  std::string name, array;
  std::vector<Slice> select;
  DType dtype = DType::f64;
  std::vector<std::int64_t> shape;               // of a row, or of a sample where the array is one, before selection
  std::vector<Range> inner;                      // of that
  std::vector<std::vector<std::string>> arrays;  // of each file, where each array is one sample
  std::int64_t stored_row = 0;                   // bytes of a row in the file
};

struct Plan {
  std::vector<Field> fields;
  bool arrays_are_samples = false;
};

/// Whether `name` is what `pattern` stands for: one '*' for any characters.
bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  return name.size() + 1 >= pattern.size() && name.starts_with(pattern.substr(0, star)) &&
         name.ends_with(pattern.substr(star + 1));
}

[[noreturn]] void refuse(const std::string& path, const std::string& array, const std::string& what) {
  throw FormatError(path, 0, printable(array) + ": " + what);
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return to_string(Shape(shape)); }

/// The arrays of the first file that have as many rows as the first of them.
std::vector<Hdf5Field> all_fields(StoredFile& file, const std::string& within) {
  const std::string prefix = within.empty() ? "" : within + "/";
  std::vector<Hdf5Field> fields;
  std::int64_t rows = -1;
  std::string why;
  for (const std::string& name : file.names()) {
    if (!name.starts_with(prefix)) continue;
    try {
      const Layout& layout = file.layout(name);
      if (layout.shape.empty() || (rows >= 0 && layout.rows() != rows)) continue;
      rows = layout.rows();
      fields.push_back({name.substr(prefix.size()), name, {}});
    } catch (const FormatError& error) { why = error.what(); }
  }
  if (fields.empty())
    throw FormatError(file.path(), 0, "holds no array of numbers with rows" + (why.empty() ? "" : ": " + why));
  return fields;
}

/// Checks an array against its field, which the first one of all files fills.
void check_layout(Field& field, const Layout& layout, const std::string& path, bool first, bool array_is_sample) {
  const DType dtype = dtype_of(layout.element.element);
  if (layout.shape.empty() && !array_is_sample) refuse(path, layout.name, "is a single number: it has no rows");
  const std::vector<std::int64_t> shape(layout.shape.begin() + (array_is_sample ? 0 : 1), layout.shape.end());
  if (first) {
    field.dtype = dtype;
    field.shape = shape;
    field.stored_row = layout.row_size() * static_cast<std::int64_t>(size_of(layout.element.element));
    if (array_is_sample) field.stored_row *= layout.rows();
    if (field.select.size() > shape.size())
      fail("hdf5_dataset: field '", field.name, "' selects from ", field.select.size(), " axes behind the first, but ",
           path, ": ", layout.name, " has ", shape.size());
    if (array_is_sample && !field.select.empty())
      fail("hdf5_dataset: field '", field.name, "' is whole arrays; select nothing of them");
    for (std::size_t k = 0; k < shape.size(); ++k)
      field.inner.push_back(
          range_of(k < field.select.size() ? field.select[k] : Slice{}, shape[k], "field '" + field.name + "'"));
    Shape out;
    for (const Range& range : field.inner) out.push_back(range.count);
    check_extents("hdf5_dataset", out);
  } else if (dtype != field.dtype || shape != field.shape) {
    refuse(path, layout.name,
           text("holds ", name(dtype), " rows of shape ", shape_text(shape), ", others ", name(field.dtype), " of ",
                shape_text(field.shape)));
  }
}

/// Rows of a block: whole chunks of the field that has most bytes.
std::int64_t block_rows(const Plan& plan, StoredFile& file, std::int64_t block_bytes) {
  std::int64_t row = 1, chunk = 1, most = -1;
  for (const Field& field : plan.fields) {
    const Layout& layout = file.layout(field.array);
    row += field.stored_row;
    if (field.stored_row <= most) continue;
    most = field.stored_row;
    chunk = layout.chunk.empty() ? 1 : layout.chunk[0];
  }
  const std::int64_t wanted = (block_bytes + row - 1) / row;
  return std::max<std::int64_t>(1, (wanted + chunk - 1) / chunk) * chunk;
}

/// The parts of a file by rows.
void add_rows(Plan& plan, StoredFile& file, std::size_t source, std::int64_t block_bytes, Blocks& blocks) {
  std::int64_t rows = -1;
  for (Field& field : plan.fields) {
    const Layout& layout = file.layout(field.array);
    check_layout(field, layout, file.path(), source == 0, false);
    if (rows >= 0 && layout.rows() != rows)
      refuse(file.path(), layout.name,
             text("has ", layout.rows(), " rows, but ", plan.fields.front().array, " has ", rows));
    rows = layout.rows();
  }
  // Of chunks whose heights do not divide each other none is the grain.
  for (const Field& field : plan.fields) {
    const Layout& layout = file.layout(field.array);
    const std::int64_t height = layout.chunk.empty() ? 1 : layout.chunk[0];
    const std::int64_t low = std::min(height, blocks.grain), high = std::max(height, blocks.grain);
    blocks.grain = low > 0 && high % low == 0 ? high : 0;
    if (blocks.grain == 0) break;
  }
  const std::int64_t step = block_rows(plan, file, block_bytes);
  for (std::int64_t first = 0; first < rows; first += step)
    blocks.parts.push_back({static_cast<std::int64_t>(source), first, std::min(step, rows - first)});
}

/// The parts of a file each of whose arrays is a sample.
void add_arrays(Plan& plan, StoredFile& file, std::size_t source, std::int64_t block_bytes, bool& first,
                Blocks& blocks) {
  const std::vector<std::string> names = file.names();
  std::size_t count = 0, bytes = 1;
  for (Field& field : plan.fields) {
    std::vector<std::string>& arrays = field.arrays.emplace_back();
    for (const std::string& name : names)
      if (matches(name, field.array)) arrays.push_back(name);
    if (arrays.empty()) refuse(file.path(), field.array, "stands for no array of the file");
    if (&field != &plan.fields.front() && arrays.size() != count)
      refuse(file.path(), field.array,
             text("stands for ", arrays.size(), " arrays, ", plan.fields.front().array, " for ", count));
    count = arrays.size();
    bool of_first = first;
    for (const std::string& name : arrays) {
      check_layout(field, file.layout(name), file.path(), of_first, true);
      of_first = false;
    }
    bytes += static_cast<std::size_t>(field.stored_row);
  }
  first = false;
  const auto step = static_cast<std::int64_t>(std::max<std::size_t>(1, static_cast<std::size_t>(block_bytes) / bytes));
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(count); at += step)
    blocks.parts.push_back(
        {static_cast<std::int64_t>(source), at, std::min(step, static_cast<std::int64_t>(count) - at)});
}

Sample read_values(const Plan& plan, StoredFile& file, const Part& part) {
  const auto source = static_cast<std::size_t>(part.source);
  std::vector<std::pair<std::string, Tensor>> fields;
  for (const Field& field : plan.fields) {
    Shape shape{part.count};
    for (const Range& range : field.inner) shape.push_back(range.count);
    const Array out = default_backend().empty(field.dtype, shape);
    if (out.size() > 0 && !plan.arrays_are_samples) {
      file.read_rows(file.layout(field.array), part.first, part.count, field.inner, out.bytes());
    } else if (out.size() > 0) {
      auto* to = static_cast<char*>(out.bytes());
      const std::size_t bytes = static_cast<std::size_t>(out.size() / part.count) * size_of(field.dtype);
      for (std::int64_t i = part.first; i < part.first + part.count; ++i, to += bytes) {
        const Layout& layout = file.layout(field.arrays[source][static_cast<std::size_t>(i)]);
        file.read_rows(layout, 0, layout.rows(), std::span(field.inner).subspan(layout.shape.empty() ? 0 : 1), to);
      }
    }
    fields.emplace_back(field.name, Tensor::from(out));
  }
  return make_sample(std::move(fields));
}

/// Values of a file that somebody writes over meanwhile are of nobody's making: looked at before and after.
Sample read_part(const Plan& plan, Files& files, const Part& part) {
  const auto source = static_cast<std::size_t>(part.source);
  const std::shared_ptr<StoredFile> file = files.open(source);
  try {
    Sample sample = read_values(plan, *file, part);
    files.check_unchanged(source);
    return sample;
  } catch (const FormatError&) {
    files.check_unchanged(source);  // which tells more than where its old chunks would have been
    throw;
  }
}

}  // namespace

Dataset hdf5_dataset(const std::vector<std::string>& paths, const Hdf5Options& options) {
  if (paths.empty()) fail("hdf5_dataset: no files");
  if (options.threads < 0 || options.threads > 1024) fail("hdf5_dataset: ", options.threads, " threads");
  if (options.block_bytes < 1) fail("hdf5_dataset: blocks of ", options.block_bytes, " bytes; give 1 or more");
  auto plan = std::make_shared<Plan>();
  std::vector<std::string> names;
  for (const Hdf5Field& field : options.fields) {
    plan->fields.push_back({field.name, field.array, field.select, {}, {}, {}, {}, 0});
    names.push_back(field.array);
    plan->arrays_are_samples = plan->arrays_are_samples || field.array.find('*') != std::string::npos;
  }
  for (const std::string& name : names)
    if (plan->arrays_are_samples && std::count(name.begin(), name.end(), '*') != 1)
      fail("hdf5_dataset: the array '", name, "' needs just one '*', as the others have");
  if (plan->arrays_are_samples) names.clear();
  hdf5::try_stored(paths, names);

  auto files = std::make_shared<Files>(paths);
  Blocks blocks;
  blocks.threads = options.threads;
  blocks.grain = plan->arrays_are_samples ? 0 : 1;
  bool first = true;
  std::string recipe = "hdf5(";
  for (std::size_t i = 0; i < files->size(); ++i) {
    const std::shared_ptr<StoredFile> file = files->open(i);
    if (plan->fields.empty())
      for (Hdf5Field& field : all_fields(*file, options.within))
        plan->fields.push_back({field.name, field.array, {}, {}, {}, {}, {}, 0});
    const std::size_t before = blocks.parts.size();
    if (plan->arrays_are_samples)
      add_arrays(*plan, *file, i, options.block_bytes, first, blocks);
    else
      add_rows(*plan, *file, i, options.block_bytes, blocks);
    std::int64_t rows = 0;
    for (std::size_t p = before; p < blocks.parts.size(); ++p) rows += blocks.parts[p].count;
    recipe += text(paths[i], " ", rows, "; ");
  }
  for (const Field& field : plan->fields) {
    recipe += text(field.name, " = ", field.array, " ", name(field.dtype));
    for (const Range& range : field.inner) recipe += text(" ", range.start, "+", range.count, "x", range.step);
    recipe += "; ";
  }
  blocks.read = [plan, files](const Part& part) { return read_part(*plan, *files, part); };
  const std::int64_t total = count_samples(blocks);
  const Range rows = range_of(options.rows, total, "rows");
  if (rows.step != 1) fail("hdf5_dataset: rows have step ", rows.step, "; only 1 is read");
  const std::string block_text = text("blocks of ", options.block_bytes);
  if (rows.start == 0 && rows.count == total) return of_blocks(std::move(blocks), recipe + block_text + ")");
  return of_blocks(*cut_blocks(blocks, rows.start, rows.count),
                   text(recipe, "rows ", rows.start, "+", rows.count, "; ", block_text, ")"));
}

}  // namespace terrella::datasets
