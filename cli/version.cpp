// cli/version.cpp: `terrella --version`: what the bits of a result depend on, and the other libraries.
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <proj.h>
#include <spdlog/version.h>

#include <CLI/Version.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/output.h"
#include "inversion/versions.h"

namespace terrella::cli {

Action version(Arguments& arguments) {
  auto json = std::make_shared<bool>(false);
  arguments.option("json", json.get(), "one JSON object on stdout");
  return [json] {
    std::map<std::string, std::string> all = inversion::versions();
    all["cli11"] = CLI11_VERSION;
    all["toml++"] = toml_version();
    all["nlohmann-json"] =
        fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
    all["fmt"] = fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
    all["spdlog"] = fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH);
    all["openssl"] = OpenSSL_version(OPENSSL_VERSION);
    all["proj"] = proj_info().version;
    const std::string own = all.at("terrella");
    all.erase("terrella");
    if (*json) {
      print_json({{"schema", "terrella/version/1"}, {"terrella", own}, {"versions", all}});
      return success;
    }
    print(fmt::format("terrella {}\n", own));
    for (const auto& [name, text] : all) print(fmt::format("  {:<16} {}\n", name, text));
    return success;
  };
}

}  // namespace terrella::cli
