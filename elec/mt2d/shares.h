// elec/mt2d/shares.h: periods and modes as pieces of work for several processes, and how their results come together.
#pragma once
#include <functional>

#include "core/bytes.h"
#include "elec/mt2d/forward.h"

namespace terrella::elec::mt2d {

/// Some neighbouring periods of one mode.
struct Share {
  Mode mode;
  std::int64_t first = 0, last = 0;
};

/// All of them, in an order that depends on numbers of periods and modes alone: about four periods each, which cost
/// hardly more than a part of all at once, and never one alone among others.
std::vector<Share> shares_of(const Forward& forward);
/// The operator of a share's periods.
Forward of_share(const Forward& forward, const Share& share);

/// Arrays of one share, real or complex f64; none() where there are none. All shares have as many.
using Pieces = Tensors;

/// What this process's shares give, side by side on its threads, as bytes in their order.
Bytes own_pieces(const std::vector<Share>& shares, const std::function<Pieces(std::size_t share)>& work);
/// By share, from what all processes gave.
std::vector<Pieces> all_pieces(const std::vector<Share>& shares, const std::vector<Bytes>& of_ranks);
/// Each array over all periods, joined along its first axis, from the shares that have it.
Pieces joined(const std::vector<Pieces>& of_shares);

/// Responses as pieces: of a share, and back.
Pieces pieces_of(const Response& response, Mode mode);
Response response_of(const Pieces& pieces);

}  // namespace terrella::elec::mt2d
