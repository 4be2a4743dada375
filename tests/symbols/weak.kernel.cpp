// An object that breaks the rule of kernel_symbols.sh: an inline function is emitted as a weak symbol.
inline double twice(double x) { return 2 * x; }
double (*table)(double) = twice;
