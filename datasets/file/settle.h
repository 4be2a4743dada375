// datasets/file/settle.h: the last steps of every reader of soundings.
#pragma once
#include "datasets/file/report.h"
#include "datasets/survey/channels.h"

namespace terrella::datasets {

/// A site as its file has it (SI units, exp(+iwt), rows in the order of the file, the axes that Site::rotation says)
/// becomes one that others may use: rows by ascending period ("period-order" where they ran neither way), x turned to
/// north unless components are missing ("rotation-kept"), the repairs moved into the provenance, valid.
/// FormatError: a period twice, no value at all, or what validate() finds.
void settle(Site& site, Report& report);

/// The same for rows that stand in channels of these azimuths. Channels that are no orthogonal pair cannot be kept
/// where components are missing; what depends on these becomes missing ("rotation-lost").
void settle(Site& site, const ChannelAzimuths& azimuths, Report& report);

/// A value that is not there.
inline constexpr Complex missing_value{not_a_number, not_a_number};

/// Rows of missing values and errors for n periods.
void make_impedance_rows(Site& site, std::size_t n);
void make_tipper_rows(Site& site, std::size_t n);

}  // namespace terrella::datasets
