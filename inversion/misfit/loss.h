// inversion/misfit/loss.h: what residuals in units of their errors cost. Squares are optimize::Loss{}.
#pragma once
#include "core/optimize/least_squares.h"

namespace terrella::inversion {

/// r^2 / 2 up to |r| = threshold, then linear. Huber (1964); 1.345 keeps 95 % efficiency for normal errors.
optimize::Loss huber(double threshold = 1.345);

/// (nu + 1) / 2 log(1 + r^2 / nu): errors of Student's t distribution, whose outliers lose their influence.
/// Lange, Little & Taylor (1989).
optimize::Loss student_t(double degrees_of_freedom = 4);

/// sqrt(r^2 + corner^2) - corner: |r| rounded at 0, of which total variation is made. Acar & Vogel (1994).
optimize::Loss absolute(double corner);

}  // namespace terrella::inversion
