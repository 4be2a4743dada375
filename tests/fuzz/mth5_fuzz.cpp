// MTH5: any damage to a file keeps the promise of tests/fuzz/soundings.h.
#include <pthread.h>

#include <cstdint>

#include "datasets/mth5/mth5.h"
#include "datasets/survey/covariance.h"
#include "tests/fuzz/soundings.h"

using namespace terrella::datasets;

namespace {

std::string whole_file() {
  Site site;
  site.name = "A";
  site.latitude = 10;
  site.longitude = 20;
  site.period = {1, 10};
  site.z.assign(2, {0.1, 2, -3, 0.2});
  site.tipper.assign(2, {0.1, 0.2});
  site.inverse_signal_power.assign(2, {1, 0.1, 0.1, 2});
  site.residual_covariance.assign(2, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  site.z_error.assign(2, impedance_error(site.inverse_signal_power[0], site.residual_covariance[0]));
  site.tipper_error.assign(2, tipper_error(site.inverse_signal_power[0], site.residual_covariance[0]));
  return mth5_bytes({"line", {site}});
}

// Each 4 bytes of input are a place (3) and a value (1).
std::string damaged(std::string image, std::string_view edits) {
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(edits[i])}; };
    image[(byte(0) | byte(1) << 8 | byte(2) << 16) % image.size()] = edits[3];
  }
  return image;
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
  static const std::string whole = whole_file();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_mth5(bytes);
  for (const std::string& file : {std::string(bytes), damaged(whole, bytes)})
    terrella::fuzz::expect_promise(
        file, [](std::string_view b) { return parse_mth5(b, "fuzz.mth5"); },
        [](const Survey& survey) { return mth5_bytes(survey); }, "write_mth5");
  return 0;
}
