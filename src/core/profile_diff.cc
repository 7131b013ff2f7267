// SPDX-License-Identifier: Apache-2.0
#include "core/profile_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "base/encoding.h"
#include "core/profile_ask.h"
#include "core/profile_distance.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// Past so many times what chance makes of so few rows a distance is one.
constexpr double kChances = 3;
// Of fewer values nothing is said.
constexpr std::int64_t kFewest = 20;

const json::object& figures_of(const ProfiledVersion& version, std::size_t i) {
  return version.profile.at("columns").at(i).as_object();
}

double missing_share(const json::object& figures) {
  const auto rows = count_of(figures, "rows");
  return rows == 0 ? 0 : static_cast<double>(count_of(figures, "missing")) / static_cast<double>(rows);
}

bool is_unique(const json::object& figures) {
  const json::value* unique = figures.if_contains("unique");
  return unique != nullptr && unique->as_bool();
}

json::value or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

class Difference {
 public:
  Difference(engine::Lease& lease, const ProfiledVersion& from, const ProfiledVersion& to, const DriftRules& rules,
             Progress& progress)
      : lease_(lease), from_(from), to_(to), rules_(rules), progress_(progress) {}

  json::object run(const ProfileBounds& bounds) {
    const bool exact = keep(bounds);
    json::array columns;
    for (std::size_t i = 0; i < to_.source.columns.size(); ++i) {
      progress_.check();
      columns.push_back(of(i));
    }
    for (const ProfileColumn& before : from_.source.columns) {
      if (place_of(to_.source, before.name)) continue;
      columns.push_back({{"name", before.name}, {"change", "removed"}, {"type_from", before.type.to_text()}});
      add("warning", "column-removed", before.name, "the column is not there any more");
    }
    return {{"exact", exact}, {"columns", std::move(columns)}, {"findings", std::move(findings_)}, {"drift", drift_}};
  }

 private:
  // The rows of both, or samples of them; whether it is all.
  bool keep(const ProfileBounds& bounds) {
    auto cells_of = [](const ProfileSource& source) {
      return static_cast<double>(source.rows) * static_cast<double>(source.columns.size());
    };
    const double cells = cells_of(from_.source) + cells_of(to_.source);
    const auto most = static_cast<double>(rules_.cells);
    for (const auto& [source, name] : {std::pair{&from_.source, kEarlier}, {&to_.source, kLater}}) {
      if (cells <= most) {
        keep_profiled(lease_, *source, bounds, name);
      } else {
        lease_.execute(
            {fmt::format("CREATE TEMP TABLE {} AS SELECT * FROM ({}) USING SAMPLE {:.6f} PERCENT (bernoulli, 1)", name,
                         source->rows_sql, 100 * most / cells)});
      }
    }
    return cells <= most;
  }

  static std::optional<std::size_t> place_of(const ProfileSource& source, std::string_view name) {
    const std::string folded = base::fold_case(name);
    for (std::size_t i = 0; i < source.columns.size(); ++i) {
      if (base::fold_case(source.columns[i].name) == folded) return i;
    }
    return std::nullopt;
  }

