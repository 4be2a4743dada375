#!/usr/bin/env bash
# tests/core/ops/one_line_an_operation.sh [SCRATCH]: adds versine(x) = 1 - cos(x) to a copy of this tree by one line of
# core/ops/elementwise.def, builds the elementwise tests there and runs those that the line brought. Prints the number of
# files changed. Minutes, hence not among the tests that always run.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
scratch=${1:-$(mktemp -d)}
cd "$root"
git ls-files CMakeLists.txt CMakePresets.json cmake core tests/CMakeLists.txt tests/kernel_symbols.sh tests/symbols \
  tests/package tests/core/links.cmake tests/core/plain.h 'tests/core/property.*' 'tests/core/ops/elementwise*' |
  tar -cf - -T - | tar -xf - -C "$scratch"
cd "$scratch"
git init -q && git add -A && git -c user.name=test -c user.email=test@localhost commit -qm before
line='UNARY(versine, RC, any, 1 - cos(x), sin(x), "1 - cos(x)")'
sed -i "/^UNARY(sinh,/a $line" core/ops/elementwise.def
echo "files changed: $(git diff --name-only | wc -l) ($(git diff --name-only)), lines: $(git diff --numstat | cut -f1)"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DTERRELLA_BENCH=OFF -DTERRELLA_PYTHON=OFF -DTERRELLA_CLI=OFF \
  -DTERRELLA_RENDER=OFF > /dev/null
cmake --build build --target terrella_core_test -j "$(nproc)" > build.log || { tail -20 build.log; exit 1; }
for isa in baseline avx2 avx512; do
  TERRELLA_ISA=$isa build/tests/terrella_core_test --gtest_filter='*/versine' | sed "s/^/$isa: /" | grep -E 'OK|FAILED|PASSED'
done
