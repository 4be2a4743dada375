// datasets/survey/selection.h: which values of a survey are meant.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

struct Selection {
  std::vector<std::string> sites = {};                  ///< names, or globs (* ? [ab]); empty: all
  double from = 0;                                      ///< s, shortest period
  double to = std::numeric_limits<double>::infinity();  ///< s, longest period
  std::vector<double> periods = {};                     ///< s: only these, within 1e-6; empty: all between from and to
  std::vector<std::string> components = {};             ///< xx xy yx yy tx ty; empty: all
  bool operator==(const Selection&) const = default;
};

/// Throws std::invalid_argument where a component is unknown, a range is empty, or a name fits no site of the survey.
void check(const Selection& selection, const Survey& survey);

/// The pattern that fits this name alone: * ? [ and backslashes stand for themselves.
std::string literal(const std::string& name);

bool selects_site(const Selection& selection, const Site& site);
bool selects_period(const Selection& selection, double period);
/// Bits of what is meant: 1 << Component for the impedance, 16 for Tx, 32 for Ty.
std::uint8_t selected_components(const Selection& selection);

/// In words: "sites A01 A02, periods 10 .. 100 s, xy yx"; "all" where nothing is left out.
std::string describe(const Selection& selection);

}  // namespace terrella::datasets
