// Conjugate gradients: Hestenes & Stiefel (1952).
#include "core/krylov/conjugate_gradients.h"

namespace terrella::krylov {

template <class T>
Ending cg(Equation<T>& equation) {
  return conjugate_gradients<true>(equation);
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(cg)
