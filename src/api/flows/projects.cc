// SPDX-License-Identifier: Apache-2.0
#include "api/flows/projects.h"

#include <boost/json/value.hpp>

#include "api/flows/wire.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::flows {
namespace {

namespace json = boost::json;

std::int64_t fid_of_path(const Call& call) {
  return base::parse_number<std::int64_t>(call.request.param("fid")).value_or(-1);
}

json::object with_owner(const meta::FlowRow& flow) {
  json::object row = to_json(flow);
  row["uid"] = flow.owner_uid;
  return row;
}

std::string require_member(const Call& call) {
  std::string who = call.fields.text("email");
  if (who.empty()) who = call.fields.text("name");
  if (who.empty()) throw missing_fields();
  return who;
}

}  // namespace

net::Response list_flows(const Call& call) {
  const std::string search(call.request.query.get("search"));
  const auto page = call.services.flows.list(call.caller, search, page_of(call.request));
  json::array rows;
  for (const meta::FlowRow& flow : page.rows) rows.push_back(with_owner(flow));
  return list_response(call.request, std::move(rows), page.next);
}

net::Response create_flow(const Call& call) {
  core::NewFlow wanted{.title = call.fields.text("title")};
  if (!call.fields.any("description").is_null()) wanted.description = call.fields.change("description");
  return net::json_response(201, to_json(call.services.flows.create(call.caller, wanted)));
}

net::Response get_flow(const Call& call) {
  const meta::FlowRow flow = call.services.flows.find(call.caller, fid_of_path(call));
  json::object row = with_owner(flow);
  const auto dataset = call.services.flow_datasets.find(flow);
  row["dataset"] = dataset ? json::value(to_json(*dataset)) : json::value();
  return net::json_response(200, row);
}

net::Response change_flow(const Call& call) {
  meta::FlowChange change{.title = call.fields.change("title")};
  if (call.fields.has("description")) {
    const bool clears = call.fields.any("description").is_null();
    change.description = clears ? std::nullopt : call.fields.change("description");
  }
  return net::json_response(200, with_owner(call.services.flows.change(call.caller, fid_of_path(call), change)));
}

net::Response delete_flow(const Call& call) {
  return net::json_response(200, with_owner(call.services.flows.remove(call.caller, fid_of_path(call))));
}

net::Response list_members(const Call& call) {
  return net::json_response(200, to_array(call.services.flows.members(call.caller, require_fid(call))));
}

net::Response add_member(const Call& call) {
  const std::int64_t fid = require_fid(call);
  const auto member = call.services.flows.add_member(call.caller, fid, require_member(call));
  return net::json_response(201, json::array{to_json(member)});
}

net::Response remove_member(const Call& call) {
  const std::int64_t fid = require_fid(call);
  const auto member = call.services.flows.remove_member(call.caller, fid, require_member(call));
  return net::json_response(200, json::array{to_json(member)});
}

net::Response get_rules(const Call& call) {
  return net::json_response(200, call.services.flow_rules.get(call.caller, require_fid(call)));
}

net::Response set_rules(const Call& call) {
  const std::int64_t fid = require_fid(call);
  return net::json_response(200, call.services.flow_rules.set(call.caller, fid, call.fields.structured("rules")));
}

net::Response list_activity(const Call& call) {
  const auto page = call.services.flows.activity(call.caller, require_fid(call), page_of(call.request));
  return list_response(call.request, to_array(page.rows), page.next);
}

}  // namespace boathouse::api::flows
