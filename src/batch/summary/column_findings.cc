// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/column_findings.h"

namespace boathouse::batch {

void ColumnFindings::merge(const ColumnFindings& other) {
  seen_ |= other.seen_;
  text_ = text_ || other.text_;
  int64_.merge(other.int64_);
  uint64_.merge(other.uint64_);
  missing_ += other.missing_;
  counts_.add(other.counts_);
}

std::optional<NumberKind> ColumnFindings::kind() const {
  if (text_) return std::nullopt;
  if (seen_ == 0) return NumberKind::float64;  // nothing but missing words
  if (!int64_.any()) return missing_ > 0 ? NumberKind::float64 : NumberKind::int64;
  if (!int64_.overflow()) return NumberKind::float64;
  if (uint64_.any()) return uint64_.overflow() ? std::nullopt : std::optional(NumberKind::float64);
  // Neither signs nor missing words go with uint64.
  const bool conflict = (seen_ & kMinus) != 0 || ((seen_ & kBig) != 0 && missing_ > 0);
  return conflict ? std::nullopt : std::optional(NumberKind::uint64);
}

}  // namespace boathouse::batch
