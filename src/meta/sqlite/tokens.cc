// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

constexpr int kMostRefreshTokens = 1000;

const std::string kSelectApiToken =
    "SELECT id, user_id, name, workspace_id, role, token_hash, created_at, expires_at, last_used FROM api_tokens ";
const std::string kApiTokenByHash = kSelectApiToken + "WHERE token_hash = ?";
const std::string kApiTokensOf = kSelectApiToken + "WHERE user_id = ? ORDER BY created_at, id";

ApiTokenRow api_token_row(Query& row) {
  ApiTokenRow token{.id = base::TokenId(row.text()), .user = base::UserId(row.text()), .name = row.text()};
  if (auto workspace = row.optional_text()) token.workspace = base::WorkspaceId(*workspace);
  if (auto role = row.optional_text()) token.role = parse_role(*role);
  token.token_hash = row.text();
  token.created_at = row.integer();
  token.expires_at = row.optional_integer();
  token.last_used = row.optional_integer();
  return token;
}

void forget_old_refresh_tokens(Connection& connection, const RefreshTokenRow& newest) {
  run(connection,
      "DELETE FROM refresh_tokens WHERE user_id = ?1 AND (expires_at <= ?2 OR id IN (SELECT id FROM refresh_tokens "
      "WHERE user_id = ?1 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3))",
      newest.user, newest.created_at, kMostRefreshTokens);
}

}  // namespace

bool Accounts::insert_refresh_token(const RefreshTokenRow& token, std::string_view password_hash) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection,
            "INSERT INTO refresh_tokens (id, user_id, token_hash, created_at, expires_at, revoked_at) "
            "SELECT ?, id, ?, ?, ?, ? FROM users WHERE id = ? AND password_hash = ?",
            token.id, token.token_hash, token.created_at, token.expires_at, token.revoked_at, token.user,
            password_hash) == 0) {
      return false;
    }
    forget_old_refresh_tokens(connection, token);
    return true;
  });
}

std::optional<RefreshTokenRow> Accounts::find_refresh_token(std::string_view token_hash) {
  return database_.read([&](Connection& connection) {
    Query query(
        connection,
        "SELECT id, user_id, token_hash, created_at, expires_at, revoked_at FROM refresh_tokens WHERE token_hash = ?",
        token_hash);
    return first(query, [](Query& row) {
      return RefreshTokenRow{.id = base::TokenId(row.text()),
                             .user = base::UserId(row.text()),
                             .token_hash = row.text(),
                             .created_at = row.integer(),
                             .expires_at = row.integer(),
                             .revoked_at = row.optional_integer()};
    });
  });
}

bool Accounts::revoke_refresh_token(std::string_view token_hash, base::Micros at) {
  return write([&](Transaction& transaction) {
    return run(transaction.connection(),
               "UPDATE refresh_tokens SET revoked_at = ? WHERE token_hash = ? AND revoked_at IS NULL", at,
               token_hash) > 0;
  });
}

void Accounts::insert_api_token(const ApiTokenRow& token, const AuditRow& audit) {
  write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    run(connection,
        "INSERT INTO api_tokens (id, user_id, name, workspace_id, role, token_hash, created_at, expires_at, last_used) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        token.id, token.user, token.name, token.workspace, token.role, token.token_hash, token.created_at,
        token.expires_at, token.last_used);
    insert_audit(connection, audit);
  });
}

std::optional<ApiTokenRow> Accounts::find_api_token(std::string_view token_hash) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kApiTokenByHash, token_hash);
    return first(query, api_token_row);
  });
}

std::vector<ApiTokenRow> Accounts::list_api_tokens(const base::UserId& user) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kApiTokensOf, user);
    return all(query, api_token_row);
  });
}

bool Accounts::delete_api_token(const base::UserId& user, const base::TokenId& id, const AuditRow& audit) {
  return write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (run(connection, "DELETE FROM api_tokens WHERE user_id = ? AND id = ?", user, id) == 0) return false;
    insert_audit(connection, audit);
    return true;
  });
}

void Accounts::touch_api_token(const base::TokenId& id, base::Micros at) {
  write([&](Transaction& transaction) {
    run(transaction.connection(), "UPDATE api_tokens SET last_used = ? WHERE id = ?", at, id);
  });
}

}  // namespace boathouse::meta::sqlite
