#include "datasets/hdf5/stored.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "core/error.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/chunk.h"
#include "datasets/hdf5/layout.h"
#include "datasets/hdf5/trial.h"
#include "datasets/hdf5/types.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::size_t kept_bytes = std::size_t{64} << 20;  // of unpacked chunks that are asked for again
constexpr std::size_t piece_bytes = std::size_t{1} << 20;  // of rows that are converted at a time
constexpr int deepest = 32;
constexpr std::size_t longest_name = 1024;
using Corner = std::vector<std::int64_t>;

std::string shown(const Corner& corner) {
  std::string all;
  for (const std::int64_t i : corner) all += (all.empty() ? "[" : ", ") + std::to_string(i);
  return all + "]";
}

/// Copies out[k...] = in[start + k step, ...] for axes of `in`, both row-major, innermost last.
void copy_part(const char* in, std::span<const std::int64_t> in_shape, std::span<const Range> ranges, char* out,
               std::span<const std::int64_t> out_shape, std::size_t bytes) {
  if (ranges.empty()) {
    std::memcpy(out, in, bytes);
    return;
  }
  std::size_t in_row = bytes, out_row = bytes;
  for (std::size_t k = 1; k < in_shape.size(); ++k) in_row *= static_cast<std::size_t>(in_shape[k]);
  for (std::size_t k = 1; k < out_shape.size(); ++k) out_row *= static_cast<std::size_t>(out_shape[k]);
  const auto count = static_cast<std::size_t>(ranges[0].count);
  bool whole = ranges[0].step == 1;
  for (std::size_t k = 1; k < ranges.size(); ++k)
    whole = whole && ranges[k] == Range{0, in_shape[k], 1} && out_shape[k] == in_shape[k];
  in += static_cast<std::size_t>(ranges[0].start) * in_row;
  if (whole) {
    std::memcpy(out, in, count * in_row);
    return;
  }
  for (std::size_t i = 0; i < count; ++i)
    copy_part(in + i * static_cast<std::size_t>(ranges[0].step) * in_row, in_shape.subspan(1), ranges.subspan(1),
              out + i * out_row, out_shape.subspan(1), bytes);
}

/// Bytes of a chunk in the file, 0 where it was never written, -1 on an error.
std::int64_t stored_bytes(hid_t dataset, const hsize_t* corner) {
  hsize_t bytes = 0;
  if (H5Dget_chunk_storage_size(dataset, corner, &bytes) >= 0) return static_cast<std::int64_t>(bytes);
  return last_error() == " (chunk storage is not allocated)" ? 0 : -1;  // libhdf5 has no other way to say so
}

}  // namespace

std::size_t Layout::chunk_bytes() const {
  std::size_t bytes = size_of(element.element);
  for (const std::int64_t extent : chunk) bytes *= static_cast<std::size_t>(extent);
  return bytes;
}

std::int64_t Layout::row_size() const {
  std::int64_t size = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) size *= shape[k];
  return size;
}

struct StoredFile::Impl {
  InputFile bytes;
  Handle file;
  std::map<std::string, Handle> open;     // under the lock of the library
  std::map<std::string, Layout> layouts;  // under `mutex`; never changed once they stand there
  std::mutex mutex;
  using Key = std::pair<std::string, Corner>;
  struct Kept {
    Key key;
    std::shared_ptr<const std::string> values;
  };
  std::list<Kept> kept;  // newest first
  std::map<Key, std::list<Kept>::iterator> kept_at;
  std::size_t kept_size = 0;

  explicit Impl(const std::string& path) : bytes(path) {}
};

void StoredFile::refuse(const std::string& name, const std::string& what) const {
  throw FormatError(path_, 0, name.empty() ? what : printable(name) + ": " + what);
}

StoredFile::StoredFile(const std::string& path) : path_(path), impl_(std::make_unique<Impl>(path)) {
  const Library alone;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  impl_->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (impl_->file.id() < 0) refuse("", "cannot be opened by libhdf5" + last_error());
}

