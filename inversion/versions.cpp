#include "inversion/versions.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <hdf5.h>
#include <oneapi/tbb/version.h>

#include <Eigen/Core>

#include "core/backend/cpu/isa.h"
#include "core/error.h"

namespace terrella::inversion {

std::map<std::string, std::string> versions() {
  std::map<std::string, std::string> found = {
      {"terrella", TERRELLA_VERSION},
      {"instruction set", cpu::name(cpu::isa())},
      {"compiler", __VERSION__},
      {"glibc", gnu_get_libc_version()},
      {"eigen", text(EIGEN_WORLD_VERSION, ".", EIGEN_MAJOR_VERSION, ".", EIGEN_MINOR_VERSION)},
      {"onetbb", TBB_runtime_version()},
      {"hdf5", &H5_VERS_INFO[sizeof("HDF5 library version: ") - 1]},
  };
  // Looked up rather than linked: only some programs load it. Its text names the kernel that it chose.
  using Config = char* (*)();
  if (const auto config = reinterpret_cast<Config>(::dlsym(RTLD_DEFAULT, "openblas_get_config")))
    found["openblas"] = config();
  return found;
}

}  // namespace terrella::inversion
