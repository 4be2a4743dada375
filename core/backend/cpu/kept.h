// core/backend/cpu/kept.h: values that are made once for each length or the like, and shared by threads.
#pragma once
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace terrella::cpu {

/// The last values made, by their keys. Whoever holds one keeps it.
template <class Value, class Key = long>
class Kept {
 public:
  template <class Make>
  std::shared_ptr<const Value> get(const Key& key, const Make& make) {
    {
      const std::scoped_lock lock(mutex_);
      for (auto at = values_.begin(); at != values_.end(); ++at)
        if (at->first == key) {
          values_.splice(values_.begin(), values_, at);
          return at->second;
        }
    }
    auto value = std::make_shared<const Value>(make());
    const std::scoped_lock lock(mutex_);
    values_.emplace_front(key, value);
    if (values_.size() > most) values_.pop_back();
    return value;
  }

 private:
  static constexpr std::size_t most = 32;
  std::mutex mutex_;
  std::list<std::pair<Key, std::shared_ptr<const Value>>> values_;
};

}  // namespace terrella::cpu
