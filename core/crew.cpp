#include "core/crew.h"

#include <algorithm>
#include <mutex>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/ranks.h"
#include "core/told_exception.h"

namespace terrella {
namespace {

enum class Word : std::uint8_t { work, done, failed };  // what an order begins with

/// What a duty gave, or which exception it threw.
Bytes answer_of(const Duty& duty, const Bytes& order) {
  try {
    check_interrupt();  // a signal that came while this process waited
    const Bytes given = duty(order);
    return BytesWriter{}.put(true).put_all(given).take();
  } catch (...) { return BytesWriter{}.put(false).put_all(told(std::current_exception())).take(); }
}

}  // namespace

std::vector<Bytes> Crew::call(std::size_t duty, const Bytes& order) const {
  const int size = ranks().size;
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  if (size == 1) return {duties_.at(duty)(order)};
  broadcast(BytesWriter{}.put(Word::work).put(duty).put_all(order).take());
  const std::vector<Bytes> answers = gather(answer_of(duties_.at(duty), order));
  std::vector<Bytes> given;
  for (const Bytes& answer : answers) {
    BytesReader read(answer);
    const bool good = read.get<bool>();
    given.push_back(read.get_all<std::byte>());
    if (!good) throw_told(given.back(), text("rank ", given.size() - 1, " of ", size, ": "));
  }
  return given;
}

Bytes Crew::lead(const std::function<Bytes()>& work) const {
  const Ranks here = ranks();
  if (here.size == 1) return work();
  if (here.rank == 0) {
    Bytes result;
    try {
      result = work();
    } catch (...) {
      broadcast(BytesWriter{}.put(Word::failed).put_all(told(std::current_exception())).take());
      throw;
    }
    broadcast(BytesWriter{}.put(Word::done).put_all(result).take());
    return result;
  }
  while (true) {
    const Bytes order = broadcast({});
    BytesReader read(order);
    const auto word = read.get<Word>();
    if (word == Word::done) return read.get_all<std::byte>();
    if (word == Word::failed) throw_told(read.get_all<std::byte>(), "");
    const auto duty = read.get<std::size_t>();
    gather(answer_of(duties_.at(duty), read.get_all<std::byte>()));
  }
}

}  // namespace terrella
