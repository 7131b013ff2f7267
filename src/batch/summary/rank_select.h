// SPDX-License-Identifier: Apache-2.0
// The values of given ranks among numbers that are too many for memory: exact, in at most four passes over them, with some
// megabytes whatever their number. A pass counts, among the numbers that a rank may still be, their next 16 bits; once these
// numbers are few, it keeps them. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace boathouse::batch {

class RankSelect {
 public:
  // Ranks from 0, each less than the number of numbers that are not NaN.
  explicit RankSelect(const std::vector<std::uint64_t>& ranks);
  // In each pass all the numbers, in any portions; NaN are passed over.
  void take(std::span<const double> numbers);
  void end_pass();
  // No further pass is needed.
  bool done() const { return groups_.empty(); }
  // Then, in the order of the ranks.
  std::vector<double> values() const;

 private:
  struct Group {
    std::uint64_t prefix = 0;           // the bits that are known
    std::vector<std::uint32_t> counts;  // by the next 16 bits; a dataset has fewer than 2^32 rows
    bool few = false;                   // then it has no counts but
    std::vector<std::uint64_t> keys;    // the numbers
  };
  struct Wanted {
    std::uint64_t rank = 0;  // among the numbers with its group's prefix
    std::uint64_t prefix = 0;
    bool found = false;  // the prefix is the number
  };

  void seek(Wanted& one, Group& group);
  // Of the next pass; `size` is how many numbers it has.
  void want_group(std::uint64_t prefix, std::uint64_t size);

  std::vector<Wanted> wanted_;
  std::vector<Group> groups_;
  int pass_ = 0;
};

}  // namespace boathouse::batch
