#include "datasets/ensemble/ensemble.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/random.h"
#include "datasets/ensemble/shard_layout.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/read_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/stored.h"
#include "datasets/hdf5/writer.h"
#include "datasets/pipeline/sources.h"

namespace terrella::datasets {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
constexpr const char* kind = "ensemble";
constexpr int newest_format = 1;
constexpr std::size_t most_bytes = std::size_t{1} << 26;  // of the JSON files

std::string shard_name(std::int64_t shard) { return fmt::format("shard-{:08}.h5", shard); }
std::string path_in(const std::string& folder, const std::string& name) { return (fs::path(folder) / name).string(); }

Json json_of(const EnsemblePlan& plan) {
  return {{"format", "terrella ensemble"},        {"format_version", newest_format},
          {"terrella_version", TERRELLA_VERSION}, {"samples", plan.samples},
          {"shard_samples", plan.shard_samples},  {"seed", plan.seed},
          {"configuration", plan.configuration}};
}

EnsembleContent parse_plan(const std::string& path) {
  EnsembleContent content;
  const auto refuse = [&](const std::string& what) { throw FormatError(path, 0, "is no ensemble: " + what); };
  const Json json = Json::parse(read_file(path, most_bytes), nullptr, false);
  try {
    if (json.is_discarded() || json.at("format") != "terrella ensemble") refuse("it is not the JSON of one");
    if (const auto version = json.at("format_version").get<std::int64_t>(); version < 1 || version > newest_format)
      refuse(text("it is of format version ", version, "; update Terrella"));
    content.plan.samples = json.at("samples").get<std::int64_t>();
    content.plan.shard_samples = json.at("shard_samples").get<std::int64_t>();
    content.plan.seed = json.at("seed").get<std::uint64_t>();
    content.plan.configuration = json.at("configuration").get<std::string>();
    content.terrella_version = json.at("terrella_version").get<std::string>();
  } catch (const nlohmann::json::exception& error) { refuse(error.what()); }
  if (content.plan.samples < 1 || content.plan.shard_samples < 1) refuse("its counts are not positive");
  return content;
}

/// The number of a whole shard file, from its name; nothing for other names.
std::optional<std::int64_t> shard_of(const std::string& name, const EnsemblePlan& plan) {
  constexpr std::string_view before = "shard-", after = ".h5";
  if (!name.starts_with(before) || !name.ends_with(after)) return {};
  const std::string_view digits = std::string_view(name).substr(6, name.size() - before.size() - after.size());
  std::int64_t shard = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), shard);
  if (error != std::errc{} || end != digits.data() + digits.size() || shard < 0 || shard >= plan.shards() ||
      name != shard_name(shard))
    return {};
  return shard;
}

std::int64_t samples_in(const EnsemblePlan& plan, std::int64_t shard) {
  return std::min(plan.shard_samples, plan.samples - shard * plan.shard_samples);
}

/// Whether the folder has the shard, whole by the size that its seal says.
bool has_shard(const std::string& folder, std::int64_t shard) {
  const std::string path = path_in(folder, shard_name(shard));
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) return false;
  const std::string start = read_start(path, hdf5::seal_bytes);
  const std::string size = text("\nbytes ", bytes - std::min<std::uintmax_t>(bytes, hdf5::seal_bytes), "\n");
  if (!hdf5::has_seal(start, kind) || start.find(size) == std::string::npos)
    throw FormatError(path, 0, "is no whole shard of an ensemble; it was changed after it was written: remove it");
  return true;
}

/// Holds a lock on a file of the folder, or nothing where another thread or process does.
class Lock {
 public:
  Lock(const std::string& folder, const std::string& name, bool wait) : path_(path_in(folder, "." + name + ".lock")) {
    struct stat opened {
    }, named{};
    do {  // whoever held it before has removed the file
      if (file_ >= 0) ::close(file_);
      file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ < 0) {
        const int error = errno;
        const std::string message = text(path_, ": cannot write: ", std::system_category().message(error));
        if (error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE) throw ResourceError(message);
        throw Error(message);
      }
      int status = 0;
      while ((status = ::flock(file_, LOCK_EX | (wait ? 0 : LOCK_NB))) != 0 && errno == EINTR) {}
      held_ = status == 0;
      if (!held_) return;
    } while (::fstat(file_, &opened) != 0 || ::stat(path_.c_str(), &named) != 0 || named.st_ino != opened.st_ino);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (held_) ::unlink(path_.c_str());
    if (file_ >= 0) ::close(file_);
  }
  bool held() const { return held_; }

 private:
  std::string path_;
  int file_ = -1;
  bool held_ = false;
};

