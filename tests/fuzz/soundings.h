// tests/fuzz/soundings.h: the promise that every reader of soundings keeps: any bytes either are refused with a
// FormatError or give sites that are valid, and that can be written and read again where the writer does not refuse.
#pragma once
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "core/error.h"
#include "tests/datasets/site_comparison.h"

namespace terrella::fuzz {

[[noreturn]] inline void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

/// parse(bytes) gives a Survey; write(survey) the bytes of a file and throws std::invalid_argument that begins with
/// `writer` for what the format cannot hold.
template <class Parse, class Write>
void expect_promise(std::string_view bytes, const Parse& parse, const Write& write, const char* writer) {
  datasets::Survey survey;
  try {
    survey = parse(bytes);
  } catch (const FormatError&) { return; }
  try {
    validate(survey);
  } catch (const std::invalid_argument& error) { broken("what was read is valid", error.what()); }
  for (const datasets::Site& site : survey.sites) {
    std::string text;
    try {
      text = write(datasets::Survey{"", {site}});
    } catch (const std::invalid_argument& refused) {
      if (!std::string_view(refused.what()).starts_with(writer))
        broken("a site that was read is valid", refused.what());
      continue;
    }
    try {
      const datasets::Survey back = parse(text);
      if (back.sites.size() != 1) broken("what is written is read", "another number of sites");
      const datasets::Site expected = tests::plain_site(site, true), got = tests::plain_site(back.sites[0], true);
      if (got.periods() > expected.periods()) broken("what is written is read", "more periods");
    } catch (const FormatError& error) {
      // Periods that agree in the digits that are written fall together; numbers near the ends of double's range leave
      // it when their unit changes.
      const std::string_view what = error.what();
      if (what.find("stands twice") == std::string_view::npos && what.find("not positive") == std::string_view::npos &&
          what.find("missing") == std::string_view::npos && what.find("not finite") == std::string_view::npos)
        broken("what is written is read", error.what());
    }
  }
}

}  // namespace terrella::fuzz
