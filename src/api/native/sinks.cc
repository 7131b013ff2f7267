// SPDX-License-Identifier: Apache-2.0
#include "api/native/sinks.h"

#include "base/error.h"
#include "core/apply_files.h"
#include "core/sinks.h"

namespace boathouse::api::native {
namespace {

// Variables are the server's, so only who administers it may name them.
std::optional<std::string> refuse_variables(const std::string&) {
  throw base::Error(base::ErrorKind::permission_denied,
                    "url_env: only owners of main may name a variable of the server; give the url itself")
      .with("field", "url_env");
}

}  // namespace

net::Response list_sinks(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request);
  boost::json::array list;
  for (boost::json::object& sink : call.services.sinks.list(call.workspace(auth::Action::read))) {
    list.push_back(std::move(sink));
  }
  return net::json_response(200, page_of("sinks", std::move(list), page));
}

net::Response get_sink(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(
      200, call.services.sinks.describe(call.workspace(auth::Action::read), call.request.param("sink")));
}

net::Response put_sink(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("sink");
  net::Response answer;
  call.administer(
      "set-sink", name,
      [&](const meta::WorkspaceRow& workspace) {
        const boost::json::object fields = parse_json_object(call.body);
        const core::VariableLookup variables = call.principal.is_admin ? core::process_environment : refuse_variables;
        const core::SinkPut put =
            call.services.sinks.put(workspace, core::parse_sink(fields, variables, name), call.principal);
        answer = net::json_response(put == core::SinkPut::created ? 201 : 200,
                                    call.services.sinks.describe(workspace, name));
      },
      auth::Action::administer);
  return answer;
}

net::Response delete_sink(const Call& call) {
  allow_params(call.request, {});
  const std::string& name = call.request.param("sink");
  call.administer(
      "delete-sink", name, [&](const meta::WorkspaceRow& workspace) { call.services.sinks.remove(workspace, name); },
      auth::Action::administer);
  return net::empty_response();
}

}  // namespace boathouse::api::native
