// core/backend/cpu/adam_kernels.h: a step of Adam in registers; one table per instruction set.
#pragma once

namespace terrella::cpu {

/// What a step multiplies by, in the precision of the tensors.
template <class T>
struct AdamFactors {
  T beta1, rest1, beta2, rest2;  ///< rest: 1 - beta
  T epsilon, rate, correction, keep;
};

/// m, s, g and x are read, new_x, new_m, new_s written (see AdamPlaces), which may be any of the former. Rounded as the
/// operations round one by one. `past_caches`: what is written is not kept in them; then it starts at multiples of 64
/// bytes and is none of the former.
template <class T>
using AdamKernel = void (*)(const AdamFactors<T>& factors, const T* x, const T* g, const T* m, const T* s, T* new_x,
                            T* new_m, T* new_s, long n, bool past_caches);

struct AdamTable {
  AdamKernel<float> f32;
  AdamKernel<double> f64;
};

void fill_adam_baseline(AdamTable* table);
void fill_adam_avx2(AdamTable* table);
void fill_adam_avx512(AdamTable* table);

}  // namespace terrella::cpu
