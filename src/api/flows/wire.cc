// SPDX-License-Identifier: Apache-2.0
#include "api/flows/wire.h"

#include <boost/json/parse.hpp>

namespace boathouse::api::flows {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }
json::value text_or_null(const std::optional<std::string>& text) { return text ? json::value(*text) : json::value(); }

}  // namespace

json::object to_json(const auth::FlowUser& user) {
  return {{"uid", user.uid},
          {"email", user.row.email},
          {"first_name", user.first_name},
          {"last_name", user.last_name},
          {"password", "********"},
          {"created_at", base::to_rfc3339(user.row.created_at)},
          {"updated_at", base::to_rfc3339(user.row.updated_at)}};
}

json::object to_json(const meta::FlowRow& flow) {
  return {{"fid", flow.fid},
          {"title", flow.title},
          {"description", text_or_null(flow.description)},
          {"dataset_s3_key", flow.dataset == 0 ? json::value() : json::value(core::dataset_key(flow.fid))},
          {"created_at", base::to_rfc3339(flow.created_at)},
          {"updated_at", base::to_rfc3339(flow.updated_at)}};
}

json::object to_json(const meta::FlowTaskRow& task) {
  json::object row{{"tid", task.tid},
                   {"fid", task.fid},
                   {"title", task.title},
                   {"description", text_or_null(task.description)},
                   {"status", task.status},
                   {"assignee", text_or_null(task.assignee_name)},
                   {"due", text_or_null(task.due)},
                   {"created_at", base::to_rfc3339(task.created_at)},
                   {"updated_at", base::to_rfc3339(task.updated_at)}};
  // Beyond the seed, so only where somebody said so.
  if (json::value target = json::parse(task.target); !target.is_null()) row["target"] = std::move(target);
  if (task.mended_version != 0) row["mended_version"] = std::to_string(task.mended_version);
  return row;
}

json::object to_json(const meta::FlowDatasetRow& dataset) {
  return {{"dataset_s3_key", dataset.key}, {"number", dataset.number},
          {"table", dataset.table},        {"version", std::to_string(dataset.version)},
          {"rows", dataset.rows},          {"rows_rejected", dataset.rows_rejected},
          {"bytes", dataset.bytes}};
}

json::object to_json(const meta::FlowMemberRow& member) {
  return {{"uid", member.uid},
          {"name", member.name},
          {"email", text_or_null(member.email)},
          {"role", member.is_owner ? "owner" : "member"}};
}

json::object to_json(const meta::FlowCommentRow& comment) {
  return {{"cid", comment.cid},
          {"fid", comment.fid},
          {"tid", comment.tid ? json::value(*comment.tid) : json::value()},
          {"author", comment.author},
          {"text", comment.text},
          {"created_at", base::to_rfc3339(comment.at)}};
}

json::object to_json(const meta::FlowEventRow& event) {
  return {{"id", event.id},
          {"fid", event.fid},
          {"tid", event.tid ? json::value(*event.tid) : json::value()},
          {"at", base::to_rfc3339(event.at)},
          {"who", event.who},
          {"what", event.what},
          {"detail", json::parse(event.detail)}};
}

json::object to_json(const meta::FlowRefreshTokenRow& token) {
  return {{"rtid", token.rtid},
          {"uid", token.uid},
          {"created_at", base::to_rfc3339(token.created_at)},
          {"updated_at", base::to_rfc3339(token.updated_at)}};
}

}  // namespace boathouse::api::flows
