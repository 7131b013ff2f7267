// SPDX-License-Identifier: Apache-2.0
#include "api/native/tables.h"

#include "api/common/idempotency.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace {

using base::Error;
using base::ErrorKind;

std::optional<base::Duration> duration_field(JsonFields& fields, std::string_view name) {
  auto text = fields.optional_text(name);
  if (!text) return std::nullopt;
  auto duration = base::parse_duration(*text);
  if (!duration) {
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" is a duration such as 30d, 12h or forever", name))
        .with("field", std::string(name));
  }
  return duration;
}

core::TableSettings read_settings(const std::string& body) {
  JsonFields fields(parse_json(body));
  core::TableSettings settings{.keep_versions = fields.optional_integer("keep_versions"),
                               .keep_for = duration_field(fields, "keep_for"),
                               .description = fields.optional_text("description")};
  fields.finish();
  if (settings.keep_versions && *settings.keep_versions < 1) {
    throw Error(ErrorKind::invalid_argument, "\"keep_versions\" is 1 or more").with("field", "keep_versions");
  }
  return settings;
}

}  // namespace

net::Response list_tables(const Call& call) {
  allow_params(call.request, {"prefix", "limit", "page_token"});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  return net::json_response(200, call.services.tables.list(workspace, call.request.query.get("prefix"),
                                                           page_params(call.request, kMaxPageLimit)));
}

net::Response describe_table(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(200, call.services.tables.describe(call.workspace(auth::Action::read), call.table()));
}

net::Response patch_table(const Call& call) {
  allow_params(call.request, {});
  boost::json::object answer;
  call.administer("change-table", call.table(), [&](const meta::WorkspaceRow& workspace) {
    call.services.tables.change_settings(workspace, call.table(), read_settings(call.body));
    answer = call.services.tables.describe(workspace, call.table());
  });
  return net::json_response(200, answer);
}

net::Response drop_table(const Call& call) {
  allow_params(call.request, {});
  call.administer("drop-table", call.table(),
                  [&](const meta::WorkspaceRow& workspace) { call.services.tables.drop(workspace, call.table()); });
  return net::empty_response();
}

net::Response put_contract(const Call& call) {
  allow_params(call.request, {});
  core::Contract contract;
  call.administer("set-contract", call.table(), [&](const meta::WorkspaceRow& workspace) {
    contract = core::parse_contract_json(parse_json(call.body));
    call.services.tables.put_contract(workspace, call.table(), contract, call.actor());
  });
  return net::json_response(200, core::to_json(contract));
}

net::Response get_contract(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(
      200, core::to_json(call.services.tables.contract(call.workspace(auth::Action::read), call.table())));
}

net::Response delete_contract(const Call& call) {
  allow_params(call.request, {});
  call.administer("delete-contract", call.table(), [&](const meta::WorkspaceRow& workspace) {
    call.services.tables.remove_contract(workspace, call.table());
  });
  return net::empty_response();
}

net::Response delete_rows(const Call& call) {
  allow_params(call.request, {"where", "all", "branch"});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::write);
  auto where = text_param(call.request, "where");
  bool all = flag_param(call.request, "all").value_or(false);
  if (where.has_value() == all) {
    throw Error(ErrorKind::invalid_argument,
                "say which rows: where=EXPRESSION, or all=true to delete every row, and not both");
  }
  std::string branch = text_param(call.request, "branch").value_or("main");
  auto key = idempotency_key(call.request, call.principal.user.value, workspace, call.body);
  core::RowsDeleted deleted =
      call.services.tables.delete_rows(workspace, call.table(), branch, where, call.actor(), key);
  if (deleted.replayed_answer) return first_answer_again(std::move(*deleted.replayed_answer));
  return net::json_response(200, core::to_json(deleted));
}

}  // namespace boathouse::api::native
