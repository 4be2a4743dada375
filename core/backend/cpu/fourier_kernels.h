// core/backend/cpu/fourier_kernels.h: Fourier transforms of as many lines side by side as a vector has lanes.
//
// Numbers wait in scratch memory, element by element: a vector of real parts, one of imaginary parts, a lane a line. So
// every butterfly works on whole vectors, whatever the length, and a line alone is first cut into columns and rows.
#pragma once

namespace terrella::cpu {

/// One factor of the length, Stockham's way: from x to y, which trade places between stages.
struct FourierStage {
  long radix;           ///< 2 3 4 5 7 8 11 13
  long length;          ///< of the transforms that are left: the product of this radix and those to come
  long stride;          ///< product of the radices before
  const void* twiddle;  ///< [length / radix][radix - 1] complex: exp(-2 pi i j p / length)
  const void* roots;    ///< of odd radices: [radix] complex, exp(-2 pi i j / radix)
};

/// Where the elements of some lines stand in memory, counted in real numbers.
struct FourierLines {
  const long* offset;  ///< of the first real part of each line; as many as lanes, those beyond `count` repeat the first
  long count;          ///< lines; at most the lanes
  long step;           ///< from element to element
  long imaginary;      ///< from real to imaginary part; 0: there is none
};

/// `scratch` holds 2 vectors an element. Tables hold numbers of the kernel's type.
struct FourierKernels {
  long lanes;
  /// With `swap`, real and imaginary parts change places, which turns a transform into its inverse.
  void (*load)(const void* data, const FourierLines* lines, long n, bool swap, void* scratch);
  void (*store)(const void* scratch, const FourierLines* lines, long n, bool swap, double scale, void* data);
  /// Transforms `a`, using `b`; returns where the result stands.
  void* (*transform)(const FourierStage* stages, long count, void* a, void* b);
  /// Elements times a table [n] complex; their parts swapped before or after, if wanted.
  void (*multiply)(void* scratch, const void* table, long n, bool before, bool after);
  /// to[k] = from[index[k]], k < n; parts swapped if wanted.
  void (*permute)(const void* from, const long* index, long n, bool swap, void* to);
  /// Rader's middle: element n of `b` is the x that stands outside of the convolution. Elements times a table [n]
  /// complex, element 0 plus x; elements n of `a` and `b` become x plus what element 0 was; parts of all swapped after.
  void (*convolve)(void* scratch, const void* table, long n, void* a, void* b);
  /// Zeros in the elements [first, last).
  void (*clear)(void* scratch, long first, long last);
  /// Element k of a lane times coarse[k / block] fine[k % block]; tables hold a vector pair an entry, as scratch does.
  void (*twist)(void* scratch, const void* coarse, const void* fine, long block, long n);
  /// From the transform Z of pairs z_j = x_2j + i x_2j+1, j < m, the elements 0 ... m of the transform of x; and back,
  /// to twice Z with parts swapped, ready for the inverse. table [m / 2 + 1] complex: exp(-pi i k / m). `line`: the
  /// same for one line of complex numbers.
  void (*split)(void* scratch, const void* table, long m);
  void (*join)(void* scratch, const void* table, long m);
  void (*split_line)(void* line, const void* table, long m);
  void (*join_line)(void* line, const void* table, long m);
  /// Elements 0 ... n / 2 of a real line's transform, n odd, continued to n; parts swapped.
  void (*mirror)(void* scratch, long n);
  void (*mirror_line)(void* line, long n);
};

struct FourierTable {
  FourierKernels f32, f64;
};

void fill_fourier_baseline(FourierTable* table);
void fill_fourier_avx2(FourierTable* table);
void fill_fourier_avx512(FourierTable* table);

}  // namespace terrella::cpu
