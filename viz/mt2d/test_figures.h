// viz/mt2d/test_figures.h: tests of a section as pictures.
#pragma once
#include "inversion/mt2d/checkerboard.h"
#include "inversion/mt2d/feature.h"
#include "viz/figure.h"

namespace terrella::viz {

/// Two sections below each other, truth and recovery, and right of them over depth what came back: amplitude,
/// correlation and resolvability. Throws as section_figure() does.
Figure checkerboard_figure(const inversion::Checkerboard& test, const std::string& title = {});

/// Sections of the result, with the box replaced, and inverted again where that was done; below them the RMS of every
/// site.
Figure feature_figure(const inversion::Result2d& result, const inversion::FeatureTest& test,
                      const inversion::FeatureOptions& feature, const std::string& title = {});

}  // namespace terrella::viz
