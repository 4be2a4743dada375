#include "cli/result_options.h"

#include "cli/configuration.h"
#include "cli/invert_settings.h"

namespace terrella::cli {

inversion::Invert2dOptions options_of(const inversion::Result2d& result, const std::string& path) {
  Invert2dSettings settings;
  Arguments arguments;
  arguments.configuration("invert_2d");
  declare(arguments, settings);
  read_configuration_text(result.config, path + ", its configuration", arguments.settings());
  settle(settings);
  settings.invert.ensemble = 0;
  return settings.invert;
}

}  // namespace terrella::cli
