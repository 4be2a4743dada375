// tests/datasets/real_data.h: the folder of real data of others, which is no part of the repository.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

/// $TERRELLA_DATA, else the default of the build; empty, said loudly, where neither is a folder.
inline std::string real_data_folder() {
  const char* const set = std::getenv("TERRELLA_DATA");
  const std::string folder = set && *set ? set : TERRELLA_DATA_DEFAULT;
  if (std::filesystem::is_directory(folder)) return folder;
  std::cerr << "\n*** NO REAL DATA: " << folder
            << " is no folder. Set TERRELLA_DATA; tests on real files are SKIPPED ***\n\n";
  return "";
}

#define TERRELLA_NEED_REAL_DATA(folder)          \
  const std::string folder = real_data_folder(); \
  if (folder.empty()) GTEST_SKIP() << "no real data: set TERRELLA_DATA"
