// SPDX-License-Identifier: Apache-2.0
#include "postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstdlib>

#include "base/numbers.h"

namespace boathouse::postgres {
namespace {

using base::Error;
using base::ErrorKind;

constexpr base::Micros kConnectLimit = 10 * base::kSecond;
// How long the server may take no byte of a copy.
constexpr base::Micros kStallLimit = 2 * base::kMinute;
// The server ends a statement at its limit; this side waits a little longer for that to arrive.
constexpr base::Micros kGrace = 10 * base::kSecond;
constexpr int kLookMilliseconds = 100;

// What holds for every connection, whatever its URL says: a host that went away is noticed within half a minute.
constexpr std::array<std::pair<const char*, const char*>, 9> kAlways = {{
    {"fallback_application_name", "boathouse"},
    {"client_encoding", "UTF8"},
    {"gssencmode", "disable"},
    {"keepalives", "1"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"},
    {"passfile", "/dev/null"},
}};
constexpr const char* kSystemCertificates = "/etc/ssl/certs/ca-certificates.crt";

std::string one_line(std::string_view text) {
  std::string line;
  for (char c : text) {
    bool blank = static_cast<unsigned char>(c) < 0x20;
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

bool is_good(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN ||
         status == PGRES_EMPTY_QUERY;
}

std::int64_t changed_by(PGresult* result) { return base::parse_number<std::int64_t>(PQcmdTuples(result)).value_or(0); }

std::string explained(std::string_view state, std::string message) {
  if (state == "55P03") return "another session locks what the copy needs: " + message;
  if (state == "57014") return "the statement took too long: " + message;
  return message;
}

Error with_field(Error error, const char* detail, const char* value) {
  if (value == nullptr) return error;
  return std::move(error).with(detail, value);
}

std::string_view told(const Error& error, std::string_view detail) {
  const boost::json::value* text = error.detail().if_contains(detail);
  return text == nullptr ? std::string_view() : std::string_view(text->as_string());
}

}  // namespace

void ignore_environment() {
  PQconninfoOption* options = PQconndefaults();
  for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr; ++option) {
    if (option->envvar != nullptr) ::unsetenv(option->envvar);
  }
  PQconninfoFree(options);
}

std::string_view sqlstate(const Error& error) { return told(error, "sqlstate"); }
std::string_view constraint(const Error& error) { return told(error, "constraint"); }
std::string_view column(const Error& error) { return told(error, "column"); }

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }
void Connection::Clear::operator()(pg_result* result) const { PQclear(result); }

Connection::Connection(const Url& url, std::stop_token stop) : url_(url), stop_(std::move(stop)) {
  connect();
  run("SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET standard_conforming_strings = on; SET lock_timeout = "
      "'10s'; "
      "SET idle_in_transaction_session_timeout = 0");
  // So that a session of ours whose process died does not go on working.
  if (server_version() >= 140000) run("SET client_connection_check_interval = '5s'");
  set_limit(base::kMinute);
}

Connection::~Connection() = default;

void Connection::connect() {
  std::vector<const char*> names;
  std::vector<const char*> values;
  auto add = [&](const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  };
  for (const auto& [name, value] : url_.parameters()) {
    add(name.c_str(), value.c_str());
    if (name == "sslmode" && value.starts_with("verify-")) add("sslrootcert", kSystemCertificates);
  }
  for (const auto& [name, value] : kAlways) add(name, value);
  add(nullptr, nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection_) throw Error(ErrorKind::unavailable, "no memory is left for a connection");
  const base::Micros until = base::steady_micros() + url_.connect_limit().value_or(kConnectLimit);
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
       next = PQconnectPoll(connection_.get())) {
    if (next == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) throw_lost();
    wait(next == PGRES_POLLING_WRITING, until);
  }
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }

void Connection::set_limit(base::Micros limit) {
  limit_ = limit;
  run(fmt::format("SET statement_timeout = {}", limit / base::kMillisecond));
}

base::Micros Connection::deadline() const { return base::steady_micros() + limit_ + kGrace; }

void Connection::wait(bool for_writing, base::Micros deadline) {
  pollfd waiting{.fd = PQsocket(connection_.get()),
                 .events = static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN),
                 .revents = 0};
  // While a connection is being made there may be no input to wait for.
  if (for_writing && PQstatus(connection_.get()) != CONNECTION_OK) waiting.events = POLLOUT;
  if (waiting.fd < 0) throw_lost();
  for (;;) {
    int ready = ::poll(&waiting, 1, kLookMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while waiting for the database");
    if (base::steady_micros() >= deadline) {
      throw Error(ErrorKind::timeout, fmt::format("the database at {}:{} does not answer", url_.host(), url_.port()));
    }
  }
}

void Connection::flush(base::Micros deadline) {
  for (;;) {
    int left = PQflush(connection_.get());
    if (left == 0) return;
    if (left < 0) throw_lost();
    wait(true, deadline);
    // A server that has something to say may take nothing more before it is heard.
    if (PQconsumeInput(connection_.get()) == 0) throw_lost();
  }
}

Connection::Result Connection::result(base::Micros deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    wait(false, deadline);
    if (PQconsumeInput(connection_.get()) == 0) throw_lost();
  }
  return Result(PQgetResult(connection_.get()));
}

