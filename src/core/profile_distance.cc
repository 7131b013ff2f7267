// SPDX-License-Identifier: Apache-2.0
#include "core/profile_distance.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "core/profile_ask.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr int kExamples = 5;
constexpr int kBins = 10;
// The share that a bin without rows counts as: no value is impossible because a sample does not have it.
constexpr double kNone = 1e-4;

class Comparison {
 public:
  Comparison(engine::Lease& lease, const ProfileColumn& from, const ProfileColumn& to)
      : lease_(lease), from_(from), to_(to), same_type_(from.type == to.type) {}

  Distance run() {
    group();
    count();
    if (found_.from == 0 || found_.to == 0) return std::move(found_);
    if (to_.is_ordered()) {
      compare_ranks();
    } else if (values_ <= kMaxCategories) {
      found_.categories = true;
      found_.psi = stability("SELECT a, b FROM d");
    }
    return std::move(found_);
  }

 private:
  json::array rows_of(const std::string& statement) { return std::move(lease_.execute({statement}).front().rows); }

  std::string value_of(const ProfileColumn& column) const {
    return same_type_ || !column.is_ordered() ? column.sql()
                                              : fmt::format("CAST({} AS DOUBLE)", column.measure(column.sql()));
  }

  // The table d: each value with how often it is there in either version.
  void group() {
    lease_.execute({fmt::format(
        "CREATE OR REPLACE TEMP TABLE d AS SELECT v, CAST(sum(a) AS BIGINT) AS a, CAST(sum(b) AS BIGINT) AS b FROM "
        "(SELECT {} AS v, count(*) AS a, 0 AS b FROM {} WHERE {} GROUP BY 1 UNION ALL "
        "SELECT {} AS v, 0 AS a, count(*) AS b FROM {} WHERE {} GROUP BY 1) GROUP BY v",
        value_of(from_), kEarlier, from_.counted(), value_of(to_), kLater, to_.counted())});
  }

  void count() {
    const json::array row =
        rows_of(
            "SELECT count(*), CAST(coalesce(sum(a), 0) AS BIGINT), CAST(coalesce(sum(b), 0) AS "
            "BIGINT), CAST(count_if(a = 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN a = 0 THEN b END), "
            "0) AS BIGINT), CAST(count_if(b = 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN b = 0 THEN a "
            "END), 0) AS BIGINT) FROM d")
            .at(0)
            .as_array();
    values_ = row.at(0).as_int64();
    found_.from = row.at(1).as_int64();
    found_.to = row.at(2).as_int64();
    found_.fresh = {{"distinct", row.at(3)}, {"rows", row.at(4)}, {"examples", examples("a = 0", "b")}};
    found_.vanished = {{"distinct", row.at(5)}, {"rows", row.at(6)}, {"examples", examples("b = 0", "a")}};
  }

  json::array examples(const char* which, const char* most) {
    const std::string shown = same_type_ ? to_.shown("v") : std::string("v");
    json::array list;
    for (const json::value& row :
         rows_of(fmt::format("SELECT {} FROM d WHERE {} ORDER BY {} DESC, v LIMIT {}",
                             to_.is_double() ? exactly("v") : shown, which, most, kExamples))) {
      list.push_back(to_.is_double() ? number_or_null(row.at(0)) : told(row.at(0)));
    }
    return list;
  }

  // Bins are tenths of the earlier version's rows in order of their values, of which no two of one value part.
  void compare_ranks() {
    const std::string ranks = fmt::format(
        "(SELECT a, b, (sum(a) OVER w) / {0}.0::DOUBLE AS ca, (sum(b) OVER w) / {1}.0::DOUBLE AS cb, "
        "CAST(least({3}, floor({2} * ((sum(a) OVER w) - a) / {0}.0::DOUBLE)) AS INTEGER) AS bin FROM d WINDOW w AS "
        "(ORDER BY "
        "v ROWS UNBOUNDED PRECEDING))",
        found_.from, found_.to, kBins, kBins - 1);
    found_.ks =
        number_or_null(rows_of(fmt::format("SELECT {} FROM {}", exactly("max(abs(ca - cb))"), ranks)).at(0).at(0))
            .to_number<double>();
    found_.psi = stability(
        fmt::format("SELECT CAST(sum(a) AS BIGINT), CAST(sum(b) AS BIGINT) FROM {} GROUP BY bin ORDER BY bin", ranks));
  }

  double stability(const std::string& bins) {
    double sum = 0;
    for (const json::value& bin : rows_of(bins)) {
      const double from = std::max(kNone, bin.at(0).to_number<double>() / static_cast<double>(found_.from));
      const double to = std::max(kNone, bin.at(1).to_number<double>() / static_cast<double>(found_.to));
      sum += (to - from) * std::log(to / from);
      ++found_.bins;
    }
    return sum;
  }

  engine::Lease& lease_;
  const ProfileColumn& from_;
  const ProfileColumn& to_;
  const bool same_type_;
  std::int64_t values_ = 0;
  Distance found_;
};

}  // namespace

Distance distance_between(engine::Lease& lease, const ProfileColumn& from, const ProfileColumn& to) {
  return Comparison(lease, from, to).run();
}

}  // namespace boathouse::core
