#include "datasets/modem/data_kinds.h"

#include <algorithm>
#include <array>

#include "datasets/file/text.h"
#include "datasets/survey/units.h"

namespace terrella::datasets::modem {
namespace {

using Q = Quantity;

constexpr DataComponent full[] = {{"ZXX", Q::zxx}, {"ZXY", Q::zxy}, {"ZYX", Q::zyx}, {"ZYY", Q::zyy}};
constexpr DataComponent off_diagonal[] = {{"ZXY", Q::zxy}, {"ZYX", Q::zyx}};
constexpr DataComponent vertical[] = {{"TX", Q::tx}, {"TY", Q::ty}};
constexpr DataComponent interstation[] = {
    {"MXX", Q::magnetic_xx}, {"MXY", Q::magnetic_xy}, {"MYX", Q::magnetic_yx}, {"MYY", Q::magnetic_yy}};
constexpr DataComponent rho_phase[] = {
    {"RHOXY", Q::rho_xy}, {"PHSXY", Q::phase_xy}, {"RHOYX", Q::rho_yx}, {"PHSYX", Q::phase_yx}};
constexpr DataComponent phase_tensor[] = {{"PTXX", Q::phase_tensor_xx},
                                          {"PTXY", Q::phase_tensor_xy},
                                          {"PTYX", Q::phase_tensor_yx},
                                          {"PTYY", Q::phase_tensor_yy}};
constexpr DataComponent te[] = {{"TE", Q::z_te}};
constexpr DataComponent tm[] = {{"TM", Q::z_tm}};
constexpr DataComponent tzy[] = {{"TY", Q::tzy}};
constexpr DataComponent rho_phase_tm[] = {{"RHO_TM", Q::rho_tm}, {"PHS_TM", Q::phase_tm}};

//                       name                        complex impedance reference
constexpr DataKind table[] = {{"Full_Impedance", true, true, false, full},
                              {"Off_Diagonal_Impedance", true, true, false, off_diagonal},
                              {"Full_Vertical_Components", true, false, false, vertical},
                              {"Full_Interstation_TF", true, false, true, interstation},
                              {"Off_Diagonal_Rho_Phase", false, false, false, rho_phase},
                              {"Phase_Tensor", false, false, false, phase_tensor},
                              {"TE_Impedance", true, true, false, te},
                              {"TM_Impedance", true, true, false, tm},
                              {"Tzy_Impedance", true, false, false, tzy},
                              {"Rho_Phs_TM", false, false, false, rho_phase_tm}};

constexpr std::array field_kinds = {"EX_FIELD", "EY_FIELD", "EZ_FIELD",  "BX_FIELD",
                                    "BY_FIELD", "BZ_FIELD", "EXY_FIELD", "EXY_AMPLI_PHASE"};

}  // namespace

std::span<const DataKind> kinds() { return table; }

const DataKind* kind_named(std::string_view name) {
  const std::string wanted = upper(trim(name));
  for (const DataKind& kind : table)
    if (upper(kind.name) == wanted) return &kind;
  return nullptr;
}

bool is_field_kind(std::string_view name) {
  return std::find(field_kinds.begin(), field_kinds.end(), upper(trim(name))) != field_kinds.end();
}

const DataComponent* component_named(const DataKind& kind, std::string_view name) {
  const auto same = [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 'a' + 'A') : b); };
  for (const DataComponent& component : kind.components) {
    const std::string_view own = component.name;
    if (own.size() == name.size() && std::equal(own.begin(), own.end(), name.begin(), same)) return &component;
  }
  return nullptr;
}

const DataComponent* component_of(const DataKind& kind, Quantity quantity) {
  for (const DataComponent& component : kind.components) {
    if (component.quantity == quantity) return &component;
    // Logarithms of apparent resistivity have the same name: the scale is a matter of the file.
    const QuantityInfo &own = info(component.quantity), &wanted = info(quantity);
    if (own.kind == QuantityKind::apparent_resistivity && wanted.kind == QuantityKind::log10_apparent_resistivity &&
        own.place == wanted.place)
      return &component;
  }
  return nullptr;
}

bool is_less_one(Quantity quantity) { return quantity == Q::magnetic_xx || quantity == Q::magnetic_yy; }

double ohm_per_unit(std::string_view units) {
  const auto has = [&](std::string_view part) { return units.find(part) != std::string_view::npos; };
  if (has("[V/m]/[T]")) return mu_0;
  if (has("[mV/km]/[nT]")) return ohm_per_field_unit;
  if (has("[V/m]/[A/m]") || upper(units).find("OHM") != std::string::npos) return 1.0;
  return 0.0;
}

const char* name_of(RhoScale scale) {
  return scale == RhoScale::linear ? "linear" : scale == RhoScale::ln ? "ln" : "log10";
}

}  // namespace terrella::datasets::modem
