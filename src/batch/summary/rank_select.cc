// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/rank_select.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace boathouse::batch {
namespace {

constexpr int kDigitBits = 16;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr int kLastPass = 64 / kDigitBits - 1;
// Numbers that a group keeps: two megabytes.
constexpr std::uint64_t kFew = 256 << 10;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

// Whole numbers in the order of the doubles.
std::uint64_t key_of(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double number_of(std::uint64_t key) { return std::bit_cast<double>((key & kSign) != 0 ? key ^ kSign : ~key); }

}  // namespace

RankSelect::RankSelect(const std::vector<std::uint64_t>& ranks) {
  for (std::uint64_t rank : ranks) wanted_.push_back({.rank = rank});
  if (!wanted_.empty()) want_group(0, kFew + 1);
}

void RankSelect::want_group(std::uint64_t prefix, std::uint64_t size) {
  if (std::ranges::find(groups_, prefix, &Group::prefix) != groups_.end()) return;
  Group group{.prefix = prefix, .counts = {}, .few = size <= kFew, .keys = {}};
  if (!group.few) group.counts.resize(kDigits);
  groups_.push_back(std::move(group));
}

void RankSelect::take(std::span<const double> numbers) {
  const int shift = 64 - kDigitBits * (pass_ + 1);
  for (Group& group : groups_) {
    for (double number : numbers) {
      if (std::isnan(number)) continue;
      const std::uint64_t key = key_of(number);
      const std::uint64_t known = key >> shift;
      if (known >> kDigitBits != group.prefix) continue;
      if (group.few) {
        group.keys.push_back(key);
      } else {
        ++group.counts[known % kDigits];
      }
    }
  }
}

void RankSelect::seek(Wanted& one, Group& group) {
  if (group.few) {
    const auto place = group.keys.begin() + static_cast<std::ptrdiff_t>(one.rank);
    std::nth_element(group.keys.begin(), place, group.keys.end());
    one = {.rank = 0, .prefix = *place, .found = true};
    return;
  }
  std::uint64_t digit = 0;
  for (; one.rank >= group.counts[digit]; ++digit) one.rank -= group.counts[digit];
  one.prefix = one.prefix << kDigitBits | digit;
  one.found = pass_ == kLastPass;
  if (!one.found) want_group(one.prefix, group.counts[digit]);
}

void RankSelect::end_pass() {
  std::vector<Group> counted = std::move(groups_);
  groups_.clear();
  for (Wanted& one : wanted_) {
    if (!one.found) seek(one, *std::ranges::find(counted, one.prefix, &Group::prefix));
  }
  ++pass_;
}

std::vector<double> RankSelect::values() const {
  std::vector<double> values;
  for (const Wanted& one : wanted_) values.push_back(number_of(one.prefix));
  return values;
}

}  // namespace boathouse::batch
