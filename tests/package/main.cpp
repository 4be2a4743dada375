#include <cstdio>
#include <stdexcept>

#include "core/backend/cpu/isa.h"
#include "datasets/survey/survey.h"

int main() {
  terrella::datasets::Site site;
  site.name = "A01";
  site.period = {1.0, 0.1};
  try {
    terrella::datasets::validate({"wrong", {site}});
  } catch (const std::invalid_argument& error) {
    std::printf("%s: %s\n", terrella::cpu::name(terrella::cpu::isa()), error.what());
    return 0;
  }
  return 1;
}
