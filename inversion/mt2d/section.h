// inversion/mt2d/section.h: the two-dimensional forward operator joined with cells, data and static shifts: where the
// physics meets the machinery of inversion.
#pragma once
#include <memory>
#include <vector>

#include "elec/mt2d/shared_forward.h"
#include "inversion/mapping/mapping.h"
#include "inversion/mt2d/mesh.h"
#include "inversion/problem.h"

namespace terrella::inversion {

/// What is sought: parameters of the resistivities of all cells (along strike; then along the profile and down where
/// it is anisotropic), each by Section2d::mapping, then log10 of static shifts.
struct Section2d {
  Data2d data;
  Mesh2d mesh;
  Cells cells;
  Mapping mapping;  ///< log10, within the bounds of the options
  std::int64_t directions = 1;
  elec::mt2d::ForwardOptions forward;

  std::int64_t parameters() const { return directions * cells.count + static_cast<std::int64_t>(data.shifts.size()); }
};

/// Throws as invert_2d().
Section2d section_of(Data2d data, Mesh2d mesh, const Invert2dOptions& options);

/// The operator of all periods and sites of the data.
elec::mt2d::Forward forward_of(const Section2d& section);

/// Resistivity of all elements, as graph, of parameters [parameters].
elec::mt2d::Resistivity resistivity_of(const Section2d& section, const Tensor& m);
/// The static shifts among the parameters; none() without.
Tensor shifts_of(const Section2d& section, const Tensor& m);

/// Parameters of the start: logarithmic means of the mesh's resistivities over the cells, shifts 0.
std::vector<double> start_of(const Section2d& section);

/// Parameters of the reference that the options name: the start, or one resistivity; shifts 0.
std::vector<double> reference_of(const Section2d& section, const Invert2dOptions& options);
/// m, a third of the skin depth at the shortest period: weights and lengths that follow the depth begin with it.
double shallow_depth(const Section2d& section);

/// The operator share by share, where several processes work on the section or the method goes by gradients, whose bits
/// must not depend on how many there are; null where the operator as it stands gives the same.
using SharedOperator = std::shared_ptr<const elec::mt2d::SharedForward>;
SharedOperator shared_operator(const Section2d& section, const Invert2dOptions& options);

/// Residuals as graph, and with the Jacobian by the solves of the forward problem, some periods at a time. With a
/// shared operator: on rank 0, while it leads.
optimize::Term section_data(std::shared_ptr<const Section2d> section, const Invert2dOptions& options,
                            const SharedOperator& shared = nullptr);

/// Data, smoothness, reference, static shifts' prior; without terms of the model for smoothing = covariance, which is
/// sought in other parameters (mt2d/covariance.h).
Problem section_problem(const std::shared_ptr<const Section2d>& section, const Invert2dOptions& options,
                        const SharedOperator& shared = nullptr);

}  // namespace terrella::inversion
