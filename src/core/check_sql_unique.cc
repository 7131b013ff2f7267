// SPDX-License-Identifier: Apache-2.0
// The rules that look at more than one row: `unique`, and the last row of a key.
#include <fmt/format.h>

#include <algorithm>

#include "base/names.h"
#include "core/check_sql.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;

// Writes unique_violations(). Inside, the key's columns are k0, k1.. and the unique ones u0, u1...; the steps are
//   a        the accepted rows, narrow        t       the table's rows, narrow
//   taken    (_row, n): value n is in the table, in a row that this one does not replace
//   c        the rows that share a value with another row of the batch: usually none
//   s        their verdicts, 1 kept, 2 lost, found in rounds: a row is lost when a kept row of another key has one of
//            its values, and kept when none of the rows before it that are still undecided has
//   clash    (_row, n): value n is in a kept row before this one
class UniqueQuery {
 public:
  UniqueQuery(const Check& check, std::string_view accepted, std::string_view table)
      : accepted_(accepted), table_(table), key_(check.upsert_key) {
    for (const ContractColumn& column : check.contract.columns) {
      if (column.unique) unique_.push_back(column.name);
    }
  }

  std::string write() const {
    std::vector<std::string> steps{fmt::format("a AS MATERIALIZED (SELECT _row, {} FROM ({}))", narrow(), accepted_)};
    if (!table_.empty()) {
      steps.push_back(fmt::format("t AS MATERIALIZED (SELECT {} FROM ({}))", narrow(), table_));
      steps.push_back(
          fmt::format("taken AS MATERIALIZED ({})", for_each("UNION ALL", [this](std::size_t i) { return taken(i); })));
    }
    steps.push_back(fmt::format("c AS MATERIALIZED (SELECT * FROM a WHERE {})", for_each("OR", [](std::size_t i) {
                                  return fmt::format(
                                      "u{0} IN (SELECT u{0} FROM a WHERE u{0} IS NOT NULL GROUP BY u{0} "
                                      "HAVING count(*) > 1)",
                                      i);
                                })));
    steps.push_back(verdicts());
    for (auto [name, verdict] : {std::pair{"kept", 1}, {"lost", 2}}) {
      steps.push_back(fmt::format(
          "{} AS MATERIALIZED (SELECT c.* FROM c JOIN s ON c._row = s._row WHERE s.verdict = {})", name, verdict));
    }
    std::string all = for_each("UNION ALL", [this](std::size_t i) { return clash(i); });
    if (!table_.empty()) all += " UNION ALL SELECT _row, n FROM taken";
    return fmt::format(
        "WITH RECURSIVE {} SELECT _row, list_sort(list(DISTINCT [{}][n])) AS _unique FROM ({}) GROUP BY _row",
        fmt::join(steps, ", "), names(), all);
  }

 private:
  template <class Write>
  std::string for_each(std::string_view between, Write write) const {
    std::string out;
    for (std::size_t i = 0; i < unique_.size(); ++i) out += (i == 0 ? "" : fmt::format(" {} ", between)) + write(i);
    return out;
  }

