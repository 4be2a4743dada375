#include "elec/response/dimensionality.h"

#include "core/ops.h"
#include "elec/response/components.h"

namespace terrella::elec {
namespace {

Tensor squared_size(const Tensor& a) { return real(conj(a) * a); }

}  // namespace

BahrParameters bahr_parameters(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("bahr_parameters", z);
  const Tensor s1 = xx + yy, s2 = xy + yx, d1 = xx - yy, d2 = xy - yx, size = abs(d2);
  const auto commutator = [](const Tensor& a, const Tensor& b) { return imag(conj(a) * b); };
  const Tensor first = commutator(d1, s2), second = commutator(s1, d2);
  return {abs(s1) / size, sqrt(abs(first) + abs(second)) / size, sqrt(abs(first - second)) / size,
          (squared_size(d1) + squared_size(s2)) / squared_size(d2)};
}

WalInvariants wal_invariants(const Tensor& z) {
  const auto [xx, xy, yx, yy] = components("wal_invariants", z);
  const Tensor parts[] = {0.5 * (xx + yy), 0.5 * (xy + yx), 0.5 * (xx - yy), 0.5 * (xy - yx)};
  Tensor xi[4], eta[4];
  for (int k = 0; k < 4; ++k) xi[k] = real(parts[k]), eta[k] = imag(parts[k]);
  const auto length = [](const Tensor& a, const Tensor& b) { return sqrt(a * a + b * b); };
  const Tensor i1 = length(xi[3], xi[0]), i2 = length(eta[3], eta[0]);
  const auto difference = [&](int i, int j) {  // d_ij of the paper, which counts from 1
    return (xi[i - 1] * eta[j - 1] - xi[j - 1] * eta[i - 1]) / (i1 * i2);
  };
  const Tensor d41 = difference(4, 1);
  const Tensor q = length(difference(1, 2) - difference(3, 4), difference(1, 3) + difference(2, 4));
  return {i1,
          i2,
          length(xi[1], xi[2]) / i1,
          length(eta[1], eta[2]) / i2,
          (xi[3] * eta[0] + xi[0] * eta[3]) / (i1 * i2),
          d41,
          (d41 - difference(2, 3)) / q,
          q,
          xi[3],
          eta[3]};
}

}  // namespace terrella::elec
