// SPDX-License-Identifier: Apache-2.0
#include "core/sink_target.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include "base/names.h"
#include "base/numbers.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using base::quote_identifier;

constexpr const char* kIncoming = "pg_temp.boathouse_incoming";
constexpr const char* kRemoved = "pg_temp.boathouse_removed";
constexpr std::int64_t kMakingLock = 0x626f617468;  // "boath"
constexpr std::string_view kCommentStart = "Kept by Boathouse";
// Of a statement that moves rows.
constexpr base::Micros kLongLimit = 6 * base::kHour;

// A text that PostgreSQL reads literally, whatever is in it.
std::string literal(std::string_view text) { return base::quote_string(text); }

std::vector<std::string> texts(const json::value& list) { return json::value_to<std::vector<std::string>>(list); }

std::string to_json(const SinkMark& mark) {
  json::object columns;
  for (const auto& [name, type] : mark.columns) columns[name] = type;
  return json::serialize(json::object{{"key", json::array(mark.key.begin(), mark.key.end())},
                                      {"refused_key", json::array(mark.refused_key.begin(), mark.refused_key.end())},
                                      {"most_columns", mark.most_columns},
                                      {"types", to_string(mark.types)},
                                      {"columns", std::move(columns)}});
}

// nullopt when somebody has changed it so that it says nothing.
std::optional<SinkMark> mark_from(const std::string& version, const std::string& layout) {
  const auto number = base::parse_number<base::SnapshotId>(version);
  if (!number) return std::nullopt;
  try {
    const json::value text = json::parse(layout);
    SinkMark mark{.version = *number,
                  .key = texts(text.at("key")),
                  .refused_key = texts(text.at("refused_key")),
                  .most_columns = text.at("most_columns").to_number<std::size_t>(),
                  .types = text.at("types").as_string() == "simple" ? SinkTypes::simple : SinkTypes::faithful};
    for (const auto& column : text.at("columns").as_object()) {
      mark.columns.emplace(column.key(), std::string(column.value().as_string()));
    }
    return mark;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

SinkTarget::SinkTarget(postgres::Connection& connection, const SinkPlace& place)
    : connection_(connection),
      place_(place),
      table_(sink_table_name(place.schema, place.target())),
      marks_(sink_table_name(place.schema, kMarksTable)) {
  ensure_schema();
  connection_.run("BEGIN");
}

void SinkTarget::ensure_schema() {
  // Asked first: who may make none needs to make none that is there.
  std::string missing;
  if (connection_.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {place_.schema}).empty()) {
    missing += fmt::format("CREATE SCHEMA IF NOT EXISTS {}; ", quote_identifier(place_.schema));
  }
  if (!connection_.query("SELECT to_regclass($1)", {marks_}).front().front()) {
    missing += fmt::format(
        "CREATE TABLE IF NOT EXISTS {} (sink text NOT NULL, table_id text NOT NULL, table_name text NOT NULL, version "
        "bigint "
        "NOT NULL, layout text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (sink, table_id)); ",
        marks_);
  }
  // One after the other: two that make the same at once would fail.
  if (!missing.empty()) connection_.run(fmt::format("SELECT pg_advisory_xact_lock({}); {}", kMakingLock, missing));
}

bool SinkTarget::exists() const {
  return connection_.query("SELECT to_regclass($1)", {table_}).front().front().has_value();
}

std::optional<SinkMark> SinkTarget::mark() {
  // A row to hold, also where there was none: two that copy the same table go one after the other.
  connection_.run(
      "INSERT INTO " + marks_ +
          " (sink, table_id, table_name, version, layout, at) VALUES ($1, $2, $3, 0, '', now()) ON CONFLICT DO "
          "NOTHING",
      {place_.sink, place_.id.value, place_.table});
  auto rows =
      connection_.query("SELECT version, layout FROM " + marks_ + " WHERE sink = $1 AND table_id = $2 FOR UPDATE",
                        {place_.sink, place_.id.value});
  if (rows.empty() || rows[0][1]->empty() || !exists()) return std::nullopt;
  return mark_from(*rows[0][0], *rows[0][1]);
}

std::map<std::string, std::string> SinkTarget::columns() const {
  std::map<std::string, std::string> found;
  for (const postgres::Row& row :
       connection_.query("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
                         "to_regclass($1) AND attnum > 0 AND NOT attisdropped",
                         {table_})) {
    found.emplace(*row[0], *row[1]);
  }
  return found;
}

std::string SinkTarget::comment() const {
  return fmt::format("{} (sink {}, table {})", kCommentStart, place_.sink, place_.table);
}

// A table that is there already is taken over where it is a copy of the same, or has no rows to lose.
void SinkTarget::check_owner() const {
  const postgres::Value said = connection_.query("SELECT obj_description(to_regclass($1), 'pg_class')", {table_})[0][0];
  if (said == comment()) return;
  if (said && said->starts_with(kCommentStart)) {
    throw Error(ErrorKind::conflict,
                fmt::format("the table {} there is another sink's: \"{}\". Give one of the sinks another schema",
                            table_, *said));
  }
  if (!connection_.query("SELECT 1 FROM " + table_ + " LIMIT 1").empty()) {
    throw Error(ErrorKind::conflict,
                fmt::format("the table {} is there already with rows that are not Boathouse's: rename or empty "
                            "it, or give the sink another schema",
                            table_));
  }
}

void SinkTarget::evolve(const SinkLayout& layout, const SinkMark& known) {
  const auto there = columns();
  std::vector<std::string> changes;
  for (const auto& [name, type] : layout.types()) {
    const std::string column = quote_identifier(name);
    auto found = there.find(name);
    if (found == there.end()) {
      changes.push_back(fmt::format("ADD COLUMN {} {}", column, type));
      continue;
    }
    if (type == found->second) continue;
    auto made = known.columns.find(name);
    if (made == known.columns.end() || made->second != found->second) {
      // Somebody else's doing; a wider type holds the values as well.
      if (widens(type, found->second)) continue;
      throw Error(
          ErrorKind::conflict,
          fmt::format(
              "the column {} of the table {} is {} there and {} in Boathouse: change its type there, or drop it",
              column, table_, found->second, type));
    }
    const bool keeps = widens(found->second, type);
    changes.push_back(fmt::format("ALTER COLUMN {0} TYPE {1} USING {2}::{1}", column, type, keeps ? column : "NULL"));
  }
  if (changes.empty()) return;
  connection_.run(fmt::format("ALTER TABLE {} {}", table_, fmt::join(changes, ", ")));
}

SinkTarget::PrimaryKey SinkTarget::primary_key() const {
  PrimaryKey key;
  for (const postgres::Row& row : connection_.query(
           "SELECT conname, attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = "
           "ANY(conkey) WHERE conrelid = to_regclass($1) AND contype = 'p'",
           {table_})) {
    key.name = *row[0];
    key.columns.insert(*row[1]);
  }
  return key;
}

std::string SinkTarget::why_anew(const SinkLayout& layout, const SinkMark& known) {
  const auto there = columns();
  for (const auto& [name, type] : layout.types()) {
    if (known.columns.contains(name) && !there.contains(name)) {
      return fmt::format("its column \"{}\" is there no more", name);
    }
  }
  const PrimaryKey key = primary_key();
  key_name_ = key.name;
  if (!layout.key.empty() && key.columns != std::set<std::string>(layout.key.begin(), layout.key.end())) {
    return "its primary key is there no more";
  }
  return {};
}

bool SinkTarget::is_of_key(const SinkLayout& layout, const Error& error) const {
  if (layout.key.empty()) return false;
  const std::string_view state = postgres::sqlstate(error);
  // Two rows of one INSERT .. ON CONFLICT have the same.
  if (state == "21000") return true;
  // More columns than an index takes.
  if (state == "54011") return adds_key_;
  if (state == "23505") return adds_key_;
  if (state == "23502") return adds_key_ || std::ranges::find(layout.key, postgres::column(error)) != layout.key.end();
  // Too large for an index, which is not always named.
  if (state != "54000") return false;
  const std::string_view index = postgres::constraint(error);
  if (index.empty()) return error.message().find("index") != std::string::npos;
  return adds_key_ || index == key_name_;
}

void SinkTarget::drop_key(const std::vector<std::string>& kept_before) const {
  auto [key, loose] = primary_key();
  loose.insert(kept_before.begin(), kept_before.end());
  if (!key.empty()) connection_.run(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", table_, quote_identifier(key)));
  // A primary key leaves them NOT NULL.
  const auto there = columns();
  for (const std::string& name : loose) {
    if (!there.contains(name)) continue;
    connection_.run(fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", table_, quote_identifier(name)));
  }
}

std::int64_t SinkTarget::row_meter() const {
  // Counted by the server as it goes: nothing is read, be the table as large as it may.
  const auto rows = connection_.query(
      fmt::format("SELECT CASE WHEN current_setting('track_counts')::boolean THEN (SELECT "
                  "sum(pg_stat_get_xact_tuples_inserted(id) - pg_stat_get_xact_tuples_deleted(id)) FROM (SELECT "
                  "to_regclass($1)::oid UNION SELECT relid::oid FROM pg_partition_tree(to_regclass($1))) t(id)) ELSE "
                  "(SELECT count(*) FROM {}) END",
                  table_),
      {table_});
  return base::parse_number<std::int64_t>(rows.at(0).at(0).value_or("")).value_or(0);
}

SinkMark SinkTarget::earlier() const {
  auto rows = connection_.query("SELECT version, layout FROM " + marks_ +
                                    " WHERE sink = $1 AND table_name = $2 AND table_id <> $3 ORDER BY at DESC LIMIT 1",
                                {place_.sink, place_.table, place_.id.value});
  if (rows.empty()) return {};
  return mark_from(*rows[0][0], *rows[0][1]).value_or(SinkMark{});
}

void SinkTarget::begin_anew(const SinkLayout& layout, const std::optional<SinkMark>& known) {
  if (exists()) {
    if (!known) check_owner();
    connection_.set_limit(kLongLimit);
    // Readers go on with the old rows until the end.
    connection_.run("DELETE FROM " + table_);
    drop_key(known ? known->key : std::vector<std::string>());
    evolve(layout, known ? *known : earlier());
  } else {
    std::vector<std::string> columns;
    for (const SinkColumn& column : layout.columns)
      columns.push_back(quote_identifier(column.name) + " " + column.type);
    if (!layout.rest_name.empty()) columns.push_back(quote_identifier(layout.rest_name) + " jsonb");
    connection_.run(fmt::format("CREATE TABLE {} ({})", table_, fmt::join(columns, ", ")));
  }
  connection_.run(fmt::format("COMMENT ON TABLE {} IS {}", table_, literal(comment())));
}

void SinkTarget::add_key(const SinkLayout& layout) {
  if (layout.key.empty()) return;
  connection_.set_limit(kLongLimit);
  adds_key_ = true;
  connection_.run(fmt::format("ALTER TABLE {} ADD PRIMARY KEY ({})", table_, layout.key_list()));
  adds_key_ = false;
}

void SinkTarget::begin_copy(const SinkLayout& layout) {
  connection_.set_limit(kLongLimit);
  connection_.begin_copy(
      fmt::format("COPY {} ({}) FROM STDIN WITH (FORMAT csv, HEADER true)", table_, layout.column_list()));
}

void SinkTarget::begin_rows(const SinkLayout& layout) {
  connection_.set_limit(kLongLimit);
  connection_.run(fmt::format("CREATE TEMP TABLE boathouse_incoming ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA",
                              layout.column_list(), table_));
  connection_.begin_copy(fmt::format("COPY {} FROM STDIN WITH (FORMAT csv, HEADER true)", kIncoming));
}

void SinkTarget::begin_keys(const SinkLayout& layout) {
  connection_.set_limit(kLongLimit);
  connection_.run(fmt::format("CREATE TEMP TABLE boathouse_removed ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA",
                              layout.key_list(), table_));
  connection_.begin_copy(fmt::format("COPY {} FROM STDIN WITH (FORMAT csv, HEADER true)", kRemoved));
}

std::int64_t SinkTarget::merge_rows(const SinkLayout& layout) {
  std::vector<std::string> sets;
  for (const auto& [name, type] : layout.types()) {
    if (std::ranges::find(layout.key, name) != layout.key.end()) continue;
    sets.push_back(fmt::format("{0} = EXCLUDED.{0}", quote_identifier(name)));
  }
  const std::string action = sets.empty() ? "NOTHING" : fmt::format("UPDATE SET {}", fmt::join(sets, ", "));
  const std::int64_t rows =
      connection_.run(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT ({3}) DO {4}", table_,
                                  layout.column_list(), kIncoming, layout.key_list(), action));
  connection_.run(fmt::format("DROP TABLE {}", kIncoming));
  return rows;
}

std::int64_t SinkTarget::remove_keys(const SinkLayout& layout) {
  std::vector<std::string> equal;
  for (const std::string& name : layout.key) equal.push_back(fmt::format("t.{0} = r.{0}", quote_identifier(name)));
  const std::int64_t rows =
      connection_.run(fmt::format("DELETE FROM {} t USING {} r WHERE {}", table_, kRemoved, fmt::join(equal, " AND ")));
  connection_.run(fmt::format("DROP TABLE {}", kRemoved));
  return rows;
}

void SinkTarget::commit(const SinkMark& mark) {
  connection_.run("UPDATE " + marks_ +
                      " SET table_name = $3, version = $4, layout = $5, at = now() WHERE sink = $1 AND table_id = $2",
                  {place_.sink, place_.id.value, place_.table, std::to_string(mark.version), to_json(mark)});
  connection_.run("DELETE FROM " + marks_ + " WHERE sink = $1 AND table_name = $3 AND table_id <> $2",
                  {place_.sink, place_.id.value, place_.table});
  connection_.run("COMMIT");
}

}  // namespace boathouse::core
