// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/connection.h"

#include <cerrno>
#include <chrono>
#include <thread>

namespace boathouse::meta::sqlite {
namespace {

using base::Error;
using base::ErrorKind;

// Another process (a backup, somebody's sqlite3 shell) may hold the write lock for a while: wait for it.
constexpr int kBusyMilliseconds = 30'000;

// The errno of the last failed call on `file`. SQLite's own sqlite3_system_errno() forgets that of a failed write.
int last_errno(sqlite3_file* file) {
  int number = 0;
  if (file && file->pMethods) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

int disk_errno(sqlite3* connection) {
  if (!connection) return EIO;
  if (int number = sqlite3_system_errno(connection)) return number;
  for (int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {  // the log, then the database
    sqlite3_file* file = nullptr;
    sqlite3_file_control(connection, "main", which, &file);
    if (int number = last_errno(file)) return number;
  }
  return EIO;
}

Error by_code(sqlite3* connection, int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return {ErrorKind::storage_full, "The disk of the metadata store is full."};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return base::system_error(disk_errno(connection), "The metadata store cannot use its disk");
    case SQLITE_READONLY:
    case SQLITE_PERM: return {ErrorKind::unavailable, "The metadata store cannot be written: it is read-only."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorKind::unavailable, "The metadata store is held by another process."};
    case SQLITE_NOMEM: return {ErrorKind::unavailable, "The metadata store is out of memory."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorKind::internal, "The metadata store is damaged."};
    default: return {ErrorKind::internal, "The metadata store failed."};
  }
}

}  // namespace

Error sqlite_error(sqlite3* connection, int code) {
  Error error = by_code(connection, code);
  std::string cause = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  error.while_doing("SQLite " + std::to_string(code) + ": " + cause);
  return error;
}

Connection::Connection(const std::filesystem::path& file, Use use, const std::string& vfs) {
  sqlite3* opened = nullptr;
  // Readers open for writing too, since a reader may have to recover the write-ahead log; query_only keeps them
  // reading.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(file.c_str(), &opened, flags, vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(opened);
  if (code != SQLITE_OK) throw sqlite_error(opened, code);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  use_wal();
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
  execute("PRAGMA journal_size_limit = 67108864");
  if (use == Use::read) execute("PRAGMA query_only = ON");
}

// Turning a fresh file into one with a log does not wait for another process that does the same, so we do.
void Connection::use_wal() {
  for (int waited = 0; waited < kBusyMilliseconds; waited += 10) {
    int code = try_execute("PRAGMA journal_mode = WAL");
    if (code == SQLITE_OK) break;
    if ((code & 0xff) != SQLITE_BUSY) throw sqlite_error(handle(), code);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Query query(*this, "PRAGMA journal_mode");
  if (query.next() && query.text() == "wal") return;
  throw Error(ErrorKind::unavailable,
              "The file system of the data directory cannot hold a write-ahead log (no shared memory).");
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  if (auto found = statements_.find(sql); found != statements_.end()) return found->second.get();
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                &statement, nullptr);
  if (code != SQLITE_OK) throw sqlite_error(handle(), code);
  statements_.emplace(sql, statement);
  return statement;
}

void Connection::execute(const char* sql) {
  if (int code = try_execute(sql); code != SQLITE_OK) throw sqlite_error(handle(), code);
}

int Connection::try_execute(const char* sql) { return sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr); }

bool Query::next() {
  if (ended_) return false;  // stepping once more would run the statement again
  column_ = 0;
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  ended_ = true;
  if (code == SQLITE_DONE) return false;
  throw sqlite_error(connection_, code);
}

std::string Query::text() {
  int column = column_++;
  // The text first: asking for its size may convert it.
  const unsigned char* bytes = sqlite3_column_text(statement_, column);
  int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)) : std::string();
}

std::optional<std::int64_t> Query::optional_integer() {
  bool absent = sqlite3_column_type(statement_, column_) == SQLITE_NULL;
  std::int64_t value = integer();
  return absent ? std::nullopt : std::optional(value);
}

std::optional<std::string> Query::optional_text() {
  bool absent = sqlite3_column_type(statement_, column_) == SQLITE_NULL;
  std::string value = text();
  return absent ? std::nullopt : std::optional(std::move(value));
}

// Arguments outlive the query, so they need not be copied; a null pointer would bind NULL.
void Query::bind(int position, std::string_view text) {
  check(sqlite3_bind_text64(statement_, position, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Query::bind_integer(int position, std::int64_t number) { check(sqlite3_bind_int64(statement_, position, number)); }

void Query::bind_null(int position) { check(sqlite3_bind_null(statement_, position)); }

void Query::check(int code) {
  if (code != SQLITE_OK) throw sqlite_error(connection_, code);
}

}  // namespace boathouse::meta::sqlite