StoredFile::~StoredFile() {
  const Library alone;
  impl_.reset();
}

void StoredFile::check_links(const std::string& name) const {
  // Every part of the way must be a hard link: others lead out of the file or round in circles.
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    const std::string part = name.substr(0, end);
    H5L_info_t info{};
    if (name.size() > longest_name || H5Lexists(impl_->file.id(), part.c_str(), H5P_DEFAULT) <= 0)
      refuse(name, "is not in the file");
    if (H5Lget_info(impl_->file.id(), part.c_str(), &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_HARD)
      refuse(name, "is a soft, external or user-defined link; none are followed");
  }
}

std::int64_t StoredFile::dataset(const std::string& name) const {
  const auto found = impl_->open.find(name);
  if (found != impl_->open.end()) return found->second.id();
  if (name.empty() || name.front() == '/' || name.back() == '/') refuse(name, "is no name of an array: 'group/array'");
  check_links(name);
  Handle handle(H5Dopen2(impl_->file.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (handle.id() < 0) refuse(name, "is no array" + last_error());
  return impl_->open.emplace(name, std::move(handle)).first->second.id();
}

std::vector<std::string> StoredFile::names() const {
  const Library alone;
  std::vector<std::string> all;
  std::set<std::uint64_t> seen;
  const auto collect = [&](const auto& self, const std::string& prefix, int depth) -> void {
    if (depth > deepest) refuse(prefix, text("lies more than ", deepest, " groups deep"));
    const Handle group(H5Gopen2(impl_->file.id(), prefix.empty() ? "/" : prefix.c_str(), H5P_DEFAULT), H5Gclose);
    if (group.id() < 0) refuse(prefix, "cannot be opened" + last_error());
    std::vector<std::string> members;
    const auto keep = [](hid_t, const char* name, const H5L_info_t* info, void* into) -> herr_t {
      if (info->type == H5L_TYPE_HARD) static_cast<std::vector<std::string>*>(into)->emplace_back(name);
      return 0;
    };
    if (H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep, &members) < 0)
      refuse(prefix, "cannot be listed" + last_error());
    std::sort(members.begin(), members.end());
    for (const std::string& member : members) {
      const std::string name = prefix.empty() ? member : prefix + "/" + member;
      H5O_info_t info{};
      if (member.size() > longest_name || H5Oget_info_by_name(group.id(), member.c_str(), &info, H5P_DEFAULT) < 0)
        refuse(prefix, "has a member that cannot be opened" + last_error());
      if (info.type != H5O_TYPE_GROUP)
        all.push_back(name);
      else if (seen.insert(info.addr).second)
        self(self, name, depth + 1);
    }
  };
  collect(collect, "", 0);
  return all;
}

const Layout& StoredFile::layout(const std::string& name) {
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->layouts.find(name);
    if (found != impl_->layouts.end()) return found->second;
  }
  Layout layout;
  {
    const Library alone;
    layout = read_layout(dataset(name), name, impl_->bytes.size(),
                         [&](const std::string& what) { refuse(name, what + last_error()); });
  }
  const std::lock_guard lock(impl_->mutex);
  return impl_->layouts.emplace(name, std::move(layout)).first->second;
}

std::string StoredFile::text_of(const std::string& name, const std::string& attribute) const {
  const Library alone;
  return attribute_text(impl_->file.id(), name, attribute);
}

std::int64_t StoredFile::integer_of(const std::string& name, const std::string& attribute,
                                    std::int64_t otherwise) const {
  const Library alone;
  return attribute_integer(impl_->file.id(), name, attribute, otherwise);
}

