#include "elec/mt2d/shares.h"

#include <algorithm>

#include "core/backend/cpu/parallel.h"
#include "core/ops.h"
#include "elec/mt2d/pieces.h"

namespace terrella::elec::mt2d {

std::vector<Share> shares_of(const Forward& forward) {
  const std::int64_t periods = forward.periods().size(), count = std::max<std::int64_t>(1, periods / 4);
  std::vector<Share> shares;
  for (const Mode mode : {Mode::te, Mode::tm})
    for (std::int64_t k = 0; forward.unknowns(mode) > 0 && k < count; ++k)
      shares.push_back({mode, k * periods / count, (k + 1) * periods / count});
  return shares;
}

Forward of_share(const Forward& forward, const Share& share) {
  return forward.with_periods(slice(forward.periods(), 0, {share.first, share.last}).eval());
}

Bytes own_pieces(const std::vector<Share>& shares, const std::function<Pieces(std::size_t)>& work) {
  std::vector<std::size_t> own;
  for (std::size_t k = 0; k < shares.size(); ++k)
    if (is_own(k)) own.push_back(k);
  std::vector<Bytes> done(own.size());
  cpu::parallel_for(static_cast<std::int64_t>(own.size()), 1, [&](std::int64_t from, std::int64_t to) {
    for (auto k = static_cast<std::size_t>(from); k < static_cast<std::size_t>(to); ++k) {
      BytesWriter bytes;
      const Pieces pieces = work(own[k]);
      bytes.put(pieces.size());
      for (const Tensor& x : pieces) put(bytes, x);
      done[k] = bytes.take();
    }
  });
  return end_to_end(done);
}

std::vector<Pieces> all_pieces(const std::vector<Share>& shares, const std::vector<Bytes>& of_ranks) {
  std::vector<BytesReader> read(of_ranks.begin(), of_ranks.end());
  std::vector<Pieces> all;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    BytesReader& bytes = read[k % read.size()];
    Pieces pieces(bytes.get<std::size_t>(), Tensor::none());
    for (Tensor& x : pieces) x = get(bytes);
    all.push_back(std::move(pieces));
  }
  return all;
}

Pieces joined(const std::vector<Pieces>& of_shares) {
  Pieces all;
  for (std::size_t a = 0; a < of_shares.at(0).size(); ++a) {
    Tensors found;
    for (const Pieces& pieces : of_shares)
      if (pieces[a].defined()) found.push_back(pieces[a]);
    all.push_back(found.empty() ? Tensor::none() : found.size() == 1 ? found[0] : concatenate(found, 0).eval());
  }
  return all;
}

Pieces pieces_of(const Response& r, Mode mode) {
  const Tensor none = Tensor::none();
  return mode == Mode::te ? Pieces{r.zxy, none, r.tipper} : Pieces{none, r.zyx, none};
}

Response response_of(const Pieces& p) { return {p.at(0), p.at(1), p.at(2)}; }

}  // namespace terrella::elec::mt2d
