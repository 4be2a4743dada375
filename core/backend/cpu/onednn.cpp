// Written for oneDNN 2 of Debian 12. Its own threads are OpenMP's: one a call, since calls come from ours.
#include "core/backend/cpu/onednn.h"

#include <algorithm>
#include <dnnl.hpp>
#include <vector>

#include "core/backend/cpu/kept.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"

extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int count);
}

namespace terrella::cpu {
namespace {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;
constexpr auto f32 = dnnl::memory::data_type::f32;

const dnnl::engine& engine() {
  static const dnnl::engine one(dnnl::engine::kind::cpu, 0);
  return one;
}

/// OpenMP's setting is the caller's thread's: taken back afterwards.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { omp_set_num_threads(before_); }

 private:
  int before_;
};

enum class Side : std::uint8_t { forward, input, kernel };

/// One image's convolution: numbers are reordered into what oneDNN works on and back.
struct Compiled {
  dnnl::primitive run, bring_x, bring_w, bring_y, take_back;  // bring_*: of what is given; the result is taken back
  Desc plain_x, plain_w, plain_y, x, w, y, scratch;
};

Desc plain(const Dims& dims) {
  constexpr Tag tags[] = {Tag::abcd, Tag::abcde, Tag::abcdef};
  return {dims, f32, tags[dims.size() - 4]};
}
Desc any(const Dims& dims) { return {dims, f32, Tag::any}; }

dnnl::primitive reorder(const Desc& from, const Desc& to) {
  return dnnl::reorder(dnnl::reorder::primitive_desc(engine(), from, engine(), to));
}

Compiled compiled(Side side, const ConvolutionShape& s, dnnl::algorithm algorithm) {
  const std::size_t first = s.in[0] == 1 && s.kernel[0] == 1 && s.out[0] == 1 ? 1 : 0;  // two axes or three
  Dims x{1, s.channels}, y{1, s.outputs}, w, stride, dilation, before, after;
  if (s.groups > 1) w.push_back(s.groups);
  w.push_back(s.group_outputs());
  w.push_back(s.group_channels());
  for (std::size_t i = first; i < 3; ++i) {
    x.push_back(s.in[i]);
    y.push_back(s.out[i]);
    w.push_back(s.kernel[i]);
    stride.push_back(s.stride[i]);
    dilation.push_back(s.dilation[i] - 1);
    before.push_back(s.before[i]);
    const std::int64_t reach = (s.out[i] - 1) * s.stride[i] + (s.kernel[i] - 1) * s.dilation[i] + 1;
    after.push_back(std::max<std::int64_t>(0, reach - s.in[i] - s.before[i]));
  }
  dnnl::primitive_attr own_scratch;  // the library's is of the thread that compiled
  own_scratch.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::convolution_forward::primitive_desc forward(
      dnnl::convolution_forward::desc(dnnl::prop_kind::forward_training, algorithm, any(x), any(w), any(y), stride,
                                      dilation, before, after),
      own_scratch, engine());
  Compiled c;
  c.plain_x = plain(x), c.plain_w = plain(w), c.plain_y = plain(y);
  switch (side) {
    case Side::forward:
      c.run = dnnl::convolution_forward(forward);
      c.x = forward.src_desc(), c.w = forward.weights_desc(), c.y = forward.dst_desc();
      c.scratch = forward.scratchpad_desc();
      c.take_back = reorder(c.y, c.plain_y);
      break;
    case Side::input: {
      const dnnl::convolution_backward_data::primitive_desc back(
          dnnl::convolution_backward_data::desc(algorithm, any(x), any(w), any(y), stride, dilation, before, after),
          own_scratch, engine(), forward);
      c.run = dnnl::convolution_backward_data(back);
      c.x = back.diff_src_desc(), c.w = back.weights_desc(), c.y = back.diff_dst_desc();
      c.scratch = back.scratchpad_desc();
      c.take_back = reorder(c.x, c.plain_x);
      break;
    }
    case Side::kernel: {
      const dnnl::convolution_backward_weights::primitive_desc back(
          dnnl::convolution_backward_weights::desc(algorithm, any(x), any(w), any(y), stride, dilation, before, after),
          own_scratch, engine(), forward);
      c.run = dnnl::convolution_backward_weights(back);
      c.x = back.src_desc(), c.w = back.diff_weights_desc(), c.y = back.diff_dst_desc();
      c.scratch = back.scratchpad_desc();
      c.take_back = reorder(c.w, c.plain_w);
    }
  }
  if (side != Side::input) c.bring_x = reorder(c.plain_x, c.x);
  if (side != Side::kernel) c.bring_w = reorder(c.plain_w, c.w);
  if (side != Side::forward) c.bring_y = reorder(c.plain_y, c.y);
  return c;
}

/// Winograd's F(4, 3) where the library has it, for 3 x 3 with AVX-512: a quarter of the multiplications, three times
/// the rounding (6e-7 instead of 2e-7 of the root mean square, 288 products a sum).
Compiled compiled(Side side, const ConvolutionShape& s) {
  try {
    return compiled(side, s, dnnl::algorithm::convolution_winograd);
  } catch (const dnnl::error& e) {
    if (e.status != dnnl_unimplemented) throw;
    return compiled(side, s, dnnl::algorithm::convolution_direct);
  }
}

/// Errors of the library become ours.
template <class Work>
auto translated(const Work& work) {
  try {
    return work();
  } catch (const dnnl::error& e) {
    throw ResourceError(text("convolution: oneDNN failed: ", e.what(), " (", e.status, ")"));
  }
}

std::shared_ptr<const Compiled> kept(Side side, ConvolutionShape s) {
  static Kept<Compiled, std::pair<Side, ConvolutionShape>> all;
  s.images = 1;
  return all.get({side, s}, [&] {
    const OneThread one;  // a primitive keeps the number that it was made for
    return translated([&] { return compiled(side, s); });
  });
}

/// Memory of a description, and a view of numbers by one.
class Block {
 public:
  explicit Block(const Desc& desc)
      : buffer_(allocate(std::max<std::size_t>(desc.get_size(), 64))), memory_(desc, engine(), buffer_->data) {}
  const dnnl::memory& memory() const { return memory_; }

