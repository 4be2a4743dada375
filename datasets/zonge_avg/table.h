// datasets/zonge_avg/table.h: the rows of an AVG file, still in its units.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/file/lines.h"

namespace terrella::datasets::zonge_avg {

struct Row {
  std::int64_t line = 0;
  std::size_t component = 0;  ///< 0 .. 3 of Z, 4 and 5 of the tipper
  double frequency = 0;       ///< Hz
  double magnitude = 0;       ///< of Z in mV/km/nT, or of the tipper
  double phase = 0;           ///< milliradians
  double phase_error = 0;     ///< milliradians; NaN where there is none
  double percent_error = 0;   ///< of apparent resistivity; NaN where there is none
  double resistivity = 0;     ///< ohm m; NaN where there is none
  bool skipped = false;
};

struct Key {
  std::string value;
  std::int64_t line = 0;
};

struct Station {
  std::string name;
  std::int64_t line = 0;            ///< of the first row
  std::map<std::string, Key> keys;  ///< of "$Key = value", upper case; those that held when its first rows came
  std::vector<Row> rows;
  std::int64_t other_center = 0;  ///< the line of a $Rx.Center of another component that differs; 0: none
};

struct Table {
  bool controlled_source = false;  ///< AMTAVG
  std::string program;
  std::vector<Station> stations;
};

Table read_table(std::string_view text, Report& report);

}  // namespace terrella::datasets::zonge_avg
