// SPDX-License-Identifier: Apache-2.0
#include "core/profile_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "core/profile_ask.h"
#include "core/profile_correlations.h"
#include "core/profile_quantiles.h"
#include "core/profile_values.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// Sums of squares of numbers past it could leave what a DOUBLE holds.
constexpr double kLarge = 1e100;
// Distances past it may not be a BIGINT's.
constexpr double kLong = 9e18;

double as_double(const json::object& facts, std::string_view key) {
  const json::value number = number_or_null(facts.at(key));
  return number.is_number() ? number.to_number<double>() : 0;
}

std::string text_of(const json::value& number) {
  return number.is_string() ? std::string(number.get_string()) : json::serialize(number);
}

bool is_there(const json::object& facts, std::string_view key) { return number_or_null(facts.at(key)).is_number(); }

class Profiler {
 public:
  Profiler(engine::Lease& lease, const ProfileSource& source, const ProfileBounds& bounds, Progress& progress)
      : lease_(lease),
        source_(source),
        bounds_(bounds),
        progress_(progress),
        exact_(source.rows <= bounds.exact_rows),
        facts_(source.columns.size()) {}

  json::object run() {
    keep_profiled(lease_, source_, bounds_, kProfiled);
    count();
    weigh();
    json::array columns;
    for (std::size_t i = 0; i < source_.columns.size(); ++i) {
      progress_.check();
      progress_.advance(static_cast<std::int64_t>(i), static_cast<std::int64_t>(source_.columns.size()), "columns");
      columns.push_back(describe(i));
    }
    json::object profile{{"rows", rows_}, {"exact", exact_}, {"columns", std::move(columns)}};
    profile["correlations"] = correlations(lease_, rows_, correlated_columns(), bounds_);
    return profile;
  }

 private:
  // Counts, the least and the greatest.
  void count() {
    std::vector<Figure> figures;
    json::object all;
    figures.push_back({all, "rows", "count(*)"});
    for (std::size_t i = 0; i < source_.columns.size(); ++i) {
      count_column(source_.columns[i], facts_[i], figures);
      if (source_.rows <= bounds_.exact_distinct) continue;
      figures.push_back({facts_[i], "estimate", fmt::format("approx_count_distinct({})", source_.columns[i].value())});
    }
    ask(lease_, kProfiled, figures);
    rows_ = all.at("rows").to_number<std::int64_t>();
  }

  static void count_column(const ProfileColumn& column, json::object& facts, std::vector<Figure>& figures) {
    const std::string c = column.sql();
    auto add = [&](const char* key, std::string sql) { figures.push_back({facts, key, std::move(sql)}); };
    auto add_if = [&](const char* key, const std::string& condition) {
      add(key, fmt::format("CAST(coalesce(count_if({}), 0) AS BIGINT)", condition));
    };
    add("present", fmt::format("count({})", c));
    add("counted", fmt::format("count({})", column.value()));
    switch (column.kind) {
      case ProfileKind::number: {
        const std::string finite = column.finite();
        add("least", exactly(fmt::format("CAST(min({}) AS DOUBLE)", finite)));
        add("greatest", exactly(fmt::format("CAST(max({}) AS DOUBLE)", finite)));
        add_if("zeros", c + " = 0");
        add_if("negatives", c + " < 0");
        if (column.is_double()) {
          add_if("up", c + " = CAST('Infinity' AS DOUBLE)");
          add_if("down", c + " = CAST('-Infinity' AS DOUBLE)");
        } else {
          add("min", fmt::format("min({})", finite));
          add("max", fmt::format("max({})", finite));
        }
        return;
      }
      case ProfileKind::time:
        add("min", fmt::format("min({})", column.value()));
        add("max", fmt::format("max({})", column.value()));
        add("least", exactly(fmt::format("CAST(epoch_us(min({})) AS DOUBLE)", column.value())));
        add("greatest", exactly(fmt::format("CAST(epoch_us(max({})) AS DOUBLE)", column.value())));
        return;
      case ProfileKind::boolean: add_if("true", c); return;
      case ProfileKind::text:
        add("min", column.shown(fmt::format("min({})", c)));
        add("max", column.shown(fmt::format("max({})", c)));
        add_if("empty", c + " = ''");
        add_lengths("length", c, add);
        return;
      case ProfileKind::binary: add_lengths("octet_length", c, add); return;
      case ProfileKind::uuid:
        add("min", fmt::format("min({})", c));
        add("max", fmt::format("max({})", c));
        return;
    }
  }

  static void add_lengths(const char* function, const std::string& column, const auto& add) {
    add("shortest", fmt::format("min({}({}))", function, column));
    add("longest", fmt::format("max({}({}))", function, column));
    add("length", exactly(fmt::format("avg({}({}))", function, column)));
  }

