// Conjugate orthogonal conjugate gradients, for complex symmetric matrices: van der Vorst & Melissen (1990).
#include "core/krylov/conjugate_gradients.h"

namespace terrella::krylov {

template <class T>
Ending cocg(Equation<T>& equation) {
  return conjugate_gradients<false>(equation);
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(cocg)
