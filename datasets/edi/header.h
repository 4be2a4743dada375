// datasets/edi/header.h: what >HEAD, >INFO, >=DEFINEMEAS and the section line say about a sounding.
#pragma once
#include <string>

#include "datasets/edi/numbers.h"

namespace terrella::datasets::edi {

struct Header {
  std::string name;
  std::string program;
  double latitude = not_a_number;
  double longitude = not_a_number;
  double elevation = 0;
  Empty empty;
  bool in_ohm = false;         ///< UNITS says ohm; else mV/km/nT
  bool negative_sign = false;  ///< the file says exp(-iwt)
  double channel_azimuth = 0;  ///< AZM of the first HX, degrees; only to notice what nobody applied
};

/// Coordinates come from LAT, LONG (LON) of >HEAD, else REFLAT, REFLONG (REFLON) of >=DEFINEMEAS, else LATITUDE,
/// LONGITUDE of >INFO; elevation likewise, in the unit behind it or that of UNITS. A fall-back and a contradiction of
/// more than 0.01 degrees are repairs.
Header read_header(const Document& document, Report& report);

}  // namespace terrella::datasets::edi
