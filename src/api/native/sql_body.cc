// SPDX-License-Identifier: Apache-2.0
#include "api/native/sql_body.h"

#include "api/common/json_fields.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace {

using base::Error;
using base::ErrorKind;

std::optional<std::uint64_t> checked_limit(std::optional<std::int64_t> limit, std::int64_t most) {
  if (!limit) return std::nullopt;
  if (*limit < 0 || *limit > most) {
    throw Error(ErrorKind::invalid_argument, fmt::format("\"limit\" is a whole number from 0 to {}", most))
        .with("field", "limit");
  }
  return static_cast<std::uint64_t>(*limit);
}

bool wants_latest(const std::optional<std::string>& text) {
  if (!text || *text == "latest") return true;
  if (*text == "committed") return false;
  throw Error(ErrorKind::invalid_argument, "consistency is latest or committed").with("field", "consistency");
}

boost::json::value checked_params(boost::json::value params) {
  if (params.is_null() || params.is_array() || params.is_object()) return params;
  throw Error(ErrorKind::invalid_argument, "params is an array (?, $1) or an object ($name)").with("field", "params");
}

}  // namespace

core::QueryRequest read_sql(const Services& services, const auth::Principal& principal, const std::string& body,
                            std::int64_t most_rows) {
  JsonFields fields(parse_json(body));
  core::QueryRequest query;
  query.sql = fields.text("sql");
  auto workspace = fields.optional_text("workspace");
  query.params = checked_params(fields.any("params"));
  query.limit = checked_limit(fields.optional_integer("limit"), most_rows);
  query.latest = wants_latest(fields.optional_text("consistency"));
  fields.finish();
  query.workspace =
      services.auth.access
          .resolve_workspace(principal, auth::Action::read, workspace, auth::DefaultWorkspace::main_or_personal)
          .workspace;
  query.lookup = core::workspaces_of(services.auth.access, principal);
  return query;
}

}  // namespace boathouse::api::native
