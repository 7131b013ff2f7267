// SPDX-License-Identifier: Apache-2.0
// SQLite behind RAII: a connection with its cached statements, and one execution of a statement with typed arguments
// and columns. A connection belongs to one thread at a time. Whatever fails throws base::Error by sqlite_error().
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "meta/rows.h"

namespace boathouse::meta::sqlite {

// What went wrong on `connection`, in the house's words; `code` is SQLite's extended result code.
base::Error sqlite_error(sqlite3* connection, int code);

class Connection {
 public:
  enum class Use { read, write };

  // The file must exist.
  Connection(const std::filesystem::path& file, Use use, const std::string& vfs);

  sqlite3* handle() const { return handle_.get(); }
  // Prepared once, kept for the life of the connection.
  sqlite3_stmt* prepared(std::string_view sql);
  // For statements without arguments or rows. The second gives SQLite's extended code instead of throwing.
  void execute(const char* sql);
  int try_execute(const char* sql);

 private:
  void use_wal();

  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>> statements_;
};

// One execution. Arguments are bound in order; columns are read in order, one after the other, each once a row.
class Query {
 public:
  template <class... Arguments>
  Query(Connection& connection, std::string_view sql, const Arguments&... arguments)
      : connection_(connection.handle()), statement_(connection.prepared(sql)) {
    int position = 0;
    (bind(++position, arguments), ...);
  }
  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // The next row; false at the end.
  bool next();

  std::string text();
  std::int64_t integer() { return sqlite3_column_int64(statement_, column_++); }
  bool boolean() { return integer() != 0; }
  std::optional<std::int64_t> optional_integer();
  std::optional<std::string> optional_text();

 private:
  void bind(int position, std::string_view text);
  void bind(int position, const char* text) { bind(position, std::string_view(text)); }
  void bind(int position, const std::string& text) { bind(position, std::string_view(text)); }
  void bind(int position, Role role) { bind(position, to_string(role)); }
  void bind(int position, JobState state) { bind(position, to_string(state)); }
  template <class Tag>
  void bind(int position, const base::Id<Tag>& id) {
    bind(position, std::string_view(id.value));
  }
  template <class Number>
  requires std::is_integral_v<Number>
  void bind(int position, Number number) { bind_integer(position, static_cast<std::int64_t>(number)); }
  template <class Value>
  void bind(int position, const std::optional<Value>& value) {
    if (value)
      bind(position, *value);
    else
      bind_null(position);
  }
  void bind_integer(int position, std::int64_t number);
  void bind_null(int position);
  void check(int code);

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  int column_ = 0;
  bool ended_ = false;
};

// Runs a statement to its end; the number of rows that it changed.
template <class... Arguments>
std::int64_t run(Connection& connection, std::string_view sql, const Arguments&... arguments) {
  Query query(connection, sql, arguments...);
  while (query.next()) {
  }
  return sqlite3_changes64(connection.handle());
}

// An empty id is NULL in the database.
template <class Tag>
std::optional<std::string_view> nullable(const base::Id<Tag>& id) {
  if (id.empty()) return std::nullopt;
  return id.value;
}

// The first row as `make(query)` reads it; nullopt when there is none.
template <class Make>
auto first(Query& query, Make make) -> std::optional<decltype(make(query))> {
  if (!query.next()) return std::nullopt;
  return make(query);
}

template <class Make>
auto all(Query& query, Make make) {
  std::vector<decltype(make(query))> rows;
  while (query.next()) rows.push_back(make(query));
  return rows;
}

}  // namespace boathouse::meta::sqlite
