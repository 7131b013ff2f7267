// SPDX-License-Identifier: Apache-2.0
#include "api/native/quarantine.h"

#include "api/common/idempotency.h"
#include "api/native/batch_answer.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace {

using base::Error;
using base::ErrorKind;

core::Correction parse_correction(const boost::json::value& value) {
  JsonFields fields(value);
  core::Correction correction{.id = fields.text("id"), .data = std::nullopt};
  boost::json::value data = fields.any("data");
  fields.finish();
  if (data.is_null()) return correction;
  if (!data.is_object()) {
    throw Error(ErrorKind::invalid_argument, "\"data\" is an object of columns and their values").with("field", "data");
  }
  correction.data = std::move(data.as_object());
  return correction;
}

std::vector<core::Correction> parse_corrections(const boost::json::value& rows) {
  if (!rows.is_array()) {
    throw Error(ErrorKind::invalid_argument, "\"rows\" is an array of {\"id\", \"data\"}").with("field", "rows");
  }
  std::vector<core::Correction> corrections;
  for (const boost::json::value& row : rows.as_array()) corrections.push_back(parse_correction(row));
  return corrections;
}

// nullopt: all.
std::optional<std::vector<std::string>> parse_ids(std::string_view body) {
  if (body.empty()) return std::nullopt;
  JsonFields fields(parse_json(body));
  boost::json::value ids = fields.any("ids");
  fields.finish();
  if (ids.is_null()) return std::nullopt;
  std::vector<std::string> list;
  if (ids.is_array()) {
    for (const boost::json::value& id : ids.as_array()) {
      if (id.is_string()) list.emplace_back(id.as_string());
    }
  }
  if (!ids.is_array() || list.size() != ids.as_array().size() || list.size() > core::kMaxResubmitted) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("\"ids\" is an array of at most {} texts; without it every row goes", core::kMaxResubmitted))
        .with("field", "ids");
  }
  return list;
}

}  // namespace

net::Response list_quarantine(const Call& call) {
  allow_params(call.request, {"limit", "page_token", "request_id", "batch_id"});
  core::QuarantineFilter filter{.request = text_param(call.request, "request_id"),
                                .batch = text_param(call.request, "batch_id")};
  return net::text_response(200,
                            call.services.quarantine.list(call.workspace(auth::Action::read), call.table(), filter,
                                                          page_params(call.request)),
                            "application/json");
}

net::Response count_quarantine(const Call& call) {
  allow_params(call.request, {});
  return net::json_response(200, call.services.quarantine.reasons(call.workspace(auth::Action::read), call.table()));
}

net::Response resubmit_quarantine(const Call& call) {
  allow_params(call.request, {"mode"});
  core::IngestRequest request;
  request.workspace = call.workspace(auth::Action::write);
  request.table = call.table();
  request.origin = {.door = "native",
                    .principal = call.principal.name,
                    .request = base::RequestId(call.request.request_id),
                    .file_name = {}};
  request.idempotency = idempotency_key(call.request, call.principal.user.value, request.workspace, call.body);
  std::optional<core::WriteMode> mode;
  if (auto text = text_param(call.request, "mode")) mode = core::parse_write_mode(*text);
  if (mode == core::WriteMode::replace) {
    throw Error(ErrorKind::invalid_argument, "mode is append or upsert").with("parameter", "mode");
  }
  JsonFields fields(parse_json(call.body));
  std::vector<core::Correction> corrections = parse_corrections(fields.any("rows"));
  fields.finish();
  return batch_answer(call.services.quarantine.resubmit(std::move(request), mode, std::move(corrections)));
}

net::Response delete_quarantine(const Call& call) {
  allow_params(call.request, {});
  meta::WorkspaceRow workspace = call.workspace(auth::Action::write);
  auto key = idempotency_key(call.request, call.principal.user.value, workspace, call.body);
  core::RowsDeleted deleted =
      call.services.quarantine.remove(workspace, call.table(), parse_ids(call.body), call.actor(), key);
  if (deleted.replayed_answer) return first_answer_again(std::move(*deleted.replayed_answer));
  return net::json_response(200, core::Quarantine::removed_json(deleted));
}

}  // namespace boathouse::api::native
