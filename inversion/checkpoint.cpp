#include "inversion/checkpoint.h"

#include <cstring>
#include <filesystem>
#include <span>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/writer.h"
#include "inversion/versions.h"

namespace terrella::inversion {
namespace {

using datasets::hdf5::ReadGroup;
using datasets::hdf5::WriteGroup;

constexpr int newest_format = 1;

/// Sound, but not ours: no reason to look for an older one.
class OtherRun : public FormatError {
 public:
  using FormatError::FormatError;
};

/// Bytes to be hashed; every part is preceded by its length, so that no two lists of parts give the same bytes.
class Parts {
 public:
  void add(const void* bytes, std::size_t size) {
    const auto length = static_cast<std::uint64_t>(size);
    bytes_.append(reinterpret_cast<const char*>(&length), sizeof length);
    if (size != 0) bytes_.append(static_cast<const char*>(bytes), size);
  }
  void add(const std::string& value) { add(value.data(), value.size()); }
  void add(double value) { add(&value, sizeof value); }
  template <class T>
  void add(const std::vector<T>& values) {
    add(values.data(), values.size() * sizeof(T));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

void write_texts(const std::map<std::string, std::string>& texts, WriteGroup group) {
  for (const auto& [name, value] : texts) group.write(name, std::span<const std::string>(&value, 1));
}

std::map<std::string, std::string> read_texts(const ReadGroup& group) {
  std::map<std::string, std::string> texts;
  for (const std::string& name : group.names()) texts[name] = group.read<std::string>(name, {1})[0];
  return texts;
}

template <class T>
void write_arrays(const std::map<std::string, std::vector<T>>& arrays, WriteGroup group) {
  for (const auto& [name, values] : arrays) group.write(name, std::span<const T>(values));
}

template <class T>
std::map<std::string, std::vector<T>> read_arrays(const ReadGroup& group) {
  std::map<std::string, std::vector<T>> arrays;
  for (const std::string& name : group.names()) arrays[name] = group.read<T>(name);
  return arrays;
}

/// One warning for all versions that differ.
void compare_versions(const std::map<std::string, std::string>& then, std::vector<std::string>& warnings) {
  const std::map<std::string, std::string> now = versions();
  std::string differences;
  const auto note = [&](const std::string& name, const std::string& before, const std::string& after) {
    differences += text(differences.empty() ? "" : ", ", name, " ", before, " -> ", after);
  };
  for (const auto& [name, version] : then) {
    const auto same = now.find(name);
    if (same == now.end())
      note(name, version, "absent");
    else if (same->second != version)
      note(name, version, same->second);
  }
  for (const auto& [name, version] : now)
    if (!then.contains(name)) note(name, "absent", version);
  if (!differences.empty())
    warnings.push_back("the checkpoint was written with other software or hardware (" + differences +
                       "); the run goes on, but not to the same bits");
}

LoadedCheckpoint load(const std::string& path, const std::string& run) {
  struct Content {
    std::string run;
    Checkpoint checkpoint;
    std::map<std::string, std::string> versions;
  };
  Content content = datasets::hdf5::read_sealed(path, [](const datasets::hdf5::Reader& reader) {
    reader.expect("checkpoint", newest_format);
    const ReadGroup& root = reader.root();
    return Content{root.text("run"),
                   {read_arrays<double>(root.group("reals")), read_arrays<std::int64_t>(root.group("integers")),
                    read_texts(root.group("texts"))},
                   read_texts(root.group("versions"))};
  });
  if (content.run != run)
    throw OtherRun(path, 0,
                   "is the checkpoint of another run: its configuration or data differ; start anew, or resume with the "
                   "configuration and data of that run");
  LoadedCheckpoint loaded{std::move(content.checkpoint), {}};
  compare_versions(content.versions, loaded.warnings);
  return loaded;
}

}  // namespace

std::string run_hash(const std::string& config, const datasets::Survey& survey) {
  Parts parts;
  parts.add(config);
  for (const datasets::Site& site : survey.sites) {
    parts.add(site.name);
    for (const double value : {site.latitude, site.longitude, site.elevation, site.rotation}) parts.add(value);
    parts.add(site.period);
    parts.add(site.z);
    parts.add(site.z_error);
    parts.add(site.z_masked);
    parts.add(site.tipper);
    parts.add(site.tipper_error);
    parts.add(site.tipper_masked);
  }
  return datasets::hdf5::sha256(parts.bytes());
}

void write_checkpoint(const Checkpoint& checkpoint, const std::string& run, const std::string& path) {
  datasets::hdf5::Writer writer("checkpoint", newest_format);
  WriteGroup& root = writer.root();
  root.set("run", run);
  write_arrays(checkpoint.reals, root.group("reals"));
  write_arrays(checkpoint.integers, root.group("integers"));
  write_texts(checkpoint.texts, root.group("texts"));
  write_texts(versions(), root.group("versions"));
  datasets::write_file(path, writer.finish(), {.keep_previous = true});
}

LoadedCheckpoint read_checkpoint(const std::string& path, const std::string& run) {
  const std::string previous = datasets::previous_path(path);
  try {
    return load(path, run);
  } catch (const OtherRun&) { throw; } catch (const FormatError& newest) {
    std::error_code ignored;
    if (!std::filesystem::exists(previous, ignored)) throw;
    try {
      LoadedCheckpoint loaded = load(previous, run);
      loaded.warnings.insert(loaded.warnings.begin(), text(newest.what(), "; the previous checkpoint is used"));
      return loaded;
    } catch (const FormatError& older) {
      throw FormatError(path, 0,
                        text(std::string(newest.what()).substr(path.size() + 2),
                             "; nor can the previous one be used: ", older.what()));
    }
  }
}

bool has_checkpoint(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) || std::filesystem::exists(datasets::previous_path(path), ignored);
}

void remove_checkpoint(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  std::filesystem::remove(datasets::previous_path(path), ignored);
}

}  // namespace terrella::inversion
