// SPDX-License-Identifier: Apache-2.0
#include "core/flows.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "auth/audited.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using meta::FlowOutcome;

Error title_taken() { return {ErrorKind::already_exists, "You already have a project with the title"}; }

void check_title(std::string_view title) {
  if (title.empty()) throw Error(ErrorKind::invalid_argument, "Please specify a title").with("field", "title");
  check_flow_text("title", title, kMaxFlowTitle);
}

void check_description(const std::optional<std::string>& description) {
  if (description) check_flow_text("description", *description, kMaxFlowDescription);
}

}  // namespace

std::string dataset_key(std::int64_t fid) { return fmt::format("{}/dataset.csv", fid); }

Error invalid_flow() { return Error(ErrorKind::not_found, "Invalid flow").code("invalid-flow"); }

void check_flow_text(std::string_view field, std::string_view text, std::size_t most) {
  auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::invalid_argument, fmt::format("The {} {}", field, why)).with("field", std::string(field));
  };
  if (!base::is_utf8(text) || text.find('\0') != std::string_view::npos) refuse("must be UTF-8 without NUL");
  if (base::code_points(text) > most) refuse(fmt::format("has more than {} characters", most));
}

meta::FlowEventRow flow_event(const auth::Caller& caller, std::int64_t fid, std::string what,
                              const json::object& detail) {
  return {.fid = fid,
          .at = base::now_micros(),
          .who = caller.principal.name,
          .what = std::move(what),
          .detail = json::serialize(detail)};
}

meta::FlowRow Flows::create(const auth::Caller& caller, const NewFlow& wanted) const {
  check_title(wanted.title);
  check_description(wanted.description);
  parts_.meta.flows().uid_of(caller.principal.user);
  const base::Micros now = base::now_micros();
  const meta::FlowRow row{.workspace = caller.principal.personal_workspace,
                          .title = wanted.title,
                          .description = wanted.description,
                          .owner = caller.principal.user,
                          .created_at = now,
                          .updated_at = now};
  auto made = parts_.meta.flows().insert_flow(row, flow_event(caller, 0, "flow-created", {{"title", wanted.title}}));
  if (!made) throw title_taken();
  return *std::move(made);
}

FlowPage<meta::FlowRow> Flows::list(const auth::Caller& caller, const std::string& search, const Page& page) const {
  const meta::FlowListing listing{.seen_by = caller.principal.user,
                                  .search = search,
                                  .after = number_of(page).value_or(0),
                                  .limit = page.limit + 1};
  return flow_page(parts_.meta.flows().list_flows(listing), page, [](const auto& row) { return row.fid; });
}

meta::FlowRow Flows::find(const auth::Caller& caller, std::int64_t fid) const {
  auto row = parts_.meta.flows().find_flow(fid, caller.principal.user);
  if (!row) throw invalid_flow();
  return *std::move(row);
}

meta::FlowRow Flows::find_own(const auth::Caller& caller, std::int64_t fid, std::string_view to_do) const {
  meta::FlowRow row = find(caller, fid);
  if (row.owner == caller.principal.user) return row;
  throw Error(ErrorKind::permission_denied, fmt::format("Only the flow's owner {}", to_do));
}

meta::FlowRow Flows::change(const auth::Caller& caller, std::int64_t fid, meta::FlowChange change) const {
  const meta::FlowRow before = find(caller, fid);
  json::object detail;
  if (change.title) {
    check_title(*change.title);
    detail["title"] = *change.title;
  }
  if (change.rules) detail["rules"] = true;
  if (change.description) {
    check_description(*change.description);
    detail["description"] = true;
  }
  change.at = base::now_micros();
  switch (parts_.meta.flows().update_flow(fid, change, flow_event(caller, fid, "flow-changed", detail))) {
    case FlowOutcome::done: return find(caller, fid);
    case FlowOutcome::taken: throw title_taken();
    case FlowOutcome::gone: break;
  }
  throw invalid_flow();
}

meta::FlowRow Flows::remove(const auth::Caller& caller, std::int64_t fid) const {
  return auth::audited(parts_.meta, caller, "delete-flow", std::to_string(fid), [&](meta::AuditRow& audit) {
    meta::FlowRow row = find_own(caller, fid, "may remove it");
    audit.workspace = row.workspace;
    if (!parts_.meta.flows().delete_flow(fid, audit)) throw invalid_flow();
    return row;
  });
}

std::vector<meta::FlowMemberRow> Flows::members(const auth::Caller& caller, std::int64_t fid) const {
  find(caller, fid);
  return parts_.meta.flows().members_of(fid);
}

meta::FlowMemberRow Flows::member_of(std::int64_t fid, const base::UserId& user) const {
  const std::vector<meta::FlowMemberRow> all = parts_.meta.flows().members_of(fid);
  auto found = std::ranges::find(all, user, &meta::FlowMemberRow::user);
  if (found == all.end()) {
    throw Error(ErrorKind::not_found, "Nobody of that e-mail or name is a member of this flow").code("invalid-member");
  }
  return *found;
}

meta::FlowMemberRow Flows::add_member(const auth::Caller& caller, std::int64_t fid, const std::string& who) const {
  return auth::audited(parts_.meta, caller, "add-flow-member", std::to_string(fid), [&](meta::AuditRow& audit) {
    audit.workspace = find_own(caller, fid, "says who its members are").workspace;
    const auto user = parts_.meta.accounts().find_person(who);
    if (!user || user->disabled) {
      throw Error(ErrorKind::not_found, "There is no user of that e-mail or name").code("invalid-member");
    }
    audit.target = fmt::format("{} {}", fid, user->name);
    parts_.meta.flows().uid_of(user->id);
    const meta::FlowEventRow event = flow_event(caller, fid, "member-added", {{"member", user->name}});
    switch (parts_.meta.flows().add_member(fid, user->id, event, audit)) {
      case FlowOutcome::done: return member_of(fid, user->id);
      case FlowOutcome::taken: throw Error(ErrorKind::already_exists, "Already a member of this flow");
      case FlowOutcome::gone: break;
    }
    throw invalid_flow();
  });
}

meta::FlowMemberRow Flows::remove_member(const auth::Caller& caller, std::int64_t fid, const std::string& who) const {
  return auth::audited(parts_.meta, caller, "remove-flow-member", std::to_string(fid), [&](meta::AuditRow& audit) {
    const auto user = parts_.meta.accounts().find_person(who);
    // Members may leave.
    const bool is_oneself = user && user->id == caller.principal.user;
    audit.workspace = (is_oneself ? find(caller, fid) : find_own(caller, fid, "says who its members are")).workspace;
    meta::FlowMemberRow member = member_of(fid, user ? user->id : base::UserId());
    audit.target = fmt::format("{} {}", fid, member.name);
    if (member.is_owner) throw Error(ErrorKind::conflict, "A flow's owner stays its member");
    const meta::FlowEventRow event = flow_event(caller, fid, "member-removed", {{"member", member.name}});
    if (parts_.meta.flows().remove_member(fid, member.user, event, audit) != FlowOutcome::done) throw invalid_flow();
    return member;
  });
}

FlowPage<meta::FlowEventRow> Flows::activity(const auth::Caller& caller, std::int64_t fid, const Page& page) const {
  find(caller, fid);
  return flow_page(parts_.meta.flows().list_events(fid, number_of(page), page.limit + 1), page,
                   [](const auto& row) { return row.id; });
}

}  // namespace boathouse::core
