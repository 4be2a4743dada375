// core/ops/cast.h: conversion of element types.
#pragma once
#include "core/tensor.h"

namespace terrella {

/// x with another dtype: numbers convert as in C++, complex to real takes the real part, to bool asks x != 0.
/// Linear between floating types; no derivative passes integers and bool.
Tensor cast(const Tensor& x, DType dtype);

/// The dtype in which an operation on both is done: promote(), but weak scalars adopt the other's precision.
DType common_dtype(const Tensor& x, const Tensor& y);
/// The same for many, at least one: all strong ones are promoted first.
DType common_dtype(const Tensors& parts);

}  // namespace terrella
