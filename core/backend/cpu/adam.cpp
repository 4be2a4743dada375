// A step of Adam over many tensors, cut into pieces that do not depend on how many threads there are.
#include "core/backend/adam.h"

#include <algorithm>
#include <forward_list>
#include <vector>

#include "core/backend/cpu/adam_kernels.h"
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t grain = 16384;  // numbers a piece; some 10 microseconds
constexpr std::int64_t cut = 64;  // rows begin at multiples of it in the count of all, so that pieces begin at lines
constexpr std::int64_t cache_line = 64;
constexpr std::int64_t cached = 4 << 20;  // bytes written that a cache may still hold when they are read

/// A row of a tensor: its numbers share rate, correction and keep.
struct Row {
  std::int64_t first, count;  // of all numbers of the job
  std::size_t number;         // of its factors
  bool wide;                  // f64
  bool past_caches;
  std::array<const char*, 4> read;
  std::array<char*, 3> written;
};

/// Memory of an input that nobody else holds and no other output has taken, or new memory.
void provide(std::span<const Array> inputs, std::initializer_list<std::size_t> candidates, Array& out) {
  if (out.buffer) return;
  for (const std::size_t k : candidates)
    if (inputs[k].buffer.expendable() && inputs[k].contiguous()) {
      out = inputs[k];
      return;
    }
  out = empty_array(out.dtype, out.shape);
}

template <class T>
std::vector<AdamFactors<T>> factors_of(const AdamNumbers& numbers, std::span<const Array> inputs) {
  const Array rate = row_major(inputs[0]), correction = row_major(inputs[1]), keep = row_major(inputs[2]);
  std::vector<AdamFactors<T>> all;
  for (std::int64_t r = 0; r < rate.size(); ++r)
    all.push_back({T(numbers.beta1), T(1 - numbers.beta1), T(numbers.beta2), T(1 - numbers.beta2), T(numbers.epsilon),
                   T(rate.data<double>()[r]), T(correction.data<double>()[r]), T(keep.data<double>()[r])});
  return all;
}

const AdamTable& adam_table() {
  static const auto table = table_for_isa(fill_adam_baseline, fill_adam_avx2, fill_adam_avx512);
  return table;
}

template <class T>
void run(AdamKernel<T> kernel, const AdamFactors<T>& f, const Row& row, std::int64_t begin, std::int64_t count) {
  const auto from = [&](std::size_t k) { return reinterpret_cast<const T*>(row.read[k]) + begin; };
  const auto to = [&](std::size_t k) { return reinterpret_cast<T*>(row.written[k]) + begin; };
  kernel(f, from(0), from(1), from(2), from(3), to(0), to(1), to(2), count, row.past_caches);
}

bool at_line(const char* address) { return reinterpret_cast<std::uintptr_t>(address) % cache_line == 0; }

/// The rows of all tensors, bound to the memory of inputs and outputs, which is provided. `copies` holds what could not
/// be read as it stands.
std::vector<Row> bind(std::span<const Array> inputs, std::span<Array> outputs, std::size_t rows_each,
                      std::forward_list<Array>& copies) {
  const AdamPlaces places = AdamPlaces::of_inputs(inputs.size());
  std::vector<Row> rows;
  rows.reserve(places.tensors * rows_each);
  std::int64_t end = 0, apart = 0;  // apart: bytes written where no input stands
  for (std::size_t i = 0; i < places.tensors; ++i) {
    const auto [x, g, m, s] = places.read(i);
    const std::array<std::size_t, 3> written = places.written(i);
    provide(inputs, {x, g}, outputs[written[0]]);
    provide(inputs, {m, g}, outputs[written[1]]);
    provide(inputs, {s, g}, outputs[written[2]]);
    Row row{};
    bool in_place = false;
    for (std::size_t k = 0; k < 3; ++k) {
      row.written[k] = static_cast<char*>(outputs[written[k]].bytes());
      in_place |= outputs[written[k]].buffer->references.load(std::memory_order_relaxed) > 1;
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const Array& in = inputs[places.read(i)[k]];
      row.read[k] = static_cast<const char*>((in.contiguous() ? in : copies.emplace_front(row_major(in))).bytes());
    }
    row.wide = inputs[x].dtype == DType::f64;
    row.count = inputs[x].size() / static_cast<std::int64_t>(rows_each);
    const std::int64_t bytes = row.count * static_cast<std::int64_t>(size_of(inputs[x].dtype));
    for (row.number = 0; row.number < rows_each; ++row.number) {
      row.first = end;
      row.past_caches = !in_place && std::all_of(row.written.begin(), row.written.end(), at_line);
      rows.push_back(row);
      end += (row.count + cut - 1) / cut * cut;
      apart += in_place ? 0 : 3 * bytes;
      for (const char*& from : row.read) from += bytes;
      for (char*& to : row.written) to += bytes;
    }
  }
  if (apart <= cached)
    for (Row& row : rows) row.past_caches = false;
  return rows;
}

}  // namespace

void adam(const AdamNumbers& numbers, std::span<const Array> inputs, std::span<Array> outputs) {
  const std::vector<AdamFactors<float>> f32 = factors_of<float>(numbers, inputs);
  const std::vector<AdamFactors<double>> f64 = factors_of<double>(numbers, inputs);
  if (f64.empty()) {  // no rows
    for (Array& out : outputs) terrella::cpu::provide(out);
    return;
  }
  std::forward_list<Array> copies;
  const std::vector<Row> rows = bind(inputs, outputs, f64.size(), copies);
  if (rows.empty()) return;
  constexpr bool whole = true;  // outputs may stand where inputs stood
  parallel_for(
      rows.back().first + rows.back().count, grain,
      [&](std::int64_t begin, std::int64_t end) {
        auto row = std::upper_bound(rows.begin(), rows.end(), begin,
                                    [](std::int64_t at, const Row& r) { return at < r.first; }) -
                   1;
        for (; row != rows.end() && row->first < end; ++row) {
          const std::int64_t from = std::max<std::int64_t>(0, begin - row->first);
          const std::int64_t count = std::min(end - row->first, row->count) - from;
          if (count <= 0) continue;
          if (row->wide)
            run(adam_table().f64, f64[row->number], *row, from, count);
          else
            run(adam_table().f32, f32[row->number], *row, from, count);
        }
      },
      whole);
}

}  // namespace terrella::cpu
