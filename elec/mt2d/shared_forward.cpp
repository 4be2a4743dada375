#include "elec/mt2d/shared_forward.h"

#include <cstring>
#include <map>
#include <mutex>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/transform.h"
#include "elec/mt2d/pieces.h"
#include "elec/mt2d/shares.h"

namespace terrella::elec::mt2d {
namespace {

enum Duties : std::size_t { responses, sensitivities, pullbacks, pushforwards };

/// x, y, z; equal ones once.
void put(BytesWriter& order, const Resistivity& r) {
  const bool one = r.y.node() == r.x.node() && r.z.node() == r.x.node();
  order.put(one).put_all(r.x.to_vector<double>());
  if (!one) order.put_all(r.y.to_vector<double>()).put_all(r.z.to_vector<double>());
}

struct Arguments {
  std::vector<double> numbers;  ///< to know them by
  Resistivity resistivity;
};
Arguments get(BytesReader& order, const Grid& grid) {
  const Shape shape{grid.earth_rows(), grid.ny()};
  const bool one = order.get<bool>();
  std::vector<double> numbers;
  const auto next = [&] {
    const auto values = order.get_all<double>();
    numbers.insert(numbers.end(), values.begin(), values.end());
    return Tensor::from(values, shape);
  };
  const Tensor x = next(), y = one ? x : next(), z = one ? x : next();
  return {std::move(numbers), {x, y, z}};
}

/// The responses of a share as a function of the resistivities that matter to its mode.
Function function_of(const Forward& forward, const Share& share) {
  const Forward own = of_share(forward, share);
  if (share.mode == Mode::te)
    return [own](const Tensors& x) -> Tensors {
      const Response r = own({x.at(0), x[0], x[0]});
      return {r.zxy, r.tipper};
    };
  return [own](const Tensors& x) -> Tensors { return {own({x.at(0), x[0], x.at(1)}).zyx}; };
}
Tensors arguments_of(const Resistivity& r, Mode mode) { return mode == Mode::te ? Tensors{r.x} : Tensors{r.y, r.z}; }
Pieces pieces_of_results(const Tensors& y, Mode mode) {
  return mode == Mode::te ? Pieces{y.at(0), Tensor::none(), y.at(1)} : Pieces{Tensor::none(), y.at(0), Tensor::none()};
}

/// What the three operations below call for.
struct Work {
  std::function<Response(const Resistivity&)> response;
  std::function<Resistivity(const Resistivity&, const Response& cotangents)> pullback;
  std::function<Response(const Resistivity&, const Resistivity& tangents)> pushforward;
  std::int64_t periods, sites;
};

using graph::RuleContext;

Tensor tensor_of(const Array& a) {
  const Array flat = cpu::row_major(a);
  const auto size = static_cast<std::size_t>(flat.size());
  if (is_complex(flat.dtype)) {
    const auto* const first = flat.data<std::complex<double>>();
    return Tensor::from(std::vector<std::complex<double>>(first, first + size), flat.shape);
  }
  return Tensor::from(std::vector<double>(flat.data<double>(), flat.data<double>() + size), flat.shape);
}
/// Undefined responses, of modes that are not asked for, are zero.
void give(std::span<Array> out, const std::vector<Tensor>& values) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = cpu::empty_array(out[i].dtype, out[i].shape);
    const auto bytes = static_cast<std::size_t>(out[i].size()) * size_of(out[i].dtype);
    if (!values[i].defined())
      std::memset(out[i].bytes(), 0, bytes);
    else if (is_complex(out[i].dtype))
      std::memcpy(out[i].bytes(), values[i].to_vector<std::complex<double>>().data(), bytes);
    else
      std::memcpy(out[i].bytes(), values[i].to_vector<double>().data(), bytes);
  }
}
Resistivity resistivity_in(std::span<const Array> in) {
  const Tensor x = tensor_of(in[0]);
  const bool one = in[1].bytes() == in[0].bytes() && in[2].bytes() == in[0].bytes();
  return {x, one ? x : tensor_of(in[1]), one ? x : tensor_of(in[2])};
}

