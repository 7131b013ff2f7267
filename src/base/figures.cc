// SPDX-License-Identifier: Apache-2.0
#include "base/figures.h"

namespace boathouse::base {

void Durations::observe(Micros took) {
  double seconds = static_cast<double>(took) / kSecond;
  auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds);
  counts_[static_cast<std::size_t>(bound - kDurationBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  micros_.fetch_add(static_cast<std::uint64_t>(std::max<Micros>(took, 0)), std::memory_order_relaxed);
}

Durations::Reading Durations::read() const {
  Reading reading;
  for (std::size_t i = 0; i < counts_.size(); ++i) reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
  reading.seconds = static_cast<double>(micros_.load(std::memory_order_relaxed)) / kSecond;
  return reading;
}

}  // namespace boathouse::base
