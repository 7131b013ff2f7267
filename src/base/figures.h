// SPDX-License-Identifier: Apache-2.0
// Figures that a room keeps of its own work, without knowing who reads them: app shows them as metrics. Counting costs
// an atomic addition or two. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace boathouse::base {

// Only grows.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Upper bounds of how long things take, in seconds: from a health check to a large upload.
inline constexpr std::array kDurationBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 120.0};

// How often something took how long.
class Durations {
 public:
  void observe(Micros took);

  struct Reading {
    std::array<std::uint64_t, kDurationBounds.size() + 1> counts{};  // of each bound, and of what took longer
    double seconds = 0;                                              // in all
  };
  // What is observed meanwhile may be in one figure and not yet in another.
  Reading read() const;

 private:
  std::array<std::atomic<std::uint64_t>, kDurationBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> micros_ = 0;
};

// Observes the time until it goes, also when that is by an exception.
class Timing {
 public:
  explicit Timing(Durations& durations) : durations_(durations) {}
  ~Timing() { durations_.observe(steady_micros() - begun_); }
  Timing(const Timing&) = delete;
  Timing& operator=(const Timing&) = delete;

 private:
  Durations& durations_;
  const Micros begun_ = steady_micros();
};

}  // namespace boathouse::base
