// datasets/survey/channels.h: from the axes in which channels were laid out to geographic ones.
#pragma once
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Azimuths of the horizontal channels, degrees clockwise from geographic north. They need not be orthogonal, nor those
/// of E those of H.
struct ChannelAzimuths {
  double hx = 0, hy = 90, ex = 0, ey = 90;
  bool operator==(const ChannelAzimuths&) const = default;
  /// Both pairs are the same right-handed orthogonal axes: going to other axes is a rotation.
  bool orthogonal() const;
  /// The same of H alone, for sites without E.
  bool magnetic_orthogonal() const;
};

/// The site, whose rows stand in these channels, with x north and y east and Site::rotation 0. With A and B, whose rows
/// are the unit vectors of the channels of H and E, Z' = B^-1 Z A, T' = T A, S' = A^T S A, N' = B^-1 N B^-T. Errors
/// come from the covariances where the site has them and they are its own (datasets/survey/rotation.h), else they are
/// propagated as independent ones. What depends on a missing value becomes missing.
/// Throws std::invalid_argument for azimuths that are not finite and for channels closer than one degree to parallel.
Site to_geographic(const Site& site, const ChannelAzimuths& azimuths);

}  // namespace terrella::datasets