  json::object of(std::size_t i) {
    const ProfileColumn& now = to_.source.columns[i];
    const auto place = place_of(from_.source, now.name);
    if (!place) {
      add("info", "column-added", now.name, "the column is new");
      return {{"name", now.name}, {"change", "added"}, {"type_to", now.type.to_text()}};
    }
    const ProfileColumn& before = from_.source.columns[*place];
    const json::object& figures_before = figures_of(from_, *place);
    const json::object& figures_now = figures_of(to_, i);
    const bool same = before.type == now.type;
    json::object told_of{{"name", now.name},
                         {"change", same ? "none" : "type"},
                         {"type_from", before.type.to_text()},
                         {"type_to", now.type.to_text()}};
    for (const char* figure : {"missing", "distinct", "min", "max", "mean", "std"}) {
      const json::value* was = figures_before.if_contains(figure);
      const json::value* is = figures_now.if_contains(figure);
      if (was != nullptr && is != nullptr) told_of[figure] = json::object{{"from", *was}, {"to", *is}};
    }
    told_of["missing_share"] =
        json::object{{"from", missing_share(figures_before)}, {"to", missing_share(figures_now)}};
    if (!same) {
      add("warning", "type-changed", now.name, fmt::format("was {}, is {}", before.type.to_text(), now.type.to_text()));
    }
    judge_missing(now.name, figures_before, figures_now);
    if (before.kind == now.kind) {
      const Distance distance = distance_between(lease_, before, now);
      told_of["psi"] = or_null(distance.psi);
      told_of["ks"] = or_null(distance.ks);
      told_of["new_values"] = distance.fresh;
      told_of["vanished_values"] = distance.vanished;
      judge(now, distance, !now.is_double() && is_unique(figures_before) && is_unique(figures_now));
    }
    return told_of;
  }

  json::object& add(const char* severity, const char* kind, std::string_view column, std::string message) {
    findings_.push_back({{"severity", severity}, {"kind", kind}, {"column", column}, {"message", message}});
    return findings_.back().as_object();
  }
  json::object& add_drift(std::string_view column, std::string message) {
    drift_ = true;
    return add("warning", "drift", column, std::move(message));
  }

  void judge_missing(std::string_view column, const json::object& before, const json::object& now) {
    const auto rows_before = static_cast<double>(count_of(before, "rows"));
    const auto rows_now = static_cast<double>(count_of(now, "rows"));
    if (rows_before == 0 || rows_now == 0) return;
    const double was = missing_share(before);
    const double is = missing_share(now);
    const double both = (was * rows_before + is * rows_now) / (rows_before + rows_now);
    const double chance = std::sqrt(both * (1 - both) * (1 / rows_before + 1 / rows_now));
    if (std::abs(is - was) < rules_.missing || std::abs(is - was) <= kChances * chance) return;
    add_drift(column,
              fmt::format("{:.1f} % of the values are missing, of the earlier ones {:.1f} %", 100 * is, 100 * was));
  }

  // Keys and times are new in every batch, which says nothing of what they stand for; a DOUBLE is no key.
  void judge(const ProfileColumn& column, const Distance& distance, bool is_key) {
    if (std::min(distance.from, distance.to) < kFewest) return;
    const auto fresh = count_of(distance.fresh, "distinct");
    if (distance.categories && fresh > 0) {
      add("info", "new-values", column.name, fmt::format("{} values were not there before", fresh));
    }
    if (is_key || column.kind == ProfileKind::time) return;
    const double few = 1 / static_cast<double>(distance.from) + 1 / static_cast<double>(distance.to);
    const bool by_psi = distance.psi && *distance.psi >= rules_.psi &&
                        *distance.psi > kChances * static_cast<double>(distance.bins - 1) * few;
    // What two samples of one thing pass in one of a thousand cases.
    const bool by_ks = distance.ks && *distance.ks >= rules_.ks && *distance.ks > 1.95 * std::sqrt(few);
    if (!by_psi && !by_ks) return;
    json::object& finding = add_drift(column.name, "the values are spread otherwise than before");
    if (distance.psi) finding["psi"] = *distance.psi;
    if (distance.ks) finding["ks"] = *distance.ks;
  }

  engine::Lease& lease_;
  const ProfiledVersion& from_;
  const ProfiledVersion& to_;
  const DriftRules& rules_;
  Progress& progress_;
  json::array findings_;
  bool drift_ = false;
};

}  // namespace

json::object profile_diff(engine::Lease& lease, const ProfiledVersion& from, const ProfiledVersion& to,
                          const DriftRules& rules, const ProfileBounds& bounds, Progress& progress) {
  return Difference(lease, from, to, rules, progress).run(bounds);
}

}  // namespace boathouse::core
