// SPDX-License-Identifier: Apache-2.0
#include "app/commands/remote_installer.h"

#include "base/encoding.h"

namespace boathouse::app {
namespace {

using base::Error;
using base::ErrorKind;
namespace json = boost::json;

bool says(const json::value& object, std::string_view field, const json::value& value) {
  const json::value* found = object.as_object().if_contains(field);
  return found && *found == value;
}

// Mistakes of a file are collected; what concerns the connection ends the run.
bool concerns_connection(const Error& error) {
  return error.kind() == ErrorKind::unauthenticated || status_of(error) == kUnreachable;
}

template <class Work>
void collect(core::Applied& applied, std::string kind, const std::string& name, const core::EntryPlace& place,
             std::string_view sql, Work work) {
  try {
    applied.items.push_back({.kind = std::move(kind), .name = name, .action = work()});
  } catch (const Error& error) {
    if (concerns_connection(error)) throw;
    applied.problems.push_back(core::problem_at(place, error, sql));
  }
}

}  // namespace

core::Applied RemoteInstaller::apply(const core::Installation& installation) {
  core::Applied applied;
  applied.problems = installation.problems;
  for (const core::UserEntry& entry : installation.users) {
    collect(applied, "user", entry.name, entry.place, {}, [&] { return apply_user(entry); });
  }
  for (const core::TableEntry& entry : installation.tables) {
    collect(applied, "table", entry.name, entry.place, {}, [&] { return apply_table(entry); });
  }
  for (const core::InsightEntry& entry : installation.insights) {
    collect(applied, "insight", entry.name, entry.place, entry.sql, [&] { return apply_insight(entry); });
  }
  for (const core::TriggerEntry& entry : installation.triggers) {
    collect(applied, "trigger", entry.trigger.name, entry.place, {}, [&] { return apply_trigger(entry); });
  }
  for (const core::SinkEntry& entry : installation.sinks) {
    collect(applied, "sink", entry.sink.name, entry.place, {}, [&] { return apply_sink(entry); });
  }
  return applied;
}

std::string RemoteInstaller::apply_user(const core::UserEntry& entry) {
  std::string path = "/v1/users/" + base::percent_encode(entry.name);
  auto existing = connection_.find(path);
  if (!existing) {
    json::object body{{"name", entry.name}, {"password", entry.password}, {"temporary", entry.temporary}};
    if (entry.email) body["email"] = *entry.email;
    if (entry.workspace) body["workspace"] = *entry.workspace;
    if (entry.role) body["role"] = *entry.role;
    connection_.call("POST", "/v1/users", body);
    return "created";
  }
  // A password that its user has changed is the user's own now, so none is ever set again here.
  bool changed = false;
  if (entry.email && !says(*existing, "email", json::string(*entry.email))) {
    connection_.call("PATCH", path, json::object{{"email", *entry.email}});
    changed = true;
  }
  return give_role(entry) || changed ? "changed" : "left";
}

bool RemoteInstaller::give_role(const core::UserEntry& entry) {
  if (!entry.role && !entry.workspace) return false;
  std::string members =
      fmt::format("/v1/workspaces/{}/members", base::percent_encode(entry.workspace.value_or("main")));
  json::string role(entry.role.value_or("viewer"));
  json::value answer = connection_.call("GET", members);
  for (const json::value& member : answer.at("members").as_array()) {
    if (base::fold_case(std::string(member.at("name").as_string())) == base::fold_case(entry.name) &&
        says(member, "role", role)) {
      return false;
    }
  }
  connection_.call("PUT", members + "/" + base::percent_encode(entry.name), json::object{{"role", role}});
  return true;
}

std::string RemoteInstaller::apply_table(const core::TableEntry& entry) {
  bool existed = connection_.find(table_path(entry.workspace, entry.name)).has_value();
  auto existing = connection_.find(table_path(entry.workspace, entry.name, "/contract"));
  if (existing && core::parse_contract_json(*existing) == entry.contract) return "left";
  connection_.call("PUT", table_path(entry.workspace, entry.name, "/contract"), core::to_json(entry.contract));
  return existed ? "changed" : "created";
}

std::string RemoteInstaller::apply_insight(const core::InsightEntry& entry) {
  std::string path = fmt::format("/v1/workspaces/{}/insights/{}", base::percent_encode(entry.workspace),
                                 base::percent_encode(entry.name));
  auto existing = connection_.find(path);
  json::object wanted{{"sql", entry.sql}, {"public", entry.is_public}, {"description", entry.description}};
  return put_unless_same(path, existing, wanted);
}

std::string RemoteInstaller::apply_trigger(const core::TriggerEntry& entry) {
  std::string path = fmt::format("/v1/workspaces/{}/triggers/{}", base::percent_encode(entry.workspace),
                                 base::percent_encode(entry.trigger.name));
  auto existing = connection_.find(path);
  // The one that a bucket was made with is nobody's definition.
  if (existing && says(*existing, "built_in", true)) existing.reset();
  return put_unless_same(path, existing, core::to_json(entry.trigger));
}

std::string RemoteInstaller::put_unless_same(const std::string& path, const std::optional<json::value>& existing,
                                             const json::object& wanted) {
  bool same = existing && std::all_of(wanted.begin(), wanted.end(), [&](const auto& member) {
                return says(*existing, {member.key().data(), member.key().size()}, member.value());
              });
  if (same) return "left";
  connection_.call("PUT", path, wanted);
  return existing ? "changed" : "created";
}

// Only the server knows whether the password is another one; then the sink has another time.
std::string RemoteInstaller::apply_sink(const core::SinkEntry& entry) {
  std::string path = fmt::format("/v1/workspaces/{}/sinks/{}", base::percent_encode(entry.workspace),
                                 base::percent_encode(entry.sink.name));
  auto existing = connection_.find(path);
  json::object wanted{{"url", entry.sink.url},
                      {"schema", entry.sink.options.schema},
                      {"types", core::to_string(entry.sink.options.types)}};
  if (entry.sink.tables) wanted["tables"] = json::array(entry.sink.tables->begin(), entry.sink.tables->end());
  json::value made = connection_.call("PUT", path, wanted);
  if (!existing) return "created";
  return says(*existing, "updated_at", made.at("updated_at")) ? "left" : "changed";
}

}  // namespace boathouse::app