/// Inputs begin with rho_x, rho_y, rho_z. They compute as they stand: no second derivatives, no batches.
class Shared : public graph::Op {
 public:
  explicit Shared(std::shared_ptr<const Work> work) : work_(std::move(work)) {}
  Tensors jvp(const RuleContext&, std::span<const Tensor>) const override { refuse(); }
  Tensors vjp(const RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override { refuse(); }
  Tensors vmap(std::span<const Tensor>, const std::vector<bool>&, std::int64_t) const override { refuse(); }

 protected:
  [[noreturn]] void refuse() const {
    fail("mt2d: ", name(), " has first derivatives only and takes no batches; use Forward for others");
  }
  std::vector<graph::Aval> responses() const {
    return std::vector<graph::Aval>(3, {{work_->periods, work_->sites}, DType::c128});
  }
  std::shared_ptr<const Work> work_;
};

class Pushforward final : public Shared {
 public:
  using Shared::Shared;
  std::string_view name() const override { return "mt2d_shared_pushforward"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Response r = work_->pushforward(resistivity_in(in), resistivity_in(in.subspan(3)));
    give(out, {r.zxy, r.zyx, r.tipper});
  }
};

class Pullback final : public Shared {
 public:
  using Shared::Shared;
  std::string_view name() const override { return "mt2d_shared_pullback"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Resistivity r = work_->pullback(resistivity_in(in), {tensor_of(in[3]), tensor_of(in[4]), tensor_of(in[5])});
    give(out, {r.x, r.y, r.z});
  }
};

class Responses final : public Shared {
 public:
  using Shared::Shared;
  std::string_view name() const override { return "mt2d_shared_response"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Response r = work_->response(resistivity_in(in));
    give(out, {r.zxy, r.zyx, r.tipper});
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensors inputs(node.inputs.begin(), node.inputs.end());
    for (std::size_t i = 0; i < 3; ++i) inputs.push_back(t[i].defined() ? t[i] : zeros_like(node.inputs[i]));
    return graph::make_tuple(std::make_shared<Pushforward>(work_), inputs, responses());
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    Tensors inputs(node.inputs.begin(), node.inputs.end());
    for (std::size_t i = 0; i < 3; ++i) inputs.push_back(g[i].defined() ? g[i] : zeros_like(node.outputs[i]));
    return graph::make_tuple(std::make_shared<Pullback>(work_), inputs,
                             std::vector<graph::Aval>(3, graph::aval(node.inputs[0])));
  }
  static Response make(const std::shared_ptr<const Work>& work, const Resistivity& r) {
    const auto op = std::make_shared<Responses>(work);
    const Tensors y = graph::make_tuple(op, {r.x, r.y, r.z}, op->responses());
    return {y[0], y[1], y[2]};
  }
};

}  // namespace

struct SharedForward::Own {
  Forward forward;
  bool keep;
  std::vector<Share> shares;
  std::vector<Function> functions;  // of shares that are own
  std::mutex mutex;
  std::vector<double> at;  // the resistivity of what is kept
  std::map<std::size_t, Vjp> kept;

  Own(Forward f, bool keep_them) : forward(std::move(f)), keep(keep_them), shares(shares_of(forward)) {
    for (std::size_t k = 0; k < shares.size(); ++k)
      functions.push_back(is_own(k) ? function_of(forward, shares[k]) : Function{});
  }

  Vjp vjp_at(std::size_t k, const Resistivity& r) const { return vjp(functions[k], arguments_of(r, shares[k].mode)); }

  Bytes respond(const Bytes& order) {
    BytesReader read(order);
    const Arguments a = get(read, forward.grid());
    {
      const std::lock_guard lock(mutex);
      kept.clear();
      at = keep ? a.numbers : std::vector<double>{};
    }
    return own_pieces(shares, [&](std::size_t k) {
      if (!keep) return pieces_of_results(functions[k](arguments_of(a.resistivity, shares[k].mode)), shares[k].mode);
      Vjp made = vjp_at(k, a.resistivity);
      for (const Tensor& y : made.value) y.eval();
      const Pieces pieces = pieces_of_results(made.value, shares[k].mode);
      const std::lock_guard lock(mutex);
      kept.emplace(k, std::move(made));
      return pieces;
    });
  }

  Bytes pull_back(const Bytes& order) {
    BytesReader read(order);
    const Arguments a = get(read, forward.grid());
    std::vector<Tensor> bars;
    const Shape shape{forward.periods().size(), forward.receivers().y.size()};
    for (int i = 0; i < 3; ++i) bars.push_back(Tensor::from(read.get_all<std::complex<double>>(), shape));
    return own_pieces(shares, [&](std::size_t k) -> Pieces {
      const Share& share = shares[k];
      const auto bar = [&](std::size_t i) { return slice(bars[i], 0, {share.first, share.last}); };
      const auto made = [&] {
        {
          const std::lock_guard lock(mutex);
          if (at == a.numbers && kept.contains(k)) return kept.at(k);
        }
        return vjp_at(k, a.resistivity);
      }();
      if (share.mode == Mode::te) return {made.pullback({bar(0), bar(2)})[0], Tensor::none(), Tensor::none()};
      const Tensors g = made.pullback({bar(1)});
      return {Tensor::none(), g[0], g[1]};
    });
  }

