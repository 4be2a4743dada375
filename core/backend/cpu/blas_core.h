// core/backend/cpu/blas_core.h: OpenBLAS on processors that are newer than itself.
#pragma once

namespace terrella::cpu {

/// An OpenBLAS that does not know the processor takes kernels of 2004, which are four times slower than those it has
/// for AVX2 and AVX-512. Chooses by what the processor can do, unless OPENBLAS_CORETYPE says otherwise. Before the
/// first call of OpenBLAS.
void choose_blas_core();

}  // namespace terrella::cpu
