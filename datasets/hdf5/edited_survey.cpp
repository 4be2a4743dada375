#include "datasets/hdf5/edited_survey.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/survey_file.h"

namespace terrella::datasets {
namespace {

/// Equal to rounding, which another version may do differently; NaN equals NaN.
bool same(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::isnan(a) && std::isnan(b) : std::abs(a - b) <= 1e-9 * std::abs(a);
}
bool same(Complex a, Complex b) {
  return std::isnan(std::abs(a)) || std::isnan(std::abs(b)) ? std::isnan(std::abs(a)) && std::isnan(std::abs(b))
                                                            : std::abs(a - b) <= 1e-9 * std::abs(a);
}
template <class Rows>
bool same_rows(const Rows& a, const Rows& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k)
      if (!same(a[i][k], b[i][k])) return false;
  return true;
}

bool same_data(const Survey& a, const Survey& b) {
  if (a.sites.size() != b.sites.size()) return false;
  for (std::size_t s = 0; s < a.sites.size(); ++s) {
    const Site &x = a.sites[s], &y = b.sites[s];
    if (x.name != y.name || !std::equal(x.period.begin(), x.period.end(), y.period.begin(), y.period.end(),
                                        [](double p, double q) { return same(p, q); }))
      return false;
    if (!same_rows(x.z, y.z) || !same_rows(x.z_error, y.z_error) || !same_rows(x.tipper, y.tipper) ||
        !same_rows(x.tipper_error, y.tipper_error) || x.z_masked != y.z_masked || x.tipper_masked != y.tipper_masked)
      return false;
  }
  return true;
}

EditedSurvey read(const hdf5::Reader& reader, const std::string& path) {
  reader.expect("survey", 1);
  EditedSurvey result;
  const Survey now = read_survey(reader.root());
  if (!reader.root().has("original")) return {now, {}, now};
  result.original = result.survey = read_survey(reader.root().group("original"));
  for (const std::string& line : reader.root().read<std::string>("edit")) try {
      result = with_edit(std::move(result), edit_of(line));
    } catch (const std::invalid_argument& error) {
      throw FormatError(path, 0, text("edit ", result.edits.size() + 1, " cannot be repeated: ", error.what()));
    }
  if (!same_data(result.survey, now))
    throw FormatError(path, 0, "its edits do not make of the original what stands in it");
  result.survey = now;
  return result;
}

}  // namespace

void write_edited(const EditedSurvey& survey, const std::string& path) {
  if (survey.edits.empty()) return write_hdf5(survey.survey, path);
  hdf5::Writer writer("survey", 1);
  write_hdf5(survey.survey, writer.root());
  std::vector<std::string> lines;
  for (const Edit& edit : survey.edits) lines.push_back(to_text(edit));
  writer.root().dimension("edit_number", lines.size());
  writer.root().write("edit", std::span<const std::string>(lines), {"edit_number"},
                      {{}, "edits of the original that made this survey, JSON", {}});
  hdf5::WriteGroup original = writer.root().group("original");
  write_hdf5(survey.original, original);
  write_file(path, writer.finish());
}

EditedSurvey read_edited(const std::string& path) {
  return hdf5::read_sealed(path, [&](const hdf5::Reader& reader) { return read(reader, path); });
}

}  // namespace terrella::datasets
