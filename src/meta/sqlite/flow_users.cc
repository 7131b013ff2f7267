// SPDX-License-Identifier: Apache-2.0
// Users as the flows door knows them: their numbers, and the one refresh token of each.
#include "base/encoding.h"
#include "meta/sqlite/flows.h"

namespace boathouse::meta::sqlite {
namespace {

constexpr std::string_view kUidOf = "SELECT uid FROM flow_users WHERE user_id = ?";

void number_user(Connection& connection, const base::UserId& user) {
  run(connection, "INSERT INTO flow_users (user_id) SELECT id FROM users WHERE id = ? ON CONFLICT DO NOTHING", user);
}

// A title that the heir has already gets a number behind it.
void pass_on_titles(Connection& connection, const base::UserId& user, const base::UserId& heir) {
  Query query(connection,
              "SELECT fid, title FROM flows WHERE owner_id = ?1 AND title IN (SELECT title FROM flows WHERE owner_id = "
              "?2) ORDER BY fid",
              user, heir);
  for (const auto& [fid, title] : all(query, [](Query& row) { return std::pair{row.integer(), row.text()}; })) {
    std::string numbered;
    auto is_taken = [&] {
      return Query(connection, "SELECT 1 FROM flows WHERE owner_id IN (?1, ?2) AND title = ?3", user, heir, numbered)
          .next();
    };
    int number = 2;
    do {
      const std::string end = fmt::format(" ({})", number++);
      numbered = std::string(base::prefix_code_points(title, kMaxFlowTitle - end.size())) + end;
    } while (is_taken());
    run(connection, "UPDATE flows SET title = ?2 WHERE fid = ?1", fid, numbered);
  }
}

}  // namespace

std::int64_t Flows::uid_of(const base::UserId& user) {
  auto look = [&](Connection& connection) {
    Query query(connection, kUidOf, user);
    return first(query, [](Query& row) { return row.integer(); });
  };
  if (auto known = database_.read(look)) return *known;
  auto given = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    number_user(connection, user);
    return look(connection);
  });
  if (!given) throw base::Error(base::ErrorKind::not_found, "The user does not exist any more.");
  return *given;
}

bool Flows::put_refresh_token(const FlowRefreshTokenRow& token, const base::UserId& user,
                              std::string_view password_hash) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(),
               "INSERT INTO flow_refresh_tokens (uid, token_hash, created_at, updated_at, expires_at) "
               "SELECT f.uid, ?2, ?3, ?4, ?5 FROM flow_users f JOIN users u ON u.id = f.user_id "
               "WHERE f.uid = ?1 AND u.id = ?6 AND u.password_hash = ?7 "
               "ON CONFLICT (uid) DO UPDATE SET token_hash = excluded.token_hash, updated_at = excluded.updated_at, "
               "expires_at = excluded.expires_at",
               token.uid, token.token_hash, token.created_at, token.updated_at, token.expires_at, user,
               password_hash) > 0;
  });
}

std::optional<FlowRefreshTokenRow> Flows::find_refresh_token(std::string_view token_hash) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT t.rtid, t.uid, f.user_id, t.token_hash, t.created_at, t.updated_at, t.expires_at "
                "FROM flow_refresh_tokens t JOIN flow_users f ON f.uid = t.uid WHERE t.token_hash = ?",
                token_hash);
    return first(query, [](Query& row) {
      return FlowRefreshTokenRow{.rtid = row.integer(),
                                 .uid = row.integer(),
                                 .user = base::UserId(row.text()),
                                 .token_hash = row.text(),
                                 .created_at = row.integer(),
                                 .updated_at = row.integer(),
                                 .expires_at = row.integer()};
    });
  });
}

bool Flows::has_refresh_token(std::int64_t uid) {
  return database_.read([&](Connection& connection) {
    return Query(connection, "SELECT 1 FROM flow_refresh_tokens WHERE uid = ?", uid).next();
  });
}

bool Flows::delete_refresh_token(std::string_view token_hash) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "DELETE FROM flow_refresh_tokens WHERE token_hash = ?", token_hash) > 0;
  });
}

void delete_flow_refresh_token(Connection& connection, const base::UserId& user) {
  run(connection, "DELETE FROM flow_refresh_tokens WHERE uid = (SELECT uid FROM flow_users WHERE user_id = ?)", user);
}

void pass_on_flows(Connection& connection, const base::UserId& user, const base::UserId& heir) {
  if (!Query(connection, "SELECT 1 FROM flows WHERE owner_id = ?", user).next()) return;
  number_user(connection, heir);
  pass_on_titles(connection, user, heir);
  run(connection,
      "INSERT INTO flow_members (fid, user_id) SELECT f.fid, u.id FROM flows f JOIN users u ON u.id = ?2 "
      "WHERE f.owner_id = ?1 ON CONFLICT DO NOTHING",
      user, heir);
  run(connection, "UPDATE flows SET owner_id = ?2 WHERE owner_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE id = ?2)",
      user, heir);
}

}  // namespace boathouse::meta::sqlite