void check_finite(const std::string& field, const Tensor& x, std::int64_t index) {
  with_type(x.dtype(), [&](auto t) {
    using T = decltype(t);
    const auto values = x.data<T>();
    if constexpr (is_floating(terrella::dtype_of<T>))
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(std::abs(values[i])))
          throw SolveError(text("ensemble: field '", field, "' of sample ", index, " is not finite at position ", i));
  });
}
void check_finite(const Sample& sample, std::int64_t index) {
  for (std::size_t k = 0; k < sample.size(); ++k) check_finite((*sample.names)[k], sample.values[k], index);
}

void write_tensor(hdf5::WriteGroup& group, const std::string& name, const Tensor& x) {
  const std::vector<std::size_t> shape(x.shape().begin(), x.shape().end());
  with_type(x.dtype(), [&](auto t) {
    using S = typename hdf5::Stored<decltype(t)>::type;
    const auto values = x.data<decltype(t)>();
    group.write_array<S>(name, std::span(reinterpret_cast<const S*>(values.data()), values.size()), shape);
  });
}

/// What is in the folder, for people and for programs that do not want to open every shard.
void write_index(const std::string& folder, const EnsemblePlan& plan) {
  const Lock alone(folder, "index", true);
  Json shards = Json::array();
  std::int64_t samples = 0;
  for (std::int64_t shard = 0; shard < plan.shards(); ++shard) {
    if (!has_shard(folder, shard)) continue;
    const std::string path = path_in(folder, shard_name(shard));
    samples += samples_in(plan, shard);
    const std::string start = read_start(path, hdf5::seal_bytes);
    const std::size_t at = start.find("\nsha256 ");
    shards.push_back({{"file", shard_name(shard)},
                      {"first", shard * plan.shard_samples},
                      {"samples", samples_in(plan, shard)},
                      {"bytes", static_cast<std::uint64_t>(fs::file_size(path))},
                      {"sha256", at == std::string::npos ? "" : start.substr(at + 8, 64)}});
  }
  const Json index = {
      {"format", "terrella ensemble index"}, {"samples", samples}, {"of", plan.samples}, {"shards", shards}};
  write_file(path_in(folder, "index.json"), index.dump(1) + "\n");
}

void begin_folder(const std::string& folder, const EnsemblePlan& plan, bool resume) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(text(folder, ": cannot make the folder: ", error.message()));
  const Lock alone(folder, "ensemble", true);
  const std::string path = path_in(folder, "ensemble.json");
  if (!fs::exists(path)) {
    write_file(path, json_of(plan).dump(1) + "\n");
    return;
  }
  const EnsemblePlan there = parse_plan(path).plan;
  if (!resume) throw Error(text(folder, ": holds an ensemble already; resume it, or choose another folder"));
  const auto differs = [&](const char* what, const auto& then, const auto& now) {
    if (then != now)
      throw Error(text(folder, ": the ensemble there was begun with another ", what, " (", then, ", now ", now,
                       "); choose another folder"));
  };
  differs("number of samples", there.samples, plan.samples);
  differs("size of shards", there.shard_samples, plan.shard_samples);
  differs("seed", there.seed, plan.seed);
  differs("configuration", there.configuration, plan.configuration);
}

/// Of samples that have been checked.
std::string bytes_of(const EnsemblePlan& plan, std::int64_t first, const std::vector<Sample>& samples) {
  const Sample all = stack_samples(samples);
  for (const auto& [name, x] : plan.coordinates) x.eval();
  hdf5::Writer writer(kind, newest_format);
  hdf5::WriteGroup& root = writer.root();
  root.set("first_sample", first);
  root.set("seed", std::to_string(plan.seed));
  root.set("configuration", plan.configuration);
  hdf5::WriteGroup fields = root.group("samples");
  for (std::size_t k = 0; k < all.size(); ++k) write_tensor(fields, (*all.names)[k], all.values[k]);
  hdf5::WriteGroup coordinates = root.group("coordinates");
  for (const auto& [name, x] : plan.coordinates) write_tensor(coordinates, name, x);
  return writer.finish();
}

}  // namespace

std::string shard_bytes(const EnsemblePlan& plan, std::int64_t first, const std::vector<Sample>& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) check_finite(samples[i], first + static_cast<std::int64_t>(i));
  return bytes_of(plan, first, samples);
}