std::string StoredFile::packed(const Layout& layout, const Corner& corner, std::uint32_t& skipped) const {
  const Library alone;
  const std::int64_t id = dataset(layout.name);
  const std::vector<hsize_t> at(corner.begin(), corner.end());
  const std::int64_t found = stored_bytes(id, at.data());
  const auto fail_at = [&](const std::string& what) {
    refuse(layout.name, text("the chunk at ", shown(corner), " ", what));
  };
  if (found < 0) fail_at("cannot be found" + last_error());
  const auto bytes = static_cast<std::size_t>(found);
  skipped = 0;
  if (bytes == 0) return {};
  if (bytes > impl_->bytes.size()) fail_at(text("claims ", bytes, " bytes, more than the file has"));
  std::string values(bytes, '\0');
  if (H5Dread_chunk(id, H5P_DEFAULT, at.data(), &skipped, values.data()) < 0) fail_at("cannot be read" + last_error());
  return values;
}

void StoredFile::unpack(const Layout& layout, const Corner& corner, std::span<char> into) const {
  std::uint32_t skipped = 0;
  const std::string bytes = packed(layout, corner, skipped);
  const std::size_t element = size_of(layout.element.element);
  if (bytes.empty()) {
    for (std::size_t at = 0; at < into.size(); at += element)
      std::memcpy(into.data() + at, layout.fill.data(), element);
    return;
  }
  // What shuffle calls an element is the type in the file, complex numbers whole.
  const std::string wrong = unpack_chunk(bytes, layout.filters, skipped, element, into);
  if (wrong.empty()) return;
  const std::int64_t last = std::min(corner[0] + layout.chunk[0], layout.shape[0]) - 1;
  refuse(layout.name, text("the chunk at ", shown(corner), ", rows ", corner[0], " to ", last, ", ", wrong,
                           "; take an undamaged copy"));
}

std::shared_ptr<const std::string> StoredFile::kept_chunk(const Layout& layout, const Corner& corner) {
  const Impl::Key key(layout.name, corner);
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->kept_at.find(key);
    if (found != impl_->kept_at.end()) {
      impl_->kept.splice(impl_->kept.begin(), impl_->kept, found->second);
      return found->second->values;
    }
  }
  auto values = std::make_shared<std::string>(layout.chunk_bytes(), '\0');
  unpack(layout, corner, *values);
  const std::lock_guard lock(impl_->mutex);
  if (values->size() > kept_bytes || impl_->kept_at.contains(key)) return values;
  impl_->kept.push_front({key, values});
  impl_->kept_at[key] = impl_->kept.begin();
  impl_->kept_size += values->size();
  while (impl_->kept_size > kept_bytes) {
    impl_->kept_size -= impl_->kept.back().values->size();
    impl_->kept_at.erase(impl_->kept.back().key);
    impl_->kept.pop_back();
  }
  return values;
}

