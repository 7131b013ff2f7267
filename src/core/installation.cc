// SPDX-License-Identifier: Apache-2.0
#include "core/installation.h"

#include "base/error.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

std::optional<meta::Role> role_of(const UserEntry& entry) {
  return entry.role ? meta::parse_role(*entry.role) : std::nullopt;
}

// One run over an installation; a mistake in one file leaves the others alone.
class Application {
 public:
  Application(const Parts& parts, auth::Accounts& accounts, const Tables& tables, const Insights& insights,
              const Triggers& triggers, const Sinks& sinks, const auth::Caller& caller)
      : parts_(parts),
        accounts_(accounts),
        tables_(tables),
        insights_(insights),
        triggers_(triggers),
        sinks_(sinks),
        caller_(caller) {}

  void user(const UserEntry& entry) {
    guarded(
        entry.place,
        [&] {
          auto existing = parts_.meta.accounts().find_user(entry.name);
          if (!existing) {
            accounts_.create_user(caller_, {.name = entry.name,
                                            .password = entry.password,
                                            .email = entry.email.value_or(""),
                                            .temporary = entry.temporary,
                                            .workspace = entry.workspace,
                                            .role = role_of(entry)});
            return "created";
          }
          // A password that its user has changed is the user's own now, so none is ever set again here.
          bool changed = false;
          if (entry.email && existing->email != *entry.email) {
            accounts_.patch_user(caller_, entry.name,
                                 {.email = entry.email, .password = {}, .disabled = {}, .temporary = {}});
            changed = true;
          }
          return give_role(entry, *existing) || changed ? "changed" : "left";
        },
        "user", entry.name);
  }

  void table(const TableEntry& entry) {
    guarded(
        entry.place,
        [&] {
          meta::WorkspaceRow workspace = require_workspace(entry.workspace);
          bool existed = find_state(parts_, workspace.id, entry.name).has_value();
          bool changed =
              tables_.put_contract(workspace, entry.name, entry.contract,
                                   {.principal = caller_.principal.name, .request = caller_.request, .door = "apply"});
          return !existed ? "created" : changed ? "changed" : "left";
        },
        "table", entry.name);
  }

  void sink(const SinkEntry& entry) {
    guarded(
        entry.place,
        [&] {
          switch (sinks_.put(require_workspace(entry.workspace), entry.sink, caller_.principal)) {
            case SinkPut::created: return "created";
            case SinkPut::changed: return "changed";
            case SinkPut::left: break;
          }
          return "left";
        },
        "sink", entry.sink.name);
  }

  void insight(const InsightEntry& entry) {
    guarded(
        entry.place,
        [&] {
          meta::WorkspaceRow workspace = require_workspace(entry.workspace);
          auto existing = insights_.find(workspace, entry.name);
          bool same = existing && existing->sql == entry.sql && existing->is_public == entry.is_public &&
                      existing->description == entry.description;
          if (same) return "left";
          meta::InsightRow row;
          row.name = entry.name;
          row.sql = entry.sql;
          row.is_public = entry.is_public;
          row.description = entry.description;
          insights_.put(workspace, std::move(row));
          return existing ? "changed" : "created";
        },
        "insight", entry.name, entry.sql);
  }

  void trigger(const TriggerEntry& entry) {
    guarded(
        entry.place,
        [&] {
          meta::WorkspaceRow workspace = require_workspace(entry.workspace);
          auto existing = parts_.meta.triggers().find_trigger(workspace.id, entry.trigger.name);
          if (existing && to_json(trigger_of(*existing)) == to_json(entry.trigger)) return "left";
          triggers_.put(workspace, entry.trigger);
          return existing ? "changed" : "created";
        },
        "trigger", entry.trigger.name);
  }

  Applied take() { return std::move(applied_); }
  void problem(FileProblem found) { applied_.problems.push_back(std::move(found)); }

 private:
  template <class Work>
  void guarded(const EntryPlace& place, Work work, const char* kind, const std::string& name,
               std::string_view sql = {}) {
    try {
      applied_.items.push_back({.kind = kind, .name = name, .action = work()});
    } catch (const Error& error) {
      problem(problem_at(place, error, sql));
    }
  }

  meta::WorkspaceRow require_workspace(const std::string& name) const {
    auto workspace = parts_.meta.accounts().find_workspace(name);
    if (!workspace) throw Error(ErrorKind::not_found, fmt::format("there is no workspace \"{}\"", name));
    return *workspace;
  }

  bool give_role(const UserEntry& entry, const meta::UserRow& user) {
    if (!entry.role && !entry.workspace) return false;
    std::string workspace = entry.workspace.value_or(std::string(meta::kMainWorkspace));
    meta::Role wanted = role_of(entry).value_or(meta::Role::viewer);
    if (parts_.meta.accounts().find_role(require_workspace(workspace).id, user.id) == wanted) return false;
    accounts_.put_member(caller_, workspace, entry.name, wanted);
    return true;
  }

  const Parts& parts_;
  auth::Accounts& accounts_;
  const Tables& tables_;
  const Insights& insights_;
  const Triggers& triggers_;
  const Sinks& sinks_;
  const auth::Caller& caller_;
  Applied applied_;
};

}  // namespace

Applied Installer::apply(const Installation& installation, const auth::Caller& caller) const {
  Application run(parts_, accounts_, tables_, insights_, triggers_, sinks_, caller);
  for (const FileProblem& problem : installation.problems) run.problem(problem);
  for (const UserEntry& entry : installation.users) run.user(entry);
  for (const TableEntry& entry : installation.tables) run.table(entry);
  for (const InsightEntry& entry : installation.insights) run.insight(entry);
  for (const TriggerEntry& entry : installation.triggers) run.trigger(entry);
  for (const SinkEntry& entry : installation.sinks) run.sink(entry);
  return run.take();
}

}  // namespace boathouse::core
