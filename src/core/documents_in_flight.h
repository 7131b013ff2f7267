// SPDX-License-Identifier: Apache-2.0
// Documents that have an id and are not in the log yet. Whoever follows a table by its ids must not pass one of them by: a
// document with a lesser id may land after one with a greater. Any thread; never blocks, takes no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include "base/time.h"

namespace boathouse::core {

class DocumentsInFlight {
 public:
  // Of the documents of one request; until it goes away they are in flight.
  class Hold {
   public:
    Hold() = default;
    explicit Hold(std::atomic<std::uint32_t>& slot) : slot_(&slot) { slot.fetch_add(1); }
    Hold(Hold&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~Hold() {
      if (slot_ != nullptr) slot_->fetch_sub(1);
    }

   private:
    std::atomic<std::uint32_t>* slot_ = nullptr;
  };

  // Called before the documents get their ids.
  Hold begin(base::Micros now = base::now_micros()) { return Hold(slots_[slot(now)]); }

  // Documents with ids of before this time are in the log by now, or will never be. Requests that take longer than a minute to
  // land are not waited for.
  base::Micros horizon(base::Micros now = base::now_micros()) const {
    for (std::int64_t age = kSlots - 1; age >= 0; --age) {
      base::Micros begun = (now / kWidth - age) * kWidth;
      if (slots_[slot(begun)].load() > 0) return begun;
    }
    return now;
  }

 private:
  static constexpr base::Micros kWidth = 60 * base::kMillisecond;
  static constexpr std::int64_t kSlots = 1024;

  static std::size_t slot(base::Micros at) {
    return static_cast<std::size_t>(at / kWidth) % static_cast<std::size_t>(kSlots);
  }

  std::array<std::atomic<std::uint32_t>, kSlots> slots_{};
};

}  // namespace boathouse::core
