// SPDX-License-Identifier: Apache-2.0
// A connection to PostgreSQL, by libpq. One thread at a time; calls block, but end with Error{cancelled} soon after `stop`
// is requested. What libpq would take from the process's environment does not count once ignore_environment() was called.
//
// Errors: unavailable (no connection, or it was lost; a statement may then have happened), timeout (past its limit),
// conflict (whatever the server answered: its words, and as details `sqlstate` and, where it names them, `constraint` and
// `column`). No message holds the password, nor rows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "postgres/url.h"

struct pg_conn;
struct pg_result;

namespace boathouse::postgres {

using Value = std::optional<std::string>;  // the text form; nullopt: NULL
using Row = std::vector<Value>;

// Takes out of this process's environment what libpq would read there (PGPASSWORD, PGSERVICE..): a sink's URL says all there
// is to say. At start only, before other threads run.
void ignore_environment();

// Of an error that a connection threw; empty where the server said nothing of it.
std::string_view sqlstate(const base::Error& error);
std::string_view constraint(const base::Error& error);  // or the index
std::string_view column(const base::Error& error);

class Connection {
 public:
  // Connected once made: UTF-8, times in UTC, standard strings. A statement that waits longer than ten seconds for a lock
  // fails; so does one that takes longer than its limit.
  explicit Connection(const Url& url, std::stop_token stop = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Of the server, as 150020 for 15.20.
  int server_version() const;

  // One statement; its rows. `parameters` are $1, $2..
  std::vector<Row> query(const std::string& sql, const std::vector<Value>& parameters = {});
  // The same for one without rows, or several without parameters; how many rows the last one changed.
  std::int64_t run(const std::string& sql, const std::vector<Value>& parameters = {});

  // COPY .. FROM STDIN: begins; then the bytes, in pieces of any size; then the end, which tells how many rows came.
  void begin_copy(const std::string& sql);
  void copy(std::string_view bytes);
  std::int64_t end_copy();

  // How long the statements from now on may take, on both sides. A minute unless set.
  void set_limit(base::Micros limit);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, Clear>;

  void connect();
  void wait(bool for_writing, base::Micros deadline);
  void flush(base::Micros deadline);
  Result result(base::Micros deadline);
  Result last_result(base::Micros deadline);
  Result execute(const std::string& sql, const std::vector<Value>& parameters);
  base::Micros deadline() const;
  [[noreturn]] void throw_lost() const;
  void check(const pg_result* result) const;

  const Url url_;
  const std::stop_token stop_;
  std::unique_ptr<pg_conn, Finish> connection_;
  base::Micros limit_ = base::kMinute;
};

}  // namespace boathouse::postgres