  // Means, deviations and quantiles, which need the range first.
  void weigh() {
    std::vector<Figure> figures;
    std::vector<Figure> quantiles;
    for (std::size_t i = 0; i < source_.columns.size(); ++i) {
      const ProfileColumn& column = source_.columns[i];
      const std::int64_t counted = count_of(facts_[i], "counted");
      if (!column.is_ordered() || counted == 0) continue;
      quantiles.push_back({facts_[i], "quantiles", quantiles_sql(column, counted, exact_)});
      if (is_infinite(i) || !is_there(facts_[i], "least")) continue;
      weigh_column(column, facts_[i], figures);
    }
    ask(lease_, kProfiled, figures);
    const std::int64_t at_once =
        std::clamp<std::int64_t>(bounds_.held_values / std::max<std::int64_t>(rows_, 1), 0, 100);
    if (at_once == 1) {
      // What one holds is put in order by one thread, while another can read.
      ask_in_pairs(lease_, fmt::format("({})", source_.rows_sql), quantiles);
    } else {
      ask(lease_, kProfiled, quantiles, static_cast<std::size_t>(std::max<std::int64_t>(at_once, 1)));
    }
  }

  static void weigh_column(const ProfileColumn& column, json::object& facts, std::vector<Figure>& figures) {
    std::string number = column.measure(column.value());
    if (column.kind == ProfileKind::time) {
      figures.push_back({facts, "mean", column.from_measure(fmt::format("round(avg({}))", number))});
      return;
    }
    std::string scale;
    if (const double largest = largest_of(facts); largest > kLarge) {
      number = fmt::format("{} / {}", number, sql_double(largest));
      scale = " * " + sql_double(largest);
    }
    const bool whole = column.type.kind == batch::TypeKind::integer || column.type.kind == batch::TypeKind::bigint;
    figures.push_back({facts, "mean", exactly(fmt::format("{}({}){}", whole ? "avg" : "favg", number, scale))});
    const Position position = position_of(column, facts);
    figures.push_back(
        {facts, "std",
         exactly(fmt::format("stddev_samp({}) * {} * 2", position.sql, sql_double(position.half_width)))});
  }

  static double largest_of(const json::object& facts) {
    return std::max(std::abs(as_double(facts, "least")), std::abs(as_double(facts, "greatest")));
  }

  // Where a finite number lies between the column's least and greatest: 0 to 1, as a DOUBLE (roughly, where both are the
  // same DOUBLE). Numbers of large ids or moments differ in digits that their squares do not have.
  struct Position {
    std::string sql;
    double half_width = 0;  // of the range, whose whole may be past what a DOUBLE holds
  };
  static Position position_of(const ProfileColumn& column, const json::object& facts) {
    const double least = as_double(facts, "least");
    double half_width = as_double(facts, "greatest") / 2 - least / 2;
    if (!(half_width > 0)) half_width = 0.5;  // all are one number, or differ in digits that a DOUBLE does not have
    const std::string width = sql_double(half_width * 2);
    switch (column.type.kind) {
      case batch::TypeKind::integer:
      case batch::TypeKind::bigint: {
        const char* type = half_width * 2 < kLong ? "BIGINT" : "HUGEINT";
        return {fmt::format("CAST(CAST({0} AS {1}) - CAST('{2}' AS {1}) AS DOUBLE) / {3}", column.sql(), type,
                            text_of(facts.at("min")), width),
                half_width};
      }
      case batch::TypeKind::decimal:
        if (column.type.precision == batch::kMaxDecimalPrecision) break;  // differences have one digit more
        return {fmt::format("CAST({} - CAST('{}' AS {}) AS DOUBLE) / {}", column.sql(), text_of(facts.at("min")),
                            column.type.duckdb_name(), width),
                half_width};
      default: break;
    }
    const std::string number = column.measure(column.finite());
    if (largest_of(facts) <= kLarge)
      return {fmt::format("({} - {}) / {}", number, sql_double(least), width), half_width};
    return {fmt::format("({} / 2 - {}) / {}", number, sql_double(least / 2), sql_double(half_width)), half_width};
  }

  bool is_infinite(std::size_t i) const { return count_of(facts_[i], "up") + count_of(facts_[i], "down") > 0; }

