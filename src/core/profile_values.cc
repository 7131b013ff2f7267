// SPDX-License-Identifier: Apache-2.0
#include "core/profile_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "core/profile_ask.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr int kTop = 10;
constexpr int kBins = 20;
constexpr int kGaps = 3;
constexpr int kGapBuckets = 10'000;
constexpr int kPatternCharacters = 40;

// Letters and digits of every script by their sort; all else stays.
std::string pattern_of(std::string_view text) {
  return fmt::format(
      R"(regexp_replace(regexp_replace(regexp_replace(left({0}, {1}), '\p{{Nd}}', '9', 'g'), '\p{{Lu}}', 'A', 'g'), )"
      R"('\p{{Ll}}', 'a', 'g') || CASE WHEN length({0}) > {1} THEN '…' ELSE '' END)",
      text, kPatternCharacters);
}

class ValuesOf {
 public:
  ValuesOf(engine::Lease& lease, const ColumnFacts& facts, const ProfileBounds& bounds, bool exact, json::object& out)
      : lease_(lease),
        facts_(facts),
        column_(facts.column),
        bounds_(bounds),
        exact_(exact && facts.distinct.value_or(0) <= bounds.exact_distinct),
        out_(out) {}

  void add() {
    if (facts_.counted == 0) {
      out_["distinct"] = 0;
      out_["distinct_exact"] = true;
      out_["unique"] = true;
      out_["top"] = json::array();
      out_["top_exact"] = true;
      return;
    }
    group();
    add_distinct();
    add_top();
    if (column_.kind == ProfileKind::text) add_patterns();
    if (column_.is_ordered() && facts_.has_range) add_histogram();
    if (column_.kind == ProfileKind::time && facts_.has_range) add_gaps();
  }

 private:
  // The table g: values and how often each is there; where there are too many rows, of some values only.
  void group() {
    std::string some;
    if (!exact_) {
      some = fmt::format(" AND hash({}) % {} = 0", column_.sql(),
                         std::max<std::int64_t>(1, facts_.counted / bounds_.seen_patterns));
    }
    lease_.execute(
        {fmt::format("CREATE OR REPLACE TEMP TABLE g AS SELECT {0} AS v, count(*) AS k FROM {1} WHERE {2}{3} "
                     "GROUP BY {0}",
                     column_.sql(), kProfiled, column_.counted(), some)});
  }

  json::array rows_of(const std::string& statement) { return std::move(lease_.execute({statement}).front().rows); }

  std::int64_t counted(const std::string& statement) {
    return rows_of(statement).at(0).at(0).to_number<std::int64_t>();
  }

  // Every value once, where g does not have them all.
  std::string every_value() const {
    return fmt::format("(SELECT {} AS v, 1 AS k FROM {} WHERE {})", column_.sql(), kProfiled, column_.counted());
  }
  std::string weighted() const { return exact_ ? "g" : every_value(); }

  void add_distinct() {
    const std::int64_t distinct = exact_            ? counted("SELECT count(*) FROM g")
                                  : facts_.distinct ? *facts_.distinct
                                                    : counted("SELECT approx_count_distinct(v) FROM " + every_value());
    out_["distinct"] = std::min(distinct, facts_.counted);
    out_["distinct_exact"] = exact_;
    if (exact_) out_["unique"] = distinct == facts_.counted;
  }

  void add_top() {
    std::string from = "g";
    if (!exact_) {
      from = fmt::format(
          "(SELECT v, count(*) AS k FROM {0} WHERE v IN (SELECT unnest(approx_top_k(v, {1})) FROM {0}) GROUP BY v)",
          every_value(), kTop);
    }
    const json::array rows = rows_of(fmt::format("SELECT {}, CAST(k AS BIGINT), {} FROM {} ORDER BY k DESC, v LIMIT {}",
                                                 column_.shown("v"), is_cut("v"), from, kTop));
    json::array top;
    for (const json::value& row : rows) {
      json::object item{{"value", column_.is_double() ? number_or_null(row.at(0)) : told(row.at(0))},
                        {"rows", row.at(1)}};
      if (row.at(2).as_bool()) item["cut"] = true;
      top.push_back(std::move(item));
    }
    out_["top"] = std::move(top);
    out_["top_exact"] = exact_;
  }

  // Whether shown() leaves something away.
  std::string is_cut(std::string_view value) const {
    if (column_.kind == ProfileKind::text) return fmt::format("length({}) > {}", value, kShownCharacters);
    if (column_.kind == ProfileKind::binary)
      return fmt::format("octet_length({}) > {}", value, kShownCharacters / 4 * 3);
    return "false";
  }

