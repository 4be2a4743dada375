// core/backend/cpu/onednn.h: convolutions of f32 numbers by oneDNN, which compiles them for the processor at hand.
#pragma once
#include "core/backend/convolution.h"

namespace terrella::cpu {

/// Whether one is worth its call: enough work, and more than a product of matrices.
bool onednn_convolves(const ConvolutionShape& shape);

/// As Backend::convolve, convolve_to_input and convolve_to_kernel, of row-major numbers. Images are worked on one by
/// one, by our own threads: the same bits for any number of them. ResourceError without memory.
void onednn_forward(const ConvolutionShape& shape, const float* x, const float* w, float* out);
void onednn_to_input(const ConvolutionShape& shape, const float* g, const float* w, float* x);
void onednn_to_kernel(const ConvolutionShape& shape, const float* x, const float* g, float* w);

}  // namespace terrella::cpu
