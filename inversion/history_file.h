// inversion/history_file.h: what the files of all results have in common: the history of the minimisation, versions.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/writer.h"
#include "inversion/result.h"

namespace terrella::inversion {

/// Dimension iteration: site, number, rms, misfit, regularization, lambda, step, seconds.
void write_history(const std::vector<Iteration>& history, datasets::hdf5::WriteGroup group);
std::vector<Iteration> read_history(const datasets::hdf5::ReadGroup& group);

/// Dimension name: version.
void write_versions(const std::map<std::string, std::string>& versions, datasets::hdf5::WriteGroup group);
std::map<std::string, std::string> read_versions(const datasets::hdf5::ReadGroup& group);

}  // namespace terrella::inversion
