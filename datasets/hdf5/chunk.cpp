#include "datasets/hdf5/chunk.h"

#include <libdeflate.h>

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

struct Decompressor {
  libdeflate_decompressor* const state = libdeflate_alloc_decompressor();
  Decompressor() {
    if (!state) throw std::bad_alloc();
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { libdeflate_free_decompressor(state); }
};

std::string inflate(std::string_view packed, std::span<char> into) {
  static thread_local const Decompressor decompressor;
  switch (
      libdeflate_zlib_decompress(decompressor.state, packed.data(), packed.size(), into.data(), into.size(), nullptr)) {
    case LIBDEFLATE_SUCCESS:
      return {};
    case LIBDEFLATE_SHORT_OUTPUT:
      return text("unpacks to fewer than ", into.size(), " bytes");
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return text("unpacks to more than ", into.size(), " bytes");
    default:
      return "is no deflate stream, or was damaged";
  }
}

/// Elements [begin, n) one by one, for what fills no vector.
void unshuffle_rest(const char* from, std::size_t n, std::size_t bytes, std::size_t begin, char* into) {
  for (std::size_t i = begin; i < n; ++i)
    for (std::size_t b = 0; b < bytes; ++b) into[i * bytes + b] = from[b * n + i];
}

#ifdef __SSE2__
__m128i row(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
void put(char* into, __m128i bytes) { _mm_storeu_si128(reinterpret_cast<__m128i*>(into), bytes); }

/// 16 elements at a time; returns how many were done.
std::size_t unshuffle_2(const char* from, std::size_t n, char* into) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16, into += 32) {
    const __m128i a = row(from + i), b = row(from + n + i);
    put(into, _mm_unpacklo_epi8(a, b));
    put(into + 16, _mm_unpackhi_epi8(a, b));
  }
  return i;
}

std::size_t unshuffle_4(const char* from, std::size_t n, char* into) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16, into += 64) {
    const __m128i a = row(from + i), b = row(from + n + i), c = row(from + 2 * n + i), d = row(from + 3 * n + i);
    const __m128i ab = _mm_unpacklo_epi8(a, b), AB = _mm_unpackhi_epi8(a, b);
    const __m128i cd = _mm_unpacklo_epi8(c, d), CD = _mm_unpackhi_epi8(c, d);
    put(into, _mm_unpacklo_epi16(ab, cd));
    put(into + 16, _mm_unpackhi_epi16(ab, cd));
    put(into + 32, _mm_unpacklo_epi16(AB, CD));
    put(into + 48, _mm_unpackhi_epi16(AB, CD));
  }
  return i;
}

std::size_t unshuffle_8(const char* from, std::size_t n, char* into) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16, into += 128) {
    __m128i x[8], y[8];
    for (std::size_t k = 0; k < 8; ++k) x[k] = row(from + k * n + i);
    for (std::size_t k = 0; k < 4; ++k) {
      y[k] = _mm_unpacklo_epi8(x[2 * k], x[2 * k + 1]);      // bytes 2k, 2k+1 of elements 0 ... 7
      y[4 + k] = _mm_unpackhi_epi8(x[2 * k], x[2 * k + 1]);  // of elements 8 ... 15
    }
    for (std::size_t half = 0; half < 2; ++half) {
      const __m128i* const z = y + 4 * half;
      const __m128i a = _mm_unpacklo_epi16(z[0], z[1]), b = _mm_unpacklo_epi16(z[2], z[3]);
      const __m128i c = _mm_unpackhi_epi16(z[0], z[1]), d = _mm_unpackhi_epi16(z[2], z[3]);
      put(into + 64 * half, _mm_unpacklo_epi32(a, b));
      put(into + 64 * half + 16, _mm_unpackhi_epi32(a, b));
      put(into + 64 * half + 32, _mm_unpacklo_epi32(c, d));
      put(into + 64 * half + 48, _mm_unpackhi_epi32(c, d));
    }
  }
  return i;
}
#endif

}  // namespace

void unshuffle(std::string_view shuffled, std::size_t element_bytes, char* into) {
  const std::size_t n = shuffled.size() / element_bytes, done = n * element_bytes;
  const char* const from = shuffled.data();
  std::size_t begin = 0;
#ifdef __SSE2__
  if (element_bytes == 2) begin = unshuffle_2(from, n, into);
  if (element_bytes == 4) begin = unshuffle_4(from, n, into);
  if (element_bytes == 8) begin = unshuffle_8(from, n, into);
#endif
  unshuffle_rest(from, n, element_bytes, begin, into);
  if (done < shuffled.size()) std::memcpy(into + done, from + done, shuffled.size() - done);
}

std::string unpack_chunk(std::string_view packed, std::span<const Filter> filters, std::uint32_t skipped,
                         std::size_t element_bytes, std::span<char> into) {
  static thread_local std::vector<char> scratch[2];
  std::string_view bytes = packed;
  std::size_t left = 0;  // filters still to be undone
  for (std::size_t i = 0; i < filters.size(); ++i) left += (skipped >> i & 1) == 0;
  if (left == 0) {
    if (bytes.size() != into.size()) return text("holds ", bytes.size(), " bytes instead of ", into.size());
    if (!bytes.empty()) std::memcpy(into.data(), bytes.data(), bytes.size());
    return {};
  }
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (skipped >> i & 1) continue;
    --left;
    std::span<char> out = into;
    if (left > 0) {  // every filter here leaves the size of the chunk
      std::vector<char>& mine = scratch[left & 1];
      mine.resize(into.size());
      out = mine;
    }
    if (filters[i] == Filter::deflate) {
      if (std::string wrong = inflate(bytes, out); !wrong.empty()) return wrong;
    } else {
      if (bytes.size() != out.size()) return text("holds ", bytes.size(), " bytes instead of ", out.size());
      unshuffle(bytes, element_bytes, out.data());
    }
    bytes = {out.data(), out.size()};
  }
  return {};
}

}  // namespace terrella::datasets::hdf5