  Bytes push_forward(const Bytes& order) const {
    BytesReader read(order);
    const Arguments a = get(read, forward.grid()), t = get(read, forward.grid());
    return own_pieces(shares, [&](std::size_t k) {
      const Mode mode = shares[k].mode;
      const Jvp moved = jvp(functions[k], arguments_of(a.resistivity, mode), arguments_of(t.resistivity, mode));
      return pieces_of_results(moved.tangent, mode);
    });
  }

  Forward of_periods(std::int64_t first, std::int64_t last) const {
    return forward.with_periods(slice(forward.periods(), 0, {first, last}).eval());
  }

  Bytes sense(const Bytes& order) const {
    BytesReader read(order);
    const Arguments a = get(read, forward.grid());
    const auto first = read.get<std::int64_t>(), last = read.get<std::int64_t>();
    const auto options = read.get<SensitivityOptions>();
    const Forward some = of_periods(first, last);
    return own_part<Sensitivity>(some.pieces(options), [&](const std::vector<Piece>& own, const auto& take) {
      some.each_sensitivity(a.resistivity, own, options, take);
    });
  }
};

SharedForward::SharedForward(Forward forward, bool keep) : own_(std::make_shared<Own>(std::move(forward), keep)) {
  // The crew holds what its duties need; the operations hold the crew.
  const std::shared_ptr<Own> own = own_;
  crew_ =
      std::make_shared<const Crew>(std::vector<Duty>{[own](const Bytes& order) { return own->respond(order); },
                                                     [own](const Bytes& order) { return own->sense(order); },
                                                     [own](const Bytes& order) { return own->pull_back(order); },
                                                     [own](const Bytes& order) { return own->push_forward(order); }});
}

const Forward& SharedForward::forward() const { return own_->forward; }

Response SharedForward::operator()(const Resistivity& resistivity) const {
  const auto work = std::make_shared<Work>();
  work->periods = own_->forward.periods().size();
  work->sites = own_->forward.receivers().y.size();
  const auto own = own_;
  const auto crew = crew_;
  const auto pieces = [own, crew](Duties duty, BytesWriter& order) {
    return all_pieces(own->shares, crew->call(duty, order.take()));
  };
  work->response = [pieces](const Resistivity& r) {
    BytesWriter order;
    put(order, r);
    return response_of(joined(pieces(responses, order)));
  };
  work->pushforward = [pieces](const Resistivity& r, const Resistivity& t) {
    BytesWriter order;
    put(order, r);
    put(order, t);
    return response_of(joined(pieces(pushforwards, order)));
  };
  work->pullback = [pieces](const Resistivity& r, const Response& bar) {
    BytesWriter order;
    put(order, r);
    for (const Tensor* x : {&bar.zxy, &bar.zyx, &bar.tipper}) order.put_all(x->to_vector<std::complex<double>>());
    Tensors sum(3, Tensor::none());
    for (const Pieces& of_share : pieces(pullbacks, order))
      for (std::size_t i = 0; i < 3; ++i)
        if (of_share[i].defined()) sum[i] = sum[i].defined() ? (sum[i] + of_share[i]).eval() : of_share[i];
    return Resistivity{sum[0], sum[1], sum[2]};
  };
  Response r = Responses::make(work, resistivity);
  if (own_->forward.unknowns(Mode::te) == 0) r.zxy = r.tipper = Tensor::none();
  if (own_->forward.unknowns(Mode::tm) == 0) r.zyx = Tensor::none();
  return r;
}

Sensitivity SharedForward::sensitivity(const Resistivity& resistivity, const SensitivityOptions& options,
                                       std::int64_t first, std::int64_t last) const {
  BytesWriter order;
  put(order, resistivity);
  order.put(first).put(last).put(options);
  return of_parts(own_->of_periods(first, last).pieces(options), crew_->call(sensitivities, order.take()),
                  no_sensitivity());
}

}  // namespace terrella::elec::mt2d
