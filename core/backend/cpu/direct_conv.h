// core/backend/cpu/direct_conv.h: convolutions of real numbers whose last step is 1, from copies of some rows of x with
// the zeros around them.
#pragma once
#include "core/backend/convolution.h"

namespace terrella::cpu {

/// Whether the functions below are quicker than columns and products of matrices: rows and outputs fill vectors.
template <class T>
bool is_direct(const ConvolutionShape& s);

/// out of x and w, as ConvolutionShape says.
template <class T>
void direct_forward(const ConvolutionShape& s, const T* x, const T* w, T* out);

/// The cotangent of x from g, that of out. Steps are 1 along all axes: it is the convolution of g with the kernel
/// reversed. is_direct of reversed(s), too.
template <class T>
void direct_to_input(const ConvolutionShape& s, const T* g, const T* w, T* x);

/// The cotangent of w.
template <class T>
void direct_to_kernel(const ConvolutionShape& s, const T* x, const T* g, T* w);

/// The convolution of g that gives the cotangent of x, where steps are 1 along all axes.
ConvolutionShape reversed(const ConvolutionShape& s);

}  // namespace terrella::cpu
