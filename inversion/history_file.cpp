#include "inversion/history_file.h"

#include <span>

namespace terrella::inversion {
namespace {

using datasets::hdf5::Labels;
using datasets::hdf5::ReadGroup;
using datasets::hdf5::WriteGroup;

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

template <class Visit>
void for_each_column(const Visit& visit) {
  visit("site", &Iteration::site, Labels{{}, "index of the site, -1 where all are one problem", {}});
  visit("number", &Iteration::iteration, Labels{{}, "iteration", {}});
  visit("rms", &Iteration::rms, Labels{"1", "root of the mean of (residual / error)^2", {}});
  visit("misfit", &Iteration::misfit, Labels{"1", "data part of the objective", {}});
  visit("regularization", &Iteration::regularization, Labels{"1", "model part of the objective, without weight", {}});
  visit("lambda", &Iteration::lambda, Labels{"1", "weight of the model part", {}});
  visit("step", &Iteration::step, Labels{"1", "length along the search direction", {}});
  visit("seconds", &Iteration::seconds, Labels{"s", "time since the start", {}});
}

}  // namespace

void write_history(const std::vector<Iteration>& history, WriteGroup group) {
  group.dimension("iteration", history.size());
  for_each_column([&](const char* name, auto member, const Labels& labels) {
    std::vector<std::decay_t<decltype(Iteration{}.*member)>> values;
    for (const Iteration& row : history) values.push_back(row.*member);
    group.write(name, view(values), {"iteration"}, labels);
  });
}

std::vector<Iteration> read_history(const ReadGroup& group) {
  const std::size_t rows = group.size("site");
  std::vector<Iteration> history;
  for_each_column([&](const char* name, auto member, const Labels&) {
    const auto values = group.read<std::decay_t<decltype(Iteration{}.*member)>>(name, {rows});
    history.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) history[i].*member = values[i];
  });
  return history;
}

void write_versions(const std::map<std::string, std::string>& versions, WriteGroup group) {
  std::vector<std::string> names, numbers;
  for (const auto& [name, version] : versions) {
    names.push_back(name);
    numbers.push_back(version);
  }
  group.dimension("name", view(names));
  group.write("version", view(numbers), {"name"});
}

std::map<std::string, std::string> read_versions(const ReadGroup& group) {
  const auto names = group.read<std::string>("name");
  const auto numbers = group.read<std::string>("version", {names.size()});
  std::map<std::string, std::string> versions;
  for (std::size_t i = 0; i < names.size(); ++i) versions[names[i]] = numbers[i];
  return versions;
}

}  // namespace terrella::inversion