  json::object describe(std::size_t i) {
    const ProfileColumn& column = source_.columns[i];
    const json::object& facts = facts_[i];
    const std::int64_t present = count_of(facts, "present");
    const std::int64_t counted = count_of(facts, "counted");
    json::object told_of{{"name", column.name},
                         {"id", column.id},
                         {"type", column.type.to_text()},
                         {"rows", rows_},
                         {"missing", rows_ - present}};
    ColumnFacts known{.column = column, .rows = rows_, .counted = counted};
    if (column.is_ordered() && counted > 0 && is_there(facts, "least")) {
      known.has_range = true;
      known.least = as_double(facts, "least");
      known.greatest = as_double(facts, "greatest");
    }
    switch (column.kind) {
      case ProfileKind::number: describe_number(column, facts, told_of); break;
      case ProfileKind::time: describe_time(facts, known, told_of); break;
      case ProfileKind::boolean:
        told_of["true"] = facts.at("true");
        told_of["false"] = present - count_of(facts, "true");
        break;
      case ProfileKind::text:
        told_of["min"] = facts.at("min");
        told_of["max"] = facts.at("max");
        told_of["empty"] = facts.at("empty");
        describe_lengths(facts, told_of);
        break;
      case ProfileKind::binary: describe_lengths(facts, told_of); break;
      case ProfileKind::uuid:
        told_of["min"] = facts.at("min");
        told_of["max"] = facts.at("max");
        break;
    }
    if (const json::value* estimate = facts.if_contains("estimate")) known.distinct = estimate->as_int64();
    add_values(lease_, known, bounds_, exact_, told_of);
    return told_of;
  }

  void describe_number(const ProfileColumn& column, const json::object& facts, json::object& told_of) const {
    auto computed = [&](const char* key) {
      const json::value* value = facts.if_contains(key);
      return value == nullptr ? json::value(nullptr) : number_or_null(*value);
    };
    if (column.is_double()) {
      told_of["min"] = count_of(facts, "down") > 0 ? json::value(nullptr) : computed("least");
      told_of["max"] = count_of(facts, "up") > 0 ? json::value(nullptr) : computed("greatest");
    } else {
      told_of["min"] = told(facts.at("min"));
      told_of["max"] = told(facts.at("max"));
    }
    told_of["mean"] = computed("mean");
    told_of["std"] = computed("std");
    told_of["zeros"] = facts.at("zeros");
    told_of["negatives"] = facts.at("negatives");
    if (column.is_double()) {
      told_of["nan"] = count_of(facts, "present") - count_of(facts, "counted");
      told_of["infinite"] = count_of(facts, "up") + count_of(facts, "down");
    }
    add_quantiles(column, facts, told_of);
  }

  void describe_time(const json::object& facts, const ColumnFacts& known, json::object& told_of) const {
    told_of["min"] = facts.at("min");
    told_of["max"] = facts.at("max");
    told_of["mean"] = facts.contains("mean") ? facts.at("mean") : json::value(nullptr);
    told_of["range_seconds"] = known.has_range ? json::value((known.greatest - known.least) / 1e6) : nullptr;
    add_quantiles(known.column, facts, told_of);
  }

  void add_quantiles(const ProfileColumn& column, const json::object& facts, json::object& told_of) const {
    const json::value* found = facts.if_contains("quantiles");
    told_of["quantiles"] =
        read_quantiles(column, count_of(facts, "counted"), exact_, found == nullptr ? json::value(nullptr) : *found);
    told_of["quantiles_exact"] = exact_;
  }

  static void describe_lengths(const json::object& facts, json::object& told_of) {
    told_of["lengths"] = json::object{
        {"min", facts.at("shortest")}, {"max", facts.at("longest")}, {"mean", number_or_null(facts.at("length"))}};
  }

  std::vector<CorrelatedColumn> correlated_columns() const {
    std::vector<CorrelatedColumn> columns;
    for (std::size_t i = 0; i < source_.columns.size(); ++i) {
      if (source_.columns[i].kind != ProfileKind::number || !is_there(facts_[i], "least")) continue;
      const double least = as_double(facts_[i], "least");
      const double greatest = as_double(facts_[i], "greatest");
      if (least < greatest)
        columns.push_back({source_.columns[i].name, position_of(source_.columns[i], facts_[i]).sql});
    }
    return columns;
  }

  engine::Lease& lease_;
  const ProfileSource& source_;
  const ProfileBounds& bounds_;
  Progress& progress_;
  const bool exact_;
  std::vector<json::object> facts_;  // by column
  std::int64_t rows_ = 0;
};

}  // namespace

void keep_profiled(engine::Lease& lease, const ProfileSource& source, const ProfileBounds& bounds,
                   std::string_view name) {
  const std::int64_t cells = source.rows * static_cast<std::int64_t>(source.columns.size());
  const char* what = cells <= bounds.kept_cells ? "TABLE" : "VIEW";
  lease.execute({fmt::format("CREATE TEMP {} {} AS {}", what, name, source.rows_sql)});
}

json::object profile_figures(engine::Lease& lease, const ProfileSource& source, const ProfileBounds& bounds,
                             Progress& progress) {
  return Profiler(lease, source, bounds, progress).run();
}

}  // namespace boathouse::core