EnsembleOutcome write_ensemble(const std::string& folder, const EnsemblePlan& plan, const MakeSample& make,
                               const EnsembleOptions& options) {
  if (plan.samples < 1 || plan.shard_samples < 1)
    fail("ensemble: ", plan.samples, " samples in shards of ", plan.shard_samples, "; give 1 or more");
  begin_folder(folder, plan, options.resume);

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::mutex mutex;  // guards what follows
  EnsembleProgress progress;
  progress.all = plan.samples;
  std::exception_ptr error;
  SampleLayout layout;
  std::vector<bool> there(static_cast<std::size_t>(plan.shards()), false);
  for (std::int64_t shard = 0; shard < plan.shards(); ++shard)
    if (has_shard(folder, shard)) {
      if (progress.samples == 0) {  // the first that is there speaks for the others
        const std::string path = path_in(folder, shard_name(shard));
        hdf5::try_stored({path}, {});
        layout.take_from(path);
        check_coordinates(path, plan.coordinates);
      }
      there[static_cast<std::size_t>(shard)] = true;
      progress.samples += samples_in(plan, shard);
    }
  std::atomic<bool> stopped{false};
  std::atomic<std::int64_t> next{0};

  const auto work = [&] {
    const Uninterrupted whole;
    try {
      for (;;) {
        const std::int64_t shard = next++;
        if (stopped || shard >= plan.shards()) return;
        if (there[static_cast<std::size_t>(shard)]) continue;
        const Lock lock(folder, shard_name(shard), false);
        if (!lock.held()) continue;  // another process writes it
        const std::int64_t first = shard * plan.shard_samples, count = samples_in(plan, shard);
        const bool found = has_shard(folder, shard);  // since another one has
        if (!found) {
          std::vector<Sample> samples;
          for (std::int64_t i = first; i < first + count && !stopped; ++i) {
            samples.push_back(make(i, split_seed(plan.seed, static_cast<std::uint64_t>(i))));
            check_finite(samples.back(), i);
            layout.check(samples.back(), i);
          }
          if (stopped) return;
          write_file(path_in(folder, shard_name(shard)), bytes_of(plan, first, samples));
        }
        const std::lock_guard guard(mutex);
        progress.samples += count;
        progress.written += found ? 0 : count;
        progress.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (options.progress && !options.progress(progress)) stopped = true;
      }
    } catch (...) {
      const std::lock_guard guard(mutex);
      if (!error) error = std::current_exception();
      stopped = true;
    }
  };
  {
    std::vector<std::thread> threads;
    const int count = options.threads > 0 ? options.threads : cpu::threads();
    std::atomic<int> running{0};
    for (int i = 0; i < count && i < plan.shards(); ++i) {
      ++running;
      threads.emplace_back([&] {
        work();
        --running;
      });
    }
    while (running > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      try {
        check_interrupt();
      } catch (...) {
        const std::lock_guard guard(mutex);
        if (!error) error = std::current_exception();
        stopped = true;
      }
    }
    for (std::thread& thread : threads) thread.join();
  }
  if (error) std::rethrow_exception(error);
  write_index(folder, plan);
  EnsembleOutcome outcome;
  outcome.written = progress.written;
  outcome.complete = true;
  for (std::int64_t shard = 0; shard < plan.shards(); ++shard) {
    const bool now = has_shard(folder, shard);
    outcome.complete = outcome.complete && now;
    outcome.found += now ? samples_in(plan, shard) : 0;
  }
  outcome.found -= outcome.written;
  return outcome;
}

EnsembleContent read_ensemble(const std::string& folder) {
  EnsembleContent content = parse_plan(path_in(folder, "ensemble.json"));
  std::set<std::int64_t> shards;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto shard = shard_of(entry.path().filename().string(), content.plan)) shards.insert(*shard);
  for (const std::int64_t shard : shards) {
    content.shards.push_back(path_in(folder, shard_name(shard)));
    content.samples += samples_in(content.plan, shard);
  }
  return content;
}

Dataset ensemble_dataset(const std::string& folder, int threads) {
  const EnsembleContent content = read_ensemble(folder);
  if (content.shards.empty()) throw FormatError(folder, 0, "holds no shard of its ensemble yet");
  Hdf5Options options;
  options.threads = threads;
  options.within = "samples";
  return hdf5_dataset(content.shards, options);
}

}  // namespace terrella::datasets
