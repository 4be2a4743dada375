// elec/mt2d/pieces.h: responses of all periods and modes from pieces that were computed one by one, by one process or
// several.
#pragma once
#include <vector>

#include "core/bytes.h"
#include "elec/mt2d/forward.h"

namespace terrella::elec::mt2d {

/// Of none() alone.
Response no_response();
Sensitivity no_sensitivity();

/// All arrays of a value, in one order.
std::vector<Tensor*> arrays_of(Response& response);
std::vector<Tensor*> arrays_of(Sensitivity& sensitivity);

/// Those of pieces one behind the other along the first axis, by period.
Response joined(std::vector<Response> parts, const std::vector<Piece>& pieces);
Sensitivity joined(std::vector<Sensitivity> parts, const std::vector<Piece>& pieces);

/// An array, real or complex f64, or none(), as bytes and back.
void put(BytesWriter& bytes, const Tensor& x);
Tensor get(BytesReader& bytes);

/// Whether this process does the piece of work of this number.
bool is_own(std::size_t number);

/// What this process's pieces give, as bytes in their order; compute(own pieces, take) as Forward::each does.
template <class Value, class Compute>
Bytes own_part(const std::vector<Piece>& pieces, const Compute& compute) {
  std::vector<Piece> own;
  for (std::size_t k = 0; k < pieces.size(); ++k)
    if (is_own(k)) own.push_back(pieces[k]);
  std::vector<Bytes> done(own.size());
  compute(own, [&](std::size_t k, Value value) {
    BytesWriter bytes;
    for (const Tensor* x : arrays_of(value)) put(bytes, *x);
    done[k] = bytes.take();
  });
  return end_to_end(done);
}
/// All of them, from the parts of all processes; `none` is no_response() or no_sensitivity().
template <class Value>
Value of_parts(const std::vector<Piece>& pieces, const std::vector<Bytes>& parts, const Value& none) {
  std::vector<BytesReader> read(parts.begin(), parts.end());
  std::vector<Value> found(pieces.size(), none);
  for (std::size_t k = 0; k < pieces.size(); ++k)
    for (Tensor* x : arrays_of(found[k])) *x = get(read[k % read.size()]);
  return joined(std::move(found), pieces);
}

}  // namespace terrella::elec::mt2d
