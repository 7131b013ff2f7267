// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/number_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "batch/summary/rank_select.h"

namespace boathouse::batch {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kLeaf = 128;      // as many numbers NumPy adds up in one go
constexpr std::size_t kPortion = 4096;  // numbers looked at in one go where no sum is taken

double sum_leaf(std::span<const double> numbers) {
  double sum = -0.0;
  std::size_t at = 0;
  if (numbers.size() >= 8) {
    std::array<double, 8> parts;
    std::copy_n(numbers.begin(), 8, parts.begin());
    for (at = 8; at + 8 <= numbers.size(); at += 8) {
      for (std::size_t i = 0; i < 8; ++i) parts[i] += numbers[at + i];
    }
    sum = ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
  }
  for (; at < numbers.size(); ++at) sum += numbers[at];
  return sum;
}

// The sum of `count` numbers, which `next` puts into the spans it is given, in their order.
template <class Next>
double sum_pairwise(std::uint64_t count, Next& next) {
  if (count <= kLeaf) {
    std::array<double, kLeaf> leaf;
    const std::span<double> numbers(leaf.data(), count);
    next(numbers);
    return sum_leaf(numbers);
  }
  std::uint64_t half = count / 2;
  half -= half % 8;
  const double first = sum_pairwise(half, next);
  return first + sum_pairwise(count - half, next);
}

// Missing numbers count as zero in a sum; the places of all others stay.
void blank_missing(std::span<double> numbers) {
  for (double& number : numbers) number = std::isnan(number) ? 0 : number;
}

// The two ranks around a quantile, and how far it lies between them.
struct Place {
  std::uint64_t below = 0;
  std::uint64_t above = 0;
  double weight = 0;
};

Place place_of(double quantile, std::uint64_t present) {
  const double at = static_cast<double>(present - 1) * quantile;
  if (at >= static_cast<double>(present - 1)) return {present - 1, present - 1, 0};
  const double floor = std::floor(at);
  const auto below = static_cast<std::uint64_t>(floor);
  return {below, below + 1, at - floor};
}

double interpolate(double low, double high, double weight, NumberKind kind) {
  double difference = high - low;
  // NumPy takes the difference of int64 as one, which wraps around.
  if (kind == NumberKind::int64 && low < 0 && difference >= 0x1p63) difference -= 0x1p64;
  return weight >= 0.5 ? high - difference * (1 - weight) : low + difference * weight;
}

class Describe {
 public:
  Describe(const SpilledNumbers& numbers, std::uint32_t column, NumberKind kind, std::uint64_t rows,
           std::uint64_t present)
      : numbers_(numbers), column_(column), kind_(kind), rows_(rows), present_(present), ranks_(wanted_ranks()) {}

  NumberFigures figures() {
    NumberFigures out{.count = static_cast<double>(present_)};
    out.mean = sum() / out.count;
    out.std = present_ < 2 ? kNaN : std::sqrt(sum_of_squares() / (out.count - 1));
    out.min = min_;
    out.max = max_;
    while (!ranks_.done()) rank_only();
    const std::vector<double> values = ranks_.values();
    const std::array<double*, 3> quantiles = {&out.lower, &out.median, &out.upper};
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      *quantiles[i] = interpolate(values[2 * i], values[2 * i + 1], places_[i].weight, kind_);
    }
    return out;
  }

 private:
  std::vector<std::uint64_t> wanted_ranks() {
    std::vector<std::uint64_t> ranks;
    for (double quantile : {0.25, 0.5, 0.75}) {
      places_.push_back(place_of(quantile, present_));
      ranks.push_back(places_.back().below);
      ranks.push_back(places_.back().above);
    }
    return ranks;
  }

  double sum() {
    SpilledNumbers::Reader reader(numbers_, column_);
    auto next = [&](std::span<double> out) {
      reader.read(out);
      ranks_.take(out);
      for (double number : out) {
        min_ = number < min_ ? number : min_;
        max_ = number > max_ ? number : max_;
      }
      blank_missing(out);
    };
    const double whole = sum_pairwise(rows_, next);
    ranks_.end_pass();
    average_ = whole / static_cast<double>(present_);
    return whole;
  }

  double sum_of_squares() {
    SpilledNumbers::Reader reader(numbers_, column_);
    auto next = [&](std::span<double> out) {
      reader.read(out);
      ranks_.take(out);
      for (double& number : out) {
        const double off = average_ - number;
        number = std::isnan(number) ? 0 : off * off;
      }
    };
    const double squares = sum_pairwise(rows_, next);
    ranks_.end_pass();
    return squares;
  }

  void rank_only() {
    SpilledNumbers::Reader reader(numbers_, column_);
    std::array<double, kPortion> buffer;
    for (std::uint64_t left = rows_; left > 0;) {
      const std::span<double> some(buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
      reader.read(some);
      ranks_.take(some);
      left -= some.size();
    }
    ranks_.end_pass();
  }

  const SpilledNumbers& numbers_;
  std::uint32_t column_;
  NumberKind kind_;
  std::uint64_t rows_;
  std::uint64_t present_;
  std::vector<Place> places_;
  RankSelect ranks_;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
  double average_ = 0;
};

}  // namespace

NumberFigures number_figures(const SpilledNumbers& numbers, std::uint32_t column, NumberKind kind, std::uint64_t rows,
                             std::uint64_t present) {
  if (present == 0) return {0, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
  return Describe(numbers, column, kind, rows, present).figures();
}

}  // namespace boathouse::batch
