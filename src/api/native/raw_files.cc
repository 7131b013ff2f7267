// SPDX-License-Identifier: Apache-2.0
#include "api/native/raw_files.h"

#include "base/encoding.h"
#include "core/raw_files.h"
#include "net/conditional.h"

namespace boathouse::api::native {
namespace {

// What the urls of a table's files begin with.
std::string url_prefix(const Call& call) {
  return fmt::format("/v1/workspaces/{}/tables/{}/files/", base::percent_encode(call.request.param("workspace")),
                     base::percent_encode(call.table()));
}

}  // namespace

net::Response scan_table(const Call& call) {
  allow_params(call.request, {"version", "branch"});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  return net::json_response(200, core::RawFiles(call.services.parts)
                                     .scan(workspace, call.table(), text_param(call.request, "version"),
                                           text_param(call.request, "branch"), url_prefix(call)));
}

net::Response get_raw_file(const Call& call) {
  allow_params(call.request, {});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  core::RawFile file = core::RawFiles(call.services.parts)
                           .open(workspace, call.table(), call.request.param("version"), call.request.param("place"));
  return net::conditional_response(call.request, {.etag = std::move(file.etag)},
                                   {.file = std::move(file.file), .offset = 0, .length = file.bytes},
                                   "application/vnd.apache.parquet");
}

}  // namespace boathouse::api::native
