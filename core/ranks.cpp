#include "core/ranks.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "core/mpi/module.h"
#include "core/told_exception.h"

namespace terrella {
namespace {

struct Module {
  Ranks ranks;
  decltype(&terrella_mpi_gather_sizes) gather_sizes = nullptr;
  decltype(&terrella_mpi_gather) gather = nullptr;
};

/// Beside this library or program, in the lib folder next to it, or where it was built.
std::vector<std::string> places_of_module() {
  const std::string name = "libterrella_mpi.so";
  std::vector<std::string> places;
  if (const char* const set = std::getenv("TERRELLA_MPI")) return {set};
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&places_of_module), &info) && info.dli_fname) {
    const std::filesystem::path folder = std::filesystem::path(info.dli_fname).parent_path();
    for (const auto& place : {folder / name, folder / "../lib" / name}) places.push_back(place.string());
  }
#ifdef TERRELLA_MPI_BUILT
  places.emplace_back(TERRELLA_MPI_BUILT);
#endif
  places.push_back(name);
  return places;
}

Module load() {
  Module module;
  const char* const started = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (!started || std::strcmp(started, "") == 0) return module;
  void* library = nullptr;
  std::string tried;
  for (const std::string& place : places_of_module()) {
    if (place.find('/') != std::string::npos && !std::filesystem::exists(place)) continue;
    // OpenMPI's own plugins look for its names among all.
    library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library) break;
    tried += std::string(" ") + ::dlerror() + ";";
  }
  if (!library)
    throw ResourceError(text("mpirun started ", started, " processes, but the module of MPI is not there:", tried,
                             " install libopenmpi-dev and build again, set TERRELLA_MPI to its path, or run without "
                             "mpirun"));
  const auto entry = [&](const char* name) {
    void* const found = ::dlsym(library, name);
    if (!found) throw ResourceError(text("the module of MPI lacks ", name, ": it is of another version"));
    return found;
  };
  const auto start = reinterpret_cast<decltype(&terrella_mpi_start)>(entry("terrella_mpi_start"));
  module.gather_sizes = reinterpret_cast<decltype(&terrella_mpi_gather_sizes)>(entry("terrella_mpi_gather_sizes"));
  module.gather = reinterpret_cast<decltype(&terrella_mpi_gather)>(entry("terrella_mpi_gather"));
  if (const int error = start(&module.ranks.rank, &module.ranks.size))
    throw ResourceError(text("MPI does not start: error ", error));
  return module;
}

const Module& the_module() {
  static const Module module = load();
  return module;
}

std::vector<Bytes> gathered(std::span<const std::byte> own, bool on_all) {
  const Module& m = the_module();
  if (!m.gather) return {Bytes(own.begin(), own.end())};
  std::vector<long> sizes(static_cast<std::size_t>(m.ranks.size));
  if (const int error = m.gather_sizes(static_cast<long>(own.size()), sizes.data()))
    throw ResourceError(text("MPI: error ", error, " in gathering sizes"));
  const bool here = on_all || m.ranks.rank == 0;
  std::size_t sum = 0;
  for (const long size : sizes) sum += static_cast<std::size_t>(size);
  Bytes all(here ? sum : 0);
  if (const int error = m.gather(own.data(), static_cast<long>(own.size()), all.data(), sizes.data(), on_all))
    throw ResourceError(text("MPI: error ", error, " in gathering ", sum, " bytes"));
  std::vector<Bytes> parts;
  if (!here) return parts;
  auto from = all.begin();
  for (const long size : sizes) {
    parts.emplace_back(from, from + size);
    from += size;
  }
  return parts;
}

}  // namespace

const Ranks& ranks() { return the_module().ranks; }

std::vector<Bytes> all_gather(std::span<const std::byte> own) { return gathered(own, true); }
std::vector<Bytes> gather(std::span<const std::byte> own) { return gathered(own, false); }

Bytes broadcast(std::span<const std::byte> of_first) {
  return all_gather(ranks().rank == 0 ? of_first : std::span<const std::byte>{}).front();
}

std::vector<double> all_gather(const std::vector<double>& own) {
  std::vector<double> all;
  for (const auto& part : all_gather(std::as_bytes(std::span(own)))) {
    const std::size_t old = all.size();
    all.resize(old + part.size() / sizeof(double));
    if (!part.empty()) std::memcpy(all.data() + old, part.data(), part.size());
  }
  return all;
}

void together(const std::function<void()>& work) {
  std::exception_ptr thrown;
  try {
    work();
  } catch (...) { thrown = std::current_exception(); }
  const std::vector<Bytes> all = all_gather(thrown ? told(thrown) : Bytes{});
  const auto first = std::find_if(all.begin(), all.end(), [](const Bytes& b) { return !b.empty(); });
  if (first == all.end()) return;
  if (std::all_of(all.begin(), all.end(), [&](const Bytes& b) { return b == *first; })) std::rethrow_exception(thrown);
  throw_told(*first, text("rank ", first - all.begin(), " of ", all.size(), ": "));
}

}  // namespace terrella
