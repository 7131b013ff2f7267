// SPDX-License-Identifier: Apache-2.0
// The side of PostgreSQL: the table that a copy lies in, made and evolved there, and the watermark beside it, a row of
// `boathouse_watermarks` in the same schema that says which version the rows are of. Both change in one transaction, which
// is this object's life: what is not committed never was. One thread.
//
// Errors: what postgres::Connection throws; conflict for a table or column there that is not as it must be.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "core/sink_layout.h"
#include "postgres/connection.h"

namespace boathouse::core {

// What is copied where, by names that people know.
struct SinkPlace {
  std::string sink;   // "WORKSPACE/NAME"
  std::string table;  // as the sink's workspace calls it
  base::TableId id{};
  std::string schema;
  std::string target() const { return sink_name(table); }
};

// What the watermark says.
struct SinkMark {
  base::SnapshotId version = 0;          // 0: a table without rows
  std::vector<std::string> key;          // there, of the primary key; empty: none
  std::vector<std::string> refused_key;  // of the table, with which its rows could not be told apart
  std::size_t most_columns = kMaxSinkColumns;
  SinkTypes types = SinkTypes::faithful;
  std::map<std::string, std::string> columns{};  // there, with their types as this house made them
};

class SinkTarget {
 public:
  // Begins the transaction; makes the schema and the table of watermarks where they are missing.
  SinkTarget(postgres::Connection& connection, const SinkPlace& place);

  // nullopt: there is none, or the table is gone. Whoever asks holds it until the end.
  std::optional<SinkMark> mark();

  // Why the table there cannot be followed, though its watermark is known: somebody took a column or the key away. Empty:
  // it can.
  std::string why_anew(const SinkLayout& layout, const SinkMark& known);
  // Of an error that a statement of this transaction met: true when the layout's key is not one of its rows, false for what
  // somebody else has put on the table, and for everything else.
  bool is_of_key(const SinkLayout& layout, const base::Error& error) const;

  // Adds columns that are missing and widens those that are narrower; `known` is what the mark said.
  void evolve(const SinkLayout& layout, const SinkMark& known);
  // Makes the table, or empties it and makes it what `layout` says.
  void begin_anew(const SinkLayout& layout, const std::optional<SinkMark>& known);
  // Of a table begun anew, once its rows are there.
  void add_key(const SinkLayout& layout);

  // A number that moves within this transaction as the table's number of rows does.
  std::int64_t row_meter() const;

  // COPY into the table itself; then connection.copy().
  void begin_copy(const SinkLayout& layout);
  // COPY of rows, or of keys only, into a table of this transaction's, which is then merged.
  void begin_rows(const SinkLayout& layout);
  void begin_keys(const SinkLayout& layout);
  // How many rows were taken.
  std::int64_t merge_rows(const SinkLayout& layout);
  std::int64_t remove_keys(const SinkLayout& layout);

  // The watermark, and the end of the transaction.
  void commit(const SinkMark& mark);

 private:
  void ensure_schema();
  bool exists() const;
  std::map<std::string, std::string> columns() const;
  void check_owner() const;
  std::string comment() const;
  struct PrimaryKey {
    std::string name;  // empty: there is none
    std::set<std::string> columns;
  };
  PrimaryKey primary_key() const;
  // And lets its columns, and `kept_before`, be NULL.
  void drop_key(const std::vector<std::string>& kept_before) const;
  // What the watermark of a table of this name said that was dropped since.
  SinkMark earlier() const;

  postgres::Connection& connection_;
  const SinkPlace place_;
  const std::string table_;  // quoted, with its schema
  const std::string marks_;
  bool adds_key_ = false;
  std::string key_name_;  // once why_anew() has seen it
};

}  // namespace boathouse::core