void StoredFile::read_chunked(const Layout& layout, std::int64_t first, std::int64_t count,
                              std::span<const Range> inner, char* into) {
  static thread_local std::string scratch, converted;
  const std::size_t rank = layout.shape.size(), out_bytes = terrella::size_of(dtype_of(layout.element.element));
  std::vector<Range> wanted{{first, count, 1}};
  wanted.insert(wanted.end(), inner.begin(), inner.end());
  std::vector<std::int64_t> out_shape;
  for (const Range& range : wanted) out_shape.push_back(range.count);
  bool whole_rows = true;  // a chunk has all of its rows, and all of them is wanted
  for (std::size_t k = 1; k < rank; ++k)
    whole_rows = whole_rows && layout.chunk[k] == layout.shape[k] && wanted[k] == Range{0, layout.shape[k], 1};

  // Walk over the chunks that hold something wanted, as a counter with one digit an axis.
  Corner low(rank), high(rank);
  for (std::size_t k = 0; k < rank; ++k) {
    if (wanted[k].count == 0) return;
    low[k] = wanted[k].start / layout.chunk[k] * layout.chunk[k];
    high[k] = wanted[k].start + (wanted[k].count - 1) * wanted[k].step;
  }
  std::vector<Range> from(rank);  // within the chunk
  Corner to(rank);                // of the first value within `into`
  for (Corner corner = low;;) {
    bool any = true;
    for (std::size_t k = 0; k < rank; ++k) {
      const Range& w = wanted[k];
      const std::int64_t begin = std::max<std::int64_t>(0, (corner[k] - w.start + w.step - 1) / w.step);
      const std::int64_t end = std::min(w.count, (corner[k] + layout.chunk[k] - w.start + w.step - 1) / w.step);
      any = any && begin < end;
      from[k] = {w.start + begin * w.step - corner[k], end - begin, w.step};
      to[k] = begin;
    }
    if (any) {
      std::int64_t at = 0;
      for (std::size_t k = 0; k < rank; ++k) at = at * out_shape[k] + to[k];
      char* const out = into + static_cast<std::size_t>(at) * out_bytes;
      const bool all_rows = from[0].count == layout.chunk[0];
      const std::size_t bytes = layout.chunk_bytes();
      if (whole_rows && all_rows && is_plain(layout.element)) {
        unpack(layout, corner, {out, bytes});
      } else {
        const bool to_end =
            corner[0] + layout.chunk[0] > layout.shape[0] && from[0].count == layout.shape[0] - corner[0];
        std::shared_ptr<const std::string> kept;
        if (all_rows || to_end) {
          scratch.resize(bytes);
          unpack(layout, corner, scratch);
        } else {
          kept = kept_chunk(layout, corner);
        }
        const char* values = kept ? kept->data() : scratch.data();
        if (!is_plain(layout.element)) {
          const std::size_t n = bytes / size_of(layout.element.element);
          converted.resize(n * out_bytes);
          if (const std::string wrong = convert_elements(layout.element, values, n, converted.data()); !wrong.empty())
            refuse(layout.name, text("the chunk at ", shown(corner), ": ", wrong));
          values = converted.data();
        }
        copy_part(values, layout.chunk, from, out, out_shape, out_bytes);
      }
    }
    std::size_t k = rank;
    for (; k > 0; --k) {
      corner[k - 1] += layout.chunk[k - 1];
      if (corner[k - 1] <= high[k - 1]) break;
      corner[k - 1] = low[k - 1];
    }
    if (k == 0) return;
  }
}

void StoredFile::read_flat(const Layout& layout, std::int64_t first, std::int64_t count, std::span<const Range> inner,
                           char* into) {
  static thread_local std::string scratch, converted;
  const std::size_t element = size_of(layout.element.element),
                    out_bytes = terrella::size_of(dtype_of(layout.element.element));
  const std::size_t row = static_cast<std::size_t>(layout.row_size()) * element;
  std::vector<std::int64_t> shape{0}, out_shape{0};
  bool whole_rows = true;
  std::size_t out_row = out_bytes;
  for (std::size_t k = 1; k < layout.shape.size(); ++k) {
    const Range& range = inner[k - 1];
    shape.push_back(layout.shape[k]);
    out_shape.push_back(range.count);
    out_row *= static_cast<std::size_t>(range.count);
    whole_rows = whole_rows && range == Range{0, layout.shape[k], 1};
  }
  if (out_row == 0) return;
  const bool direct = whole_rows && is_plain(layout.element);
  const std::int64_t piece =
      direct ? count
             : std::max<std::int64_t>(1, static_cast<std::int64_t>(piece_bytes / std::max<std::size_t>(row, 1)));
  for (std::int64_t begin = first; begin < first + count; begin += piece) {
    const std::int64_t rows = std::min(piece, first + count - begin);
    const std::size_t bytes = static_cast<std::size_t>(rows) * row, offset = static_cast<std::size_t>(begin) * row;
    char* const out = into + static_cast<std::size_t>(begin - first) * out_row;
    if (!direct) scratch.resize(bytes);
    char* const raw = direct ? out : scratch.data();
    if (!layout.compact.empty()) {
      std::memcpy(raw, layout.compact.data() + offset, bytes);
    } else if (layout.offset < 0) {
      for (std::size_t at = 0; at < bytes; at += element) std::memcpy(raw + at, layout.fill.data(), element);
    } else if (impl_->bytes.read(static_cast<std::size_t>(layout.offset) + offset, {raw, bytes}) != bytes) {
      refuse(layout.name, text("rows ", begin, " to ", begin + rows - 1, " lie beyond the end of the file"));
    }
    if (direct) continue;
    const char* values = raw;
    if (!is_plain(layout.element)) {
      const std::size_t n = bytes / element;
      converted.resize(n * out_bytes);
      if (const std::string wrong = convert_elements(layout.element, raw, n, converted.data()); !wrong.empty())
        refuse(layout.name, text("rows from ", begin, ": ", wrong));
      values = converted.data();
    }
    std::vector<Range> from{{0, rows, 1}};
    from.insert(from.end(), inner.begin(), inner.end());
    shape[0] = out_shape[0] = rows;
    copy_part(values, shape, from, out, out_shape, out_bytes);
  }
}

