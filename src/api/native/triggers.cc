// SPDX-License-Identifier: Apache-2.0
#include "api/native/triggers.h"

#include "base/error.h"

namespace boathouse::api::native {
namespace {

boost::json::object to_json(const core::ListedTrigger& listed) {
  boost::json::object out = core::to_json(listed.trigger);
  out["built_in"] = listed.built_in;
  out["created_at"] = base::to_rfc3339(listed.trigger.created_at);
  out["updated_at"] = base::to_rfc3339(listed.trigger.updated_at);
  return out;
}

// The built-in triggers of several buckets have one name.
std::string bucket_of(const Call& call) { return text_param(call.request, "bucket").value_or(""); }

}  // namespace

net::Response list_triggers(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  boost::json::array list;
  for (const core::ListedTrigger& listed : call.services.triggers.list(call.workspace(auth::Action::read))) {
    list.push_back(to_json(listed));
  }
  return net::json_response(200, page_of("triggers", std::move(list), page));
}

net::Response get_trigger(const Call& call) {
  allow_params(call.request, {"bucket"});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  return net::json_response(
      200, to_json(call.services.triggers.find(workspace, call.request.param("trigger"), bucket_of(call))));
}

net::Response put_trigger(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("trigger");
  net::Response answer;
  call.administer("set-trigger", name, [&](const meta::WorkspaceRow& workspace) {
    const bool created = call.services.triggers.put(workspace, core::parse_trigger(name, parse_json_object(call.body)));
    answer = net::json_response(created ? 201 : 200, to_json(call.services.triggers.find(workspace, name)));
  });
  return answer;
}

net::Response delete_trigger(const Call& call) {
  allow_params(call.request, {"bucket"});
  const std::string& name = call.request.param("trigger");
  call.administer("delete-trigger", name, [&](const meta::WorkspaceRow& workspace) {
    call.services.triggers.remove(workspace, name, bucket_of(call));
  });
  return net::empty_response();
}

}  // namespace boathouse::api::native
