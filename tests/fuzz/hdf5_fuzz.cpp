// Any bytes, and any damage to a file whose seal was renewed after it, either are refused with a FormatError or give a
// survey, tensors or observations that are valid and can be written and read again.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "core/error.h"
#include "datasets/hdf5/observations_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/hdf5/tensors.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/datasets/tensor_example.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

std::string file_of(const Survey& survey) {
  hdf5::Writer writer("survey", 1);
  write_hdf5(survey, writer.root());
  return writer.finish();
}

/// A whole file with bytes replaced: each 4 bytes of input are a place (3) and a value (1).
std::string damaged(std::string_view whole, const char* kind, std::string_view edits) {
  std::string image(whole.substr(hdf5::seal_bytes));
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(edits[i])}; };
    image[(byte(0) | byte(1) << 8 | byte(2) << 16) % image.size()] = edits[3];
  }
  return hdf5::sealed(kind, image);
}

void try_survey(const std::string& bytes) {
  Survey survey;
  try {
    survey = read_survey("fuzz.h5", bytes);
  } catch (const FormatError&) { return; }
  try {
    validate(survey);
    if (const std::string what = tests::difference(survey, read_survey("back.h5", file_of(survey))); !what.empty())
      broken("what was written comes back", what);
  } catch (const std::exception& error) { broken("a survey that was read is valid and can be written", error.what()); }
}

void try_tensors(const std::string& bytes) {
  TensorFile file;
  try {
    file = read_hdf5_tensors("fuzz.h5", bytes);
  } catch (const FormatError&) { return; }
  try {
    const TensorFile back = read_hdf5_tensors("back.h5", hdf5_bytes(file));
    if (const std::string what = tests::difference(file, back); !what.empty())
      broken("what was written comes back", what);
  } catch (const std::exception& error) { broken("tensors that were read can be written", error.what()); }
}

Observations some_observations() {
  Observations o;
  o.name = "line";
  o.sites.resize(2);
  o.sites[1] = {"b", -30, 22, 0, 1000, -50, 12, 3, {{1, 2, 3, 4}}};
  o.blocks = {{"TE", {"header"}, "+", "ohm", 0, {1, 2, 3}, {{"key", "value"}}}};
  o.rows = {{0.1, {1e-3, 2e-3}, 1e-4, 1e-4, 0, Observation::no_site, 0, Quantity::zxy, false},
            {10, 45, 2, 2, 1, Observation::no_site, 0, Quantity::phase_tm, true}};
  o.floors = {{{Quantity::zxy}, 0, 0.05, false}};
  o.provenance.repairs = {{3, "order", "sorted"}};
  o.provenance.history = {"rotate 30"};
  return o;
}

std::string file_of(const Observations& observations) {
  hdf5::Writer writer(kind_of_result_2d, 1);
  hdf5::WriteGroup data = writer.root().group("data");
  write_hdf5(observations, data);
  return writer.finish();
}

void try_observations(const std::string& bytes) {
  Observations observations;
  try {
    observations = read_observations("fuzz.h5", bytes);
  } catch (const FormatError&) { return; }
  try {
    validate(observations);
    const std::string written = file_of(observations);
    if (file_of(read_observations("back.h5", written)) != written) broken("what was written comes back", "");
  } catch (const std::exception& error) { broken("observations that were read can be written", error.what()); }
}

}  // namespace

extern "C" void __sanitizer_set_death_callback(void (*)());

// A child that dies in libhdf5 is no finding: libFuzzer would write its input down as one.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  return ::pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback(nullptr); });
}

// libhdf5 1.10 loses memory of its own on files that it refuses.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool any_bytes = data[0] % 2 == 0;
  if (data[0] >= 128) {
    static const std::string observations = file_of(some_observations());
    try_observations(any_bytes ? std::string(input) : damaged(observations, kind_of_result_2d, input));
  } else if (data[0] % 4 < 2) {
    static const std::string survey = file_of(tests::odd_survey(2, 3));
    try_survey(any_bytes ? std::string(input) : damaged(survey, "survey", input));
  } else {
    static const std::string tensors = hdf5_bytes(tests::odd_tensors());
    try_tensors(any_bytes ? std::string(input) : damaged(tensors, "tensors", input));
  }
  return 0;
}