void StoredFile::read_rows(const Layout& layout, std::int64_t first, std::int64_t count, std::span<const Range> inner,
                           void* into) {
  if (layout.shape.empty()) {
    Layout row = layout;
    row.shape = {1};
    return read_flat(row, 0, 1, {}, static_cast<char*>(into));
  }
  if (layout.chunk.empty())
    read_flat(layout, first, count, inner, static_cast<char*>(into));
  else
    read_chunked(layout, first, count, inner, static_cast<char*>(into));
}

Array StoredFile::read(const Layout& layout) {
  std::vector<Range> inner;
  for (std::size_t k = 1; k < layout.shape.size(); ++k) inner.push_back({0, layout.shape[k], 1});
  Array array = default_backend().empty(dtype_of(layout.element.element), Shape(layout.shape));
  if (array.size() > 0) read_rows(layout, 0, layout.rows(), inner, array.bytes());
  return array;
}

void StoredFile::walk_chunks(const Layout& layout) {
  if (layout.chunk.empty() || layout.rows() == 0 || layout.row_size() == 0) return;
  const Library alone;
  const std::int64_t id = dataset(layout.name);
  const std::size_t rank = layout.shape.size();
  std::vector<hsize_t> corner(rank, 0);
  for (;;) {
    if (stored_bytes(id, corner.data()) < 0) refuse(layout.name, "has a damaged index of chunks" + last_error());
    std::size_t k = rank;
    for (; k > 0; --k) {
      corner[k - 1] += static_cast<hsize_t>(layout.chunk[k - 1]);
      if (corner[k - 1] < static_cast<hsize_t>(layout.shape[k - 1])) break;
      corner[k - 1] = 0;
    }
    if (k == 0) return;
  }
}

void try_stored(const std::vector<std::string>& paths, const std::vector<std::string>& names) {
  const auto walk = [&](const std::string& path) {
    StoredFile file(path);
    for (const std::string& name : names.empty() ? file.names() : names) {
      std::optional<Layout> layout;
      try {
        layout = file.layout(name);
      } catch (const FormatError&) {
        if (!names.empty()) throw;  // of all there are, some may be no arrays of numbers
      }
      if (layout) file.walk_chunks(*layout);
    }
  };
  std::size_t bytes = 0;
  for (const std::string& path : paths) bytes += InputFile(path).size();
  const Library alone;
  const auto one_by_one = [&](const std::string& path) {
    try_in_child(path, InputFile(path).size(), [&] { walk(path); });
  };
  if (paths.size() < 2) {
    for (const std::string& path : paths) one_by_one(path);
    return;
  }
  try {
    try_in_child(paths.front(), bytes, [&] {
      for (const std::string& path : paths) walk(path);
    });
  } catch (const FormatError&) {
    for (const std::string& path : paths) one_by_one(path);  // which of them it was
    throw;
  }
}

}  // namespace terrella::datasets::hdf5