  void add_patterns() {
    const json::array rows = rows_of(fmt::format(
        "SELECT {0} AS p, CAST(sum(k) AS BIGINT) AS n, CAST(sum(sum(k)) OVER () AS BIGINT) FROM g WHERE hash(v) % "
        "greatest(1, (SELECT count(*) FROM g) // {1}) = 0 GROUP BY p ORDER BY n DESC, p LIMIT 5",
        pattern_of("v"), bounds_.seen_patterns));
    json::array patterns;
    std::int64_t seen = 0;
    for (const json::value& row : rows) {
      seen = row.at(2).to_number<std::int64_t>();
      patterns.push_back({{"pattern", row.at(0)},
                          {"rows", row.at(1)},
                          {"share", row.at(1).to_number<double>() / static_cast<double>(seen)}});
    }
    out_["patterns"] = std::move(patterns);
    out_["patterns_rows"] = seen;
    out_["patterns_exact"] = seen == facts_.counted;
  }

  // Bins of equal width from the least to the greatest value, each without its upper edge but the last.
  void add_histogram() {
    const double width =
        facts_.greatest / 2 - facts_.least / 2;  // halves, since the whole may be past what a DOUBLE holds
    const bool one = !(width > 0);
    const std::size_t bins = one ? 1 : kBins;
    json::array counts(bins, 0);
    const std::string bin =
        one ? std::string("0")
            : fmt::format("CAST(greatest(0, least(floor(({} / 2.0::DOUBLE - {}) / {} * {}), {})) AS INTEGER)",
                          column_.measure("v"), sql_double(facts_.least / 2), sql_double(width), kBins, kBins - 1);
    const std::string finite = column_.is_double() ? " WHERE isfinite(v)" : "";
    for (const json::value& row :
         rows_of(fmt::format("SELECT {} AS b, CAST(sum(k) AS BIGINT) FROM {}{} GROUP BY b", bin, weighted(), finite))) {
      counts.at(row.at(0).to_number<std::size_t>()) = row.at(1);
    }
    out_["histogram"] = json::object{{"edges", edges(bins)}, {"counts", std::move(counts)}};
  }

  json::array edges(std::size_t bins) {
    json::array numbers;
    std::string list;
    for (std::size_t i = 0; i <= bins; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(bins);
      const double edge = i == bins ? facts_.greatest : facts_.least * (1 - share) + facts_.greatest * share;
      numbers.emplace_back(edge);
      list += (list.empty() ? "" : ", ") + column_.from_measure(sql_double(edge));
    }
    if (column_.kind == ProfileKind::number) return numbers;
    return rows_of("SELECT " + list).at(0).as_array();
  }

  // Of so many buckets one whole one lies in each gap that is wider than a bucket, so that the first and last values of
  // neighbouring buckets tell of all those.
  void add_gaps() {
    const double width = std::max(1.0, (facts_.greatest - facts_.least) / kGapBuckets);
    const json::array rows = rows_of(
        fmt::format("WITH b AS (SELECT min(m) AS first, max(m) AS last FROM (SELECT {0} AS m FROM {1}) GROUP BY "
                    "floor((m - {2}) / {3})), s AS (SELECT last, lead(first) OVER (ORDER BY first) AS next FROM b) "
                    "SELECT {4}, {5}, (next - last) / 1000000.0::DOUBLE FROM s WHERE next - last > {3} "
                    "ORDER BY next - last DESC, last LIMIT {6}",
                    column_.measure("v"), weighted(), sql_double(facts_.least), sql_double(width),
                    column_.from_measure("last"), column_.from_measure("next"), kGaps));
    json::array gaps;
    for (const json::value& row : rows) {
      gaps.push_back({{"from", row.at(0)}, {"to", row.at(1)}, {"seconds", row.at(2)}});
    }
    out_["gaps"] = std::move(gaps);
  }

  engine::Lease& lease_;
  const ColumnFacts& facts_;
  const ProfileColumn& column_;
  const ProfileBounds& bounds_;
  const bool exact_;
  json::object& out_;
};

}  // namespace

void add_values(engine::Lease& lease, const ColumnFacts& facts, const ProfileBounds& bounds, bool exact,
                json::object& told_of) {
  ValuesOf(lease, facts, bounds, exact, told_of).add();
}

}  // namespace boathouse::core