Connection::Result Connection::execute(const std::string& sql, const std::vector<Value>& parameters) {
  const base::Micros until = deadline();
  int sent = 0;
  if (parameters.empty()) {
    sent = PQsendQuery(connection_.get(), sql.c_str());
  } else {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const Value& value : parameters) values.push_back(value ? value->c_str() : nullptr);
    sent = PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                             nullptr, nullptr, 0);
  }
  if (sent == 0) throw_lost();
  flush(until);
  return last_result(until);
}

// The first failure counts; whatever follows it is read, so that the connection can be used again.
Connection::Result Connection::last_result(base::Micros until) {
  Result last;
  while (Result next = result(until)) {
    if (!last || is_good(last.get())) last = std::move(next);
    if (PQresultStatus(last.get()) == PGRES_COPY_IN) break;
  }
  check(last.get());
  return last;
}

std::vector<Row> Connection::query(const std::string& sql, const std::vector<Value>& parameters) {
  Result result = execute(sql, parameters);
  std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const int row = static_cast<int>(i);
      if (PQgetisnull(result.get(), row, column) != 0) {
        rows[i].emplace_back();
      } else {
        rows[i].emplace_back(std::string(PQgetvalue(result.get(), row, column),
                                         static_cast<std::size_t>(PQgetlength(result.get(), row, column))));
      }
    }
  }
  return rows;
}

std::int64_t Connection::run(const std::string& sql, const std::vector<Value>& parameters) {
  return changed_by(execute(sql, parameters).get());
}

void Connection::begin_copy(const std::string& sql) {
  Result result = execute(sql, {});
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
    throw Error(ErrorKind::internal, "the server takes no rows after a COPY");
  }
}

void Connection::copy(std::string_view bytes) {
  if (bytes.empty()) return;
  if (PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) throw_lost();
  flush(base::steady_micros() + kStallLimit);
}

std::int64_t Connection::end_copy() {
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) throw_lost();
  const base::Micros until = deadline();
  flush(until);
  return changed_by(last_result(until).get());
}

void Connection::throw_lost() const {
  std::string message = one_line(PQerrorMessage(connection_.get()));
  if (message.empty()) message = "the connection to the database was lost";
  throw Error(ErrorKind::unavailable, url_.scrubbed(std::move(message)));
}

void Connection::check(const pg_result* result) const {
  if (result == nullptr) throw_lost();
  if (is_good(result)) return;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // Only the first line: the details of an error hold rows.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr || message == nullptr) throw_lost();
  // Classes 57P and 08: the server goes down or the connection is broken.
  const std::string_view code = state;
  const bool lost = code.starts_with("08") || code.starts_with("57P");
  Error error =
      Error(lost ? ErrorKind::unavailable : ErrorKind::conflict, url_.scrubbed(explained(code, one_line(message))))
          .with("sqlstate", std::string(code));
  error = with_field(std::move(error), "constraint", PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
  throw with_field(std::move(error), "column", PQresultErrorField(result, PG_DIAG_COLUMN_NAME));
}

}  // namespace boathouse::postgres
