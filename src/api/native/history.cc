// SPDX-License-Identifier: Apache-2.0
#include "api/native/history.h"

namespace boathouse::api::native {

net::Response list_versions(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  return net::json_response(
      200, call.services.tables.versions(call.workspace(auth::Action::read), call.table(), page_params(call.request)));
}

net::Response roll_back(const Call& call) {
  allow_params(call.request, {});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::write);
  JsonFields fields(parse_json(call.body));
  std::string version = fields.text("version");
  fields.finish();
  base::SnapshotId made =
      call.services.history.rollback(workspace, call.table(), {.version = std::move(version)}, call.actor());
  return net::json_response(200, {{"version", std::to_string(made)}});
}

net::Response list_branches(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  return net::json_response(
      200, call.services.history.branches(call.workspace(auth::Action::read), call.table(), page_params(call.request)));
}

net::Response create_branch(const Call& call) {
  allow_params(call.request, {});
  boost::json::object made;
  call.administer("create-branch", call.table(), [&](const meta::WorkspaceRow& workspace) {
    JsonFields fields(parse_json(call.body));
    std::string name = fields.text("name");
    auto from = fields.optional_text("from");
    fields.finish();
    made = call.services.history.create_branch(workspace, call.table(), name, from);
  });
  return net::json_response(201, made);
}

net::Response fast_forward_branch(const Call& call) {
  allow_params(call.request, {});
  boost::json::object moved;
  call.administer("fast-forward-branch", call.table(), [&](const meta::WorkspaceRow& workspace) {
    JsonFields fields(parse_json(call.body));
    std::string to = fields.text("to");
    fields.finish();
    moved = call.services.history.fast_forward(workspace, call.table(), call.request.param("branch"), to);
  });
  return net::json_response(200, moved);
}

net::Response delete_branch(const Call& call) {
  allow_params(call.request, {});
  call.administer("delete-branch", call.table(), [&](const meta::WorkspaceRow& workspace) {
    call.services.history.remove_branch(workspace, call.table(), call.request.param("branch"));
  });
  return net::empty_response();
}

net::Response list_tags(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  return net::json_response(
      200, call.services.history.tags(call.workspace(auth::Action::read), call.table(), page_params(call.request)));
}

net::Response create_tag(const Call& call) {
  allow_params(call.request, {});
  boost::json::object made;
  call.administer("create-tag", call.table(), [&](const meta::WorkspaceRow& workspace) {
    JsonFields fields(parse_json(call.body));
    std::string name = fields.text("name");
    auto version = fields.optional_text("version");
    fields.finish();
    made = call.services.history.create_tag(workspace, call.table(), name, version);
  });
  return net::json_response(201, made);
}

net::Response delete_tag(const Call& call) {
  allow_params(call.request, {});
  call.administer("delete-tag", call.table(), [&](const meta::WorkspaceRow& workspace) {
    call.services.history.remove_tag(workspace, call.table(), call.request.param("tag"));
  });
  return net::empty_response();
}

}  // namespace boathouse::api::native