 private:
  BufferPointer buffer_;
  dnnl::memory memory_;
};
dnnl::memory view(const Desc& desc, const float* numbers) { return {desc, engine(), const_cast<float*>(numbers)}; }

/// What a thread works with.
struct Space {
  const Compiled& c;
  OneThread one;
  dnnl::stream stream{engine()};
  Block x, w, y, scratch;

  explicit Space(const Compiled& compiled) : c(compiled), x(c.x), w(c.w), y(c.y), scratch(c.scratch) {}
  void reorder(const dnnl::primitive& by, const dnnl::memory& from, const dnnl::memory& to) {
    by.execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  }
  void run(int x_is, int w_is, int y_is) {
    c.run.execute(
        stream, {{x_is, x.memory()}, {w_is, w.memory()}, {y_is, y.memory()}, {DNNL_ARG_SCRATCHPAD, scratch.memory()}});
  }
};

std::int64_t image_of_x(const ConvolutionShape& s) { return s.channels * ConvolutionShape::count(s.in); }
std::int64_t image_of_y(const ConvolutionShape& s) { return s.outputs * s.positions(); }

/// Calls body(space, first, last) for ranges of `count`.
template <class Body>
void in_parallel(const Compiled& c, std::int64_t count, const Body& body) {
  parallel_for(count, 1, [&](std::int64_t first, std::int64_t last) {
    translated([&] {
      Space space(c);
      body(space, first, last);
    });
  });
}

}  // namespace

bool onednn_convolves(const ConvolutionShape& s) {
  const std::int64_t work = s.outputs * s.positions() * s.group_channels() * s.taps();
  return s.taps() > 1 && work * s.images > 1'000'000 && work > 50'000;
}

void onednn_forward(const ConvolutionShape& s, const float* x, const float* w, float* out) {
  const auto c = kept(Side::forward, s);
  in_parallel(*c, s.images, [&](Space& space, std::int64_t first, std::int64_t last) {
    space.reorder(c->bring_w, view(c->plain_w, w), space.w.memory());
    for (std::int64_t i = first; i < last; ++i) {
      space.reorder(c->bring_x, view(c->plain_x, x + i * image_of_x(s)), space.x.memory());
      space.run(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
      space.reorder(c->take_back, space.y.memory(), view(c->plain_y, out + i * image_of_y(s)));
    }
    space.stream.wait();
  });
}

void onednn_to_input(const ConvolutionShape& s, const float* g, const float* w, float* x) {
  const auto c = kept(Side::input, s);
  in_parallel(*c, s.images, [&](Space& space, std::int64_t first, std::int64_t last) {
    space.reorder(c->bring_w, view(c->plain_w, w), space.w.memory());
    for (std::int64_t i = first; i < last; ++i) {
      space.reorder(c->bring_y, view(c->plain_y, g + i * image_of_y(s)), space.y.memory());
      space.run(DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST);
      space.reorder(c->take_back, space.x.memory(), view(c->plain_x, x + i * image_of_x(s)));
    }
    space.stream.wait();
  });
}

void onednn_to_kernel(const ConvolutionShape& s, const float* x, const float* g, float* w) {
  const auto c = kept(Side::kernel, s);
  // In parts of fixed extent, which are added in order.
  const std::int64_t parts = std::min<std::int64_t>(16, s.images),
                     size = static_cast<std::int64_t>(c->w.get_size() / sizeof(float));
  std::vector<float> sums(static_cast<std::size_t>(parts * size), 0.0f);
  in_parallel(*c, parts, [&](Space& space, std::int64_t first, std::int64_t last) {
    for (std::int64_t part = first; part < last; ++part) {
      float* const sum = sums.data() + part * size;
      for (std::int64_t i = part * s.images / parts; i < (part + 1) * s.images / parts; ++i) {
        space.reorder(c->bring_x, view(c->plain_x, x + i * image_of_x(s)), space.x.memory());
        space.reorder(c->bring_y, view(c->plain_y, g + i * image_of_y(s)), space.y.memory());
        space.run(DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST);
        space.stream.wait();
        const auto* found = static_cast<const float*>(space.w.memory().get_data_handle());
        for (std::int64_t k = 0; k < size; ++k) sum[k] += found[k];
      }
    }
  });
  for (std::int64_t part = 1; part < parts; ++part)
    for (std::int64_t k = 0; k < size; ++k)
      sums[static_cast<std::size_t>(k)] += sums[static_cast<std::size_t>(part * size + k)];
  in_parallel(*c, 1, [&](Space& space, std::int64_t, std::int64_t) {
    space.reorder(c->take_back, view(c->w, sums.data()), view(c->plain_w, w));
    space.stream.wait();
  });
}

}  // namespace terrella::cpu
