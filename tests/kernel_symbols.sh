#!/usr/bin/env bash
# kernel_symbols.sh OBJECT...: fails where an object compiled for one instruction set defines a weak symbol. The linker
# keeps one copy of such a symbol for the whole program, and might keep the one that this machine cannot run.
set -euo pipefail
[[ $# -gt 0 ]] || { echo "no objects given"; exit 2; }
# DW.ref.* are pointers to a routine of the C++ runtime, no code: instrumentation by -fsanitize=thread brings them.
weak=$(nm -C -o "$@" | grep -E ':[0-9a-f]+ [VWuvw] ' | grep -v ' DW\.ref\.' || true)
[[ -z $weak ]] || { echo "weak symbols in kernels:"; echo "$weak"; exit 1; }
echo "$# kernel objects define no weak symbol"