  std::string narrow() const {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < key_.size(); ++i)
      items.push_back(fmt::format("{} AS k{}", quote_identifier(key_[i]), i));
    for (std::size_t i = 0; i < unique_.size(); ++i) {
      items.push_back(fmt::format("{} AS u{}", quote_identifier(unique_[i]), i));
    }
    return fmt::format("{}", fmt::join(items, ", "));
  }

  std::string names() const {
    std::vector<std::string> quoted;
    for (const std::string& name : unique_) quoted.push_back(quote_string(name));
    return fmt::format("{}", fmt::join(quoted, ", "));
  }

  // " AND <the two rows have different keys>"; nothing without a key. The left row's key is complete.
  std::string other_key(std::string_view left, std::string_view right) const {
    if (key_.empty()) return "";
    std::vector<std::string> same;
    for (std::size_t i = 0; i < key_.size(); ++i) same.push_back(fmt::format("{0}.k{2} = {1}.k{2}", left, right, i));
    return fmt::format(" AND ({}) IS NOT TRUE", fmt::join(same, " AND "));
  }

  std::string taken(std::size_t i) const {
    return fmt::format("SELECT DISTINCT a._row, {} AS n FROM a JOIN t ON a.u{} = t.u{}{}", i + 1, i, i,
                       other_key("a", "t"));
  }

  std::string verdicts() const {
    std::string start = table_.empty() ? "0" : "CASE WHEN _row IN (SELECT _row FROM taken) THEN 2 ELSE 0 END";
    std::string lost = for_each("OR", [this](std::size_t i) {
      return fmt::format("(g{0}.kept IS NOT NULL{1})", i, other_key("c", fmt::format("g{}", i)));
    });
    std::string first = for_each(
        "AND", [](std::size_t i) { return fmt::format("(g{0}.undecided IS NULL OR g{0}.undecided = c._row)", i); });
    return fmt::format(
        "s(_row, verdict) USING KEY (_row) AS (SELECT _row, {0} FROM c UNION (SELECT c._row, CASE WHEN {1} THEN 2 ELSE "
        "1 END "
        "FROM c JOIN recurring.s d ON c._row = d._row {2} WHERE d.verdict = 0 AND (({1}) OR ({3}))))",
        start, lost, for_each("", [this](std::size_t i) { return groups(i); }), first);
  }

  // For each value: its kept row (any of them, since all have one key) and its first undecided one.
  std::string groups(std::size_t i) const {
    std::string keys;
    for (std::size_t k = 0; k < key_.size(); ++k) {
      keys += fmt::format(", any_value(c.k{0}) FILTER (WHERE d.verdict = 1) AS k{0}", k);
    }
    return fmt::format(
        "LEFT JOIN (SELECT u{0}, min(c._row) FILTER (WHERE d.verdict = 1) AS kept, "
        "min(c._row) FILTER (WHERE d.verdict = 0) AS undecided{1} FROM c JOIN recurring.s d ON c._row = d._row "
        "WHERE u{0} IS NOT NULL AND d.verdict < 2 GROUP BY u{0}) g{0} ON c.u{0} = g{0}.u{0}",
        i, keys);
  }

  std::string clash(std::size_t i) const {
    std::string keys;
    for (std::size_t k = 0; k < key_.size(); ++k) keys += fmt::format(", any_value(k{0}) AS k{0}", k);
    return fmt::format(
        "SELECT lost._row, {0} AS n FROM lost JOIN (SELECT u{1}, min(_row) AS first{2} FROM kept WHERE u{1} IS NOT "
        "NULL "
        "GROUP BY u{1}) k ON lost.u{1} = k.u{1} AND k.first < lost._row{3}",
        i + 1, i, keys, other_key("lost", "k"));
  }

  const std::string_view accepted_;
  const std::string_view table_;
  const std::vector<std::string>& key_;
  std::vector<std::string> unique_;
};

}  // namespace

bool has_unique(const Contract& contract) {
  return std::any_of(contract.columns.begin(), contract.columns.end(),
                     [](const ContractColumn& column) { return column.unique; });
}

std::string unique_violations(const Check& check, std::string_view accepted, std::string_view table) {
  return has_unique(check.contract) ? UniqueQuery(check, accepted, table).write() : "";
}

std::string superseded_rows(const Check& check, std::string_view kept) {
  if (check.upsert_key.empty()) return "";
  std::vector<std::string> names;
  for (const std::string& name : check.upsert_key) names.push_back(quote_identifier(name));
  std::string keys = fmt::format("{}", fmt::join(names, ", "));
  // Few keys come twice, so the rows are joined with those keys' last rows only.
  std::vector<std::string> same;
  same.reserve(names.size());
  for (const std::string& name : names) same.push_back(fmt::format("k.{0} = l.{0}", name));
  return fmt::format(
      "SELECT k._row FROM ({0}) k JOIN (SELECT {1}, max(_row) AS _row FROM ({0}) GROUP BY {1} HAVING count(*) > 1) l "
      "ON {2} WHERE k._row < l._row",
      kept, keys, fmt::join(same, " AND "));
}

}  // namespace boathouse::core
