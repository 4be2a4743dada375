// core/ops.h: all operations on tensors.
#pragma once
#include "core/ops/cast.h"         // IWYU pragma: export
#include "core/ops/create.h"       // IWYU pragma: export
#include "core/ops/elementwise.h"  // IWYU pragma: export
#include "core/ops/identity.h"     // IWYU pragma: export
#include "core/ops/index.h"        // IWYU pragma: export
#include "core/ops/matmul.h"       // IWYU pragma: export
#include "core/ops/pow.h"          // IWYU pragma: export
#include "core/ops/reduce.h"       // IWYU pragma: export
#include "core/ops/shape.h"        // IWYU pragma: export
