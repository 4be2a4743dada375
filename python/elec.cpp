// python/elec.cpp: terrella.elec, magnetotelluric responses as differentiable functions of tensors.
#include "core/error.h"
#include "elec/mt1d/impedance.h"
#include "elec/response/depth.h"
#include "elec/response/dimensionality.h"
#include "elec/response/distortion.h"
#include "elec/response/error_propagation.h"
#include "elec/response/invariants.h"
#include "elec/response/phase_tensor.h"
#include "elec/response/resistivity.h"
#include "elec/response/rotation.h"
#include "elec/response/tipper.h"
#include "python/bindings.h"
#include "python/core/function.h"

namespace terrella::python {
namespace {

using namespace elec;

void bind_layered_earth(py::module_& m) {
  py::class_<Impedance1dJacobian>(m, "Impedance1dJacobian", "An impedance with its derivatives.")
      .def_readonly("impedance", &Impedance1dJacobian::impedance, "[..., n_freq], ohm")
      .def_readonly("by_resistivity", &Impedance1dJacobian::by_resistivity, "[..., n_freq, n], ohm / (ohm m)")
      .def_readonly("by_thickness", &Impedance1dJacobian::by_thickness, "[..., n_freq, n-1], ohm / m");
  m.def(
      "impedance_1d",
      [](const Operand& resistivity, const Operand& thickness, const Operand& frequency) {
        return impedance_1d(resistivity.value, thickness.value, frequency.value);
      },
      "resistivity"_a, "thickness"_a, "frequency"_a, Unlocked(),
      R"(Surface impedance Z = Ex/Hy of horizontal layers over a half-space.

resistivity : [..., n], ohm m, positive; the first layer is on top, the last entry is the half-space
thickness   : [..., n-1], m, positive
frequency   : [..., n_freq], Hz, positive
returns     : [..., n_freq], ohm, complex, time factor exp(+i w t); NaN where an input is not positive
raises      : ValueError where the layer counts disagree or an input is complex

Leading axes broadcast: resistivity [site, n] with frequency [n_freq] gives [site, n_freq]. Computed in double precision;
input that is float32 throughout gives complex64. Wait (1954), recursion from the bottom layer upwards.

>>> z = tl.elec.impedance_1d([100.0, 10.0, 1000.0], [1000.0, 2000.0], [1.0])
>>> round(tl.elec.apparent_resistivity(z, [1.0]).item(), 4)
23.5708)");
  m.def(
      "impedance_1d_jacobian",
      [](const Operand& resistivity, const Operand& thickness, const Operand& frequency) {
        return impedance_1d_jacobian(resistivity.value, thickness.value, frequency.value);
      },
      "resistivity"_a, "thickness"_a, "frequency"_a, Unlocked(),
      "The impedance with its whole Jacobian, at about four times its price; arguments as impedance_1d.");
}

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);

void unary(py::module_& m, const char* name, Unary f, const char* x, const char* help) {
  m.def(
      name, [f](const Operand& value) { return f(value.value); }, py::arg(x), Unlocked(), help);
}
void binary(py::module_& m, const char* name, Binary f, const char* x, const char* y, const char* help) {
  m.def(
      name, [f](const Operand& a, const Operand& b) { return f(a.value, b.value); }, py::arg(x), py::arg(y), Unlocked(),
      help);
}

void bind_scalars(py::module_& m) {
  binary(m, "apparent_resistivity", &apparent_resistivity, "impedance", "frequency",
         "|Z|^2 / (w mu_0), ohm m: the resistivity of the half-space with that |Z|; impedance in ohm, frequency in Hz, "
         "broadcast. "
         "Cagniard (1953).");
  unary(m, "phase", &phase, "impedance",
        "arg Z in degrees, -180 .. 180. A half-space has 45 in Zxy and -135 in Zyx; give -Zyx to compare both.");
  m.def(
      "impedance_from",
      [](const Operand& resistivity, const Operand& degrees, const Operand& frequency) {
        return impedance_from(resistivity.value, degrees.value, frequency.value);
      },
      "apparent_resistivity"_a, "phase"_a, "frequency"_a, Unlocked(),
      "The impedance in ohm with that apparent resistivity (ohm m) and phase (degrees) at a frequency (Hz).");
  binary(m, "skin_depth", &skin_depth, "resistivity", "frequency",
         R"(Depth at which a plane wave has decayed to 1/e, m.

resistivity : ohm m, positive; frequency : Hz, positive; broadcast

sqrt(2 rho / (w mu_0)), 503.3 sqrt(rho / f). Cagniard (1953).

>>> round(float(tl.elec.skin_depth(100.0, 1.0)))
5033)");
}

void bind_invariants(py::module_& m) {
  unary(m, "determinant_impedance", &determinant_impedance, "z",
        "sqrt(Zxx Zyy - Zxy Zyx) of z [..., 2, 2], ohm, complex, the root with Re >= 0: the Z of a layered earth. "
        "Ranganayaki (1984).");
  unary(m, "average_impedance", &average_impedance, "z",
        "(Zxy - Zyx) / 2 of z [..., 2, 2], ohm, complex. Berdichevsky & Dmitriev (1976).");
  unary(m, "sum_of_squares_impedance", &sum_of_squares_impedance, "z",
        "sqrt((Zxx^2 + Zxy^2 + Zyx^2 + Zyy^2) / 2) of z [..., 2, 2], ohm, complex, the root with Re >= 0. Szarka & "
        "Menvielle (1997).");
  unary(m, "swift_skew", &swift_skew, "z",
        "|Zxx + Zyy| / |Zxy - Zyx| of z [..., 2, 2]: 0 over a one- or two-dimensional earth. Swift (1967).");
  unary(m, "bahr_skew", &bahr_skew, "z",
        "Phase-sensitive skew of z [..., 2, 2], 0 where a two-dimensional regional response is distorted by shallow "
        "structure. Bahr (1988).");
  binary(m, "rotate_impedance", &rotate_impedance, "z", "degrees",
         "R Z R^T of z [..., 2, 2] in axes turned clockwise (north to east) by degrees [...]; sites with errors: "
         "Site.rotate_to.");
  binary(m, "rotate_tipper", &rotate_tipper, "tipper", "degrees",
         "T R^T of tipper [..., 2] in axes turned clockwise (north to east) by degrees [...].");
}

void bind_dimensionality(py::module_& m) {
  py::class_<BahrParameters>(m, "BahrParameters", "Bahr (1988, 1991); every entry [...], no unit.")
      .def_readonly("kappa", &BahrParameters::kappa, "Swift's skew: 0 over 1D and 2D earths without distortion")
      .def_readonly("mu", &BahrParameters::mu, "0 where all phases agree")
      .def_readonly("eta", &BahrParameters::eta, "0 where the regional earth is 2D")
      .def_readonly("sigma", &BahrParameters::sigma, "0 over 1D earths");
  m.def(
      "bahr_parameters", [](const Operand& z) { return bahr_parameters(z.value); }, "z"_a, Unlocked(),
      "Bahr's parameters of z [..., 2, 2].");
  py::class_<WalInvariants>(m, "WalInvariants", "Weaver, Agarwal & Lilley (2000); every entry [...].")
      .def_readonly("i1", &WalInvariants::i1, "ohm")
      .def_readonly("i2", &WalInvariants::i2, "ohm")
      .def_readonly("i3", &WalInvariants::i3)
      .def_readonly("i4", &WalInvariants::i4)
      .def_readonly("i5", &WalInvariants::i5)
      .def_readonly("i6", &WalInvariants::i6)
      .def_readonly("i7", &WalInvariants::i7, "0 where the regional earth is 2D; no meaning where q is small")
      .def_readonly("q", &WalInvariants::q);
  m.def(
      "wal_invariants", [](const Operand& z) { return wal_invariants(z.value); }, "z"_a, Unlocked(),
      "Invariants of z [..., 2, 2] under rotation.");
  binary(m, "distortion_matrix", &distortion_matrix, "twist", "shear",
         "Twist after shear, real [..., 2, 2], of angles in degrees. Groom & Bailey (1989).");
  m.def(
      "distorted_impedance",
      [](const Operand& strike, const Operand& twist, const Operand& shear, const Operand& a, const Operand& b) {
        return distorted_impedance(strike.value, twist.value, shear.value, a.value, b.value);
      },
      "strike"_a, "twist"_a, "shear"_a, "a"_a, "b"_a, Unlocked(),
      "The impedance [..., 2, 2] in geographic axes of a regional earth with principal impedances a (Zxy) and b (Zyx), "
      "ohm, and strike at that azimuth, distorted by twist and shear; degrees. Groom & Bailey (1989).");
  binary(m, "niblett_bostick_depth", &niblett_bostick_depth, "apparent_resistivity", "period",
         "sqrt(rho_a T / (2 pi mu_0)), m.");
  binary(m, "niblett_bostick_resistivity", &niblett_bostick_resistivity, "apparent_resistivity", "slope",
         "rho_a (1 + m) / (1 - m), ohm m, with the slope m = d ln rho_a / d ln T. Jones (1983).");
  binary(m, "niblett_bostick_from_phase", &niblett_bostick_from_phase, "apparent_resistivity", "phase",
         "rho_a (90 / phase - 1), ohm m, phase in degrees: the slope by Weidelt's approximation (1972).");
}

void bind_phase_tensor(py::module_& m) {
  unary(m, "phase_tensor", &phase_tensor, "z",
        "Phi = X^-1 Y, real [..., 2, 2], of z = X + i Y [..., 2, 2]: galvanic distortion does not change it. Caldwell, "
        "Bibby & Brown (2004).");
  py::class_<PhaseTensorEllipse>(m, "PhaseTensorEllipse", "Ellipse of a phase tensor; every entry [...], degrees.")
      .def_readonly("phi_max", &PhaseTensorEllipse::phi_max,
                    "atan of the larger semi-axis: the largest phase of any polarisation")
      .def_readonly("phi_min", &PhaseTensorEllipse::phi_min, "atan of the smaller one; negative where det Phi is")
      .def_readonly("alpha", &PhaseTensorEllipse::alpha,
                    "azimuth about which the tensor is symmetric but for its skew, -90 .. 90")
      .def_readonly("beta", &PhaseTensorEllipse::beta, "skew; beyond 3 in size means 3D")
      .def_readonly("strike", &PhaseTensorEllipse::strike,
                    "alpha - beta, -90 .. 90; strike is this or at right angles to it")
      .def_readonly("ellipticity", &PhaseTensorEllipse::ellipticity, "0 for a circle, no unit");
  m.def(
      "phase_tensor_ellipse", [](const Operand& phi) { return phase_tensor_ellipse(phi.value); }, "phi"_a, Unlocked(),
      "Ellipse of phi [..., 2, 2]. Over a layered earth it is a circle: alpha and strike mean nothing there and have "
      "no derivative (NaN).");
}

ArrowConvention convention_of(const std::string& name) {
  if (name == "parkinson") return ArrowConvention::parkinson;
  if (name == "wiese") return ArrowConvention::wiese;
  fail("induction arrows: convention '", name,
       "' is neither 'parkinson' (towards conductors) nor 'wiese' (away from them)");
}

void bind_tipper(py::module_& m) {
  py::class_<InductionArrow>(m, "InductionArrow", "An induction arrow.")
      .def_readonly("length", &InductionArrow::length, "[...], no unit")
      .def_readonly("azimuth", &InductionArrow::azimuth, "[...], degrees clockwise from x, -180 .. 180");
  for (const auto& [name, f, part] :
       {std::tuple{"real_arrow", &real_arrow, "real"}, {"imaginary_arrow", &imaginary_arrow, "imaginary"}})
    m.def(
        name,
        [f = f](const Operand& tipper, const std::string& convention) {
          return f(tipper.value, convention_of(convention));
        },
        "tipper"_a, "convention"_a = "parkinson",
        text("The arrow of the ", part,
             " part of tipper [..., 2]; convention 'parkinson' points towards good conductors (1959), "
             "'wiese' away from them (1962).")
            .c_str());
  unary(m, "tipper_magnitude", &tipper_magnitude, "tipper", "sqrt(|Tx|^2 + |Ty|^2) of tipper [..., 2].");
}

// f as a function of C++; the interpreter is taken for each call.
Derived derived(const py::function& f) {
  return [one = function_of_one(f)](const Tensor& x) { return one({x})[0]; };
}

void bind_errors_of_derived(py::module_& m) {
  m.def(
      "propagate_error",
      [](const py::function& f, const Operand& z, const Operand& error, int axes) {
        const Derived g = derived(f);
        const py::gil_scoped_release unlocked;
        return propagate_error(g, z.value, error.value, axes);
      },
      "f"_a, "z"_a, "error"_a, "axes"_a,
      R"(Standard error of real f(z) from independent errors of the components of z, to first order.

f       : maps z [..., components] to real [...], each leading index by itself; the last `axes` axes of z are its components:
          2 for impedances [..., 2, 2], 1 for tippers [..., 2], 0 for numbers
error   : standard errors, broadcast against z; of a complex component that of its real part and, equally, its imaginary part
returns : like f(z)
raises  : ValueError where f(z) is complex or its shape is not that of the leading axes

>>> tl.elec.propagate_error(tl.abs, tl.tensor([3 + 4j]), 0.1, axes=0)
tensor([0.1]))");
  m.def(
      "propagate_covariance",
      [](const py::function& f, const Operand& x, const Operand& covariance) {
        const Derived g = derived(f);
        const py::gil_scoped_release unlocked;
        return propagate_covariance(g, x.value, covariance.value);
      },
      "f"_a, "x"_a, "covariance"_a,
      "J C J^T [..., k, k]: covariance of f(x), which maps real x [..., m] to real [..., k], from that of x [..., m, "
      "m].");
}

}  // namespace

void bind_elec(py::module_& parent) {
  py::module_ m = parent.def_submodule("elec", R"(Magnetotelluric responses, differentiable in all arguments.

SI units, exp(+iwt), x north, y east, z down, angles in degrees clockwise from north.)");
  bind_layered_earth(m);
  bind_scalars(m);
  bind_invariants(m);
  bind_dimensionality(m);
  bind_phase_tensor(m);
  bind_tipper(m);
  bind_errors_of_derived(m);
}

}  // namespace terrella::python
