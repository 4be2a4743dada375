// Any bytes either are refused with a FormatError or give a part of an Occam1D or Occam2D set that can be written and
// read again. The first byte chooses the reader.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/occam1d/occam1d.h"
#include "datasets/occam2d/occam2d.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const char* what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

// What was read must be written, read again and written as the same text.
template <class Parse, class Text>
void go_round(std::string_view bytes, const Parse& parse, const Text& text) {
  try {
    const auto value = parse(bytes, "fuzz");
    std::string first;
    try {
      first = text(value);
    } catch (const std::invalid_argument&) { return; }  // a name or number that a line cannot hold, said so
    try {
      if (text(parse(first, "back")) != first) broken("what is written is read", "another text");
    } catch (const FormatError& error) { broken("what is written is read", error.what()); }
  } catch (const FormatError&) {}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  looks_like_occam2d_mesh(bytes), looks_like_occam2d_response(bytes), looks_like_occam_iteration(bytes);
  switch (data[0] % 6) {
    case 0:
      go_round(bytes, parse_occam2d_data, occam2d_data_text);
      try {
        validate(survey_of(parse_occam2d_data(bytes, "fuzz")).survey);
      } catch (const FormatError&) {}
      break;
    case 1:
      go_round(bytes, parse_occam2d_mesh, occam2d_mesh_text);
      break;
    case 2:
      go_round(bytes, parse_occam2d_model, occam2d_model_text);
      break;
    case 3:
      go_round(bytes, parse_occam2d_response, occam2d_response_text);
      break;
    case 4:
      go_round(bytes, parse_occam_iteration, occam_iteration_text);
      break;
    default:
      go_round(bytes, parse_occam1d_model, occam1d_model_text);
  }
  return 0;
}
