// SPDX-License-Identifier: Apache-2.0
// One request of the native API as its handlers see it: authenticated, its small body read, on a thread that may block.
// Handlers are plain functions; the coroutine around them is written once, here.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "api/common/json_fields.h"
#include "api/common/query_params.h"
#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::native {

struct Call {
  const Services& services;
  const net::Request& request;
  auth::Principal principal{};
  std::string body{};

  // Decides about the workspace of the path: not_found for strangers, permission_denied for too low a role.
  meta::WorkspaceRow workspace(auth::Action action) const;
  // For changes of how things are set up: decides that the caller may do so in the workspace of the path, runs
  // `work(workspace)` and leaves a row in the audit log, also when it was refused.
  void administer(std::string what, std::string target, const std::function<void(const meta::WorkspaceRow&)>& work,
                  auth::Action action = auth::Action::write) const;
  // For routes whose body says nothing: empty, or an object without fields. Error{invalid_argument} that names a field.
  void expect_no_fields() const;
  const std::string& table() const { return request.param("table"); }
  auth::Caller caller() const { return {principal, base::RequestId(request.request_id)}; }
  core::Actor actor() const { return {principal.name, base::RequestId(request.request_id), "native"}; }
};

using BlockingHandler = std::function<net::Response(const Call&)>;

inline constexpr std::size_t kMaxJsonBody = 4 << 20;

// How long a handler may hold its thread: quick ones touch metadata and disk, slow ones hash passwords or wait for a worker.
enum class Pace { quick, slow };

// Authenticates, reads the body (at most kMaxJsonBody) and runs the handler on the pool for its pace.
net::Handler signed_in(const Services& services, BlockingHandler handler, Pace pace = Pace::quick);
// The same without a principal.
net::Handler open_to_all(const Services& services, BlockingHandler handler, Pace pace = Pace::quick);

}  // namespace boathouse::api::native
