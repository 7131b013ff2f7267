// SPDX-License-Identifier: Apache-2.0
// How a table looks in PostgreSQL: its columns' names and types there, its key, and the SQL that gives the engine's rows in
// the text forms that PostgreSQL reads. Pure, any thread.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contract.h"
#include "core/sink_definition.h"
#include "iceberg/schema.h"

namespace boathouse::core {

// Past so many columns the others go to one column of type jsonb: PostgreSQL takes 1,600.
inline constexpr std::size_t kMaxSinkColumns = 1500;
inline constexpr std::string_view kRestColumn = "_more";
// The table of watermarks; see sink_target.h.
inline constexpr std::string_view kMarksTable = "boathouse_watermarks";

// A name as PostgreSQL takes it, at most 63 bytes: a longer one, one that is a system column's and those of the watermarks
// end in a hash of the whole.
std::string sink_name(std::string_view name);

// A table of PostgreSQL, quoted.
std::string sink_table_name(std::string_view schema, std::string_view table);

struct SinkColumn {
  iceberg::Field field;  // the table's
  std::string name;      // there
  std::string type;      // there, as PostgreSQL writes it: "numeric(10,2)"
  bool is_json = false;
  bool finite = false;  // what is infinite is NULL there
};

struct SinkLayout {
  std::vector<SinkColumn> columns;
  std::vector<SinkColumn> rest;  // in one column, by the table's own names
  std::string rest_name;         // of that one; empty: there is none
  std::vector<std::string> key;  // there; empty: none

  // Every column there, with its type.
  std::map<std::string, std::string> types() const;
  // Quoted, with commas between them.
  std::string column_list() const;
  std::string key_list() const;
  // Whether a floating number of the table is a numeric there.
  bool has_float_numerics() const;
  // Of the key: the table's own fields.
  std::vector<iceberg::Field> key_fields() const;
};

struct LayoutWish {
  SinkTypes types = SinkTypes::faithful;
  std::vector<std::string> key;  // the table's columns; empty: none
  std::size_t most_columns = kMaxSinkColumns;
  bool finite_numerics = false;  // no numeric there takes an infinity, as in PostgreSQL 13
};
SinkLayout sink_layout(const iceberg::Schema& schema, const std::optional<Contract>& contract, const LayoutWish& wish);

// SELECT over `rows` (SQL that gives the table's columns by their names) of what COPY takes, in the layout's order.
std::string copied_rows_sql(const SinkLayout& layout, std::string_view rows);
// The same of the key only.
std::string copied_keys_sql(const SinkLayout& layout, std::string_view rows);

// True when every value of a column of type `from` stays itself in one of type `to`, which PostgreSQL turns it into.
bool widens(std::string_view from, std::string_view to);

}  // namespace boathouse::core
