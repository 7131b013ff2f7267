// SPDX-License-Identifier: Apache-2.0
#include "api/native/routes.h"

#include "api/native/accounts.h"
#include "api/native/backups.h"
#include "api/native/errors.h"
#include "api/native/history.h"
#include "api/native/insights.h"
#include "api/native/installation.h"
#include "api/native/jobs.h"
#include "api/native/long_queries.h"
#include "api/native/profiles.h"
#include "api/native/quarantine.h"
#include "api/native/queries.h"
#include "api/native/raw_files.h"
#include "api/native/rows.h"
#include "api/native/sinks.h"
#include "api/native/tables.h"
#include "api/native/triggers.h"

namespace boathouse::api::native {
namespace {

void add_account_routes(net::Router& router, const Services& s) {
  router.add("POST", "/v1/login", open_to_all(s, login, Pace::slow), {.summary = "Log in with a password"});
  router.add("POST", "/v1/token", open_to_all(s, refresh_token), {.summary = "A new access token for a refresh token"});
  router.add("POST", "/v1/logout", open_to_all(s, logout), {.summary = "Revoke a refresh token"});
  router.add("POST", "/v1/password", open_to_all(s, change_password, Pace::slow),
             {.summary = "Change one's own password"});
  router.add("GET", "/v1/me", signed_in(s, me), {.summary = "Who is asking"});

  router.add("POST", "/v1/users", signed_in(s, create_user, Pace::slow), {.summary = "Make a user"});
  router.add("GET", "/v1/users", signed_in(s, list_users), {.summary = "List users"});
  router.add("GET", "/v1/users/{name}", signed_in(s, get_user), {.summary = "One user"});
  router.add("PATCH", "/v1/users/{name}", signed_in(s, patch_user, Pace::slow), {.summary = "Change a user"});
  router.add("DELETE", "/v1/users/{name}", signed_in(s, delete_user), {.summary = "Delete a user"});

  router.add("POST", "/v1/tokens", signed_in(s, create_token), {.summary = "Make an API token, shown once"});
  router.add("GET", "/v1/tokens", signed_in(s, list_tokens), {.summary = "List one's API tokens"});
  router.add("DELETE", "/v1/tokens/{id}", signed_in(s, delete_token), {.summary = "Revoke an API token"});

  router.add("POST", "/v1/access-keys", signed_in(s, create_access_key), {.summary = "Make an access key, shown once"});
  router.add("GET", "/v1/access-keys", signed_in(s, list_access_keys), {.summary = "List one's access keys"});
  router.add("DELETE", "/v1/access-keys/{id}", signed_in(s, delete_access_key), {.summary = "Revoke an access key"});

  router.add("GET", "/v1/keys", signed_in(s, list_keys),
             {.summary = "The installation's keys, without what is secret"});
  router.add("POST", "/v1/keys/{kind}/rotate", signed_in(s, rotate_key, Pace::slow),
             {.summary = "Make a new key of a kind"});
  router.add("POST", "/v1/installation/backups", signed_in(s, back_up_installation, Pace::slow),
             {.summary = "Copy the whole installation"});
  router.add("GET", "/v1/audit", signed_in(s, list_audit), {.summary = "Who administered what, newest first"});
}

void add_workspace_routes(net::Router& router, const Services& s) {
  router.add("GET", "/v1/workspaces", signed_in(s, list_workspaces), {.summary = "One's workspaces"});
  router.add("POST", "/v1/workspaces", signed_in(s, create_workspace), {.summary = "Make a workspace"});
  std::string workspace = "/v1/workspaces/{workspace}";
  router.add("GET", workspace, signed_in(s, get_workspace), {.summary = "A workspace, its limits and what it uses"});
  router.add("PATCH", workspace, signed_in(s, patch_workspace), {.summary = "Change a workspace's limits"});
  std::string members = workspace + "/members";
  router.add("GET", members, signed_in(s, list_members), {.summary = "Members of a workspace"});
  router.add("PUT", members + "/{name}", signed_in(s, put_member), {.summary = "Add a member or change the role"});
  router.add("DELETE", members + "/{name}", signed_in(s, remove_member), {.summary = "Remove a member"});
}

void add_table_routes(net::Router& router, const Services& s) {
  std::string tables = "/v1/workspaces/{workspace}/tables";
  std::string table = tables + "/{table}";
  router.add("GET", tables, signed_in(s, list_tables), {.summary = "List tables"});
  router.add("GET", table, signed_in(s, describe_table), {.summary = "Describe a table"});
  router.add("PATCH", table, signed_in(s, patch_table), {.summary = "Change a table's settings"});
  router.add("DELETE", table, signed_in(s, drop_table), {.summary = "Drop a table"});

  router.add("PUT", table + "/contract", signed_in(s, put_contract, Pace::slow), {.summary = "Set a table's contract"});
  router.add("GET", table + "/contract", signed_in(s, get_contract), {.summary = "A table's contract"});
  router.add("DELETE", table + "/contract", signed_in(s, delete_contract), {.summary = "Remove a table's contract"});

  router.add("POST", table + "/rows", post_rows(s), {.summary = "Add, replace or upsert rows"});
  router.add("GET", table + "/rows", get_rows(s), {.summary = "Read rows"});
  router.add("DELETE", table + "/rows", signed_in(s, delete_rows, Pace::slow), {.summary = "Delete rows"});
  router.add("GET", table + "/versions", signed_in(s, list_versions), {.summary = "A table's versions, newest first"});

  router.add("GET", table + "/profile", signed_in(s, get_profile, Pace::slow),
             {.summary = "What a version's columns are like"});
  router.add("GET", table + "/profile/diff", signed_in(s, get_profile_diff, Pace::slow),
             {.summary = "How a version's columns differ from an earlier one's"});
  router.add("GET", table + "/profile/plot", signed_in(s, get_profile_plot, Pace::slow),
             {.summary = "A profile as a picture"});

  std::string quarantine = table + "/quarantine";
  router.add("GET", quarantine, signed_in(s, list_quarantine, Pace::slow), {.summary = "A table's rejected rows"});
  router.add("DELETE", quarantine, signed_in(s, delete_quarantine, Pace::slow),
             {.summary = "Throw rejected rows away"});
  router.add("GET", quarantine + "/reasons", signed_in(s, count_quarantine, Pace::slow),
             {.summary = "How many rows each rule refused"});
  router.add("POST", quarantine + "/resubmit", signed_in(s, resubmit_quarantine, Pace::slow),
             {.summary = "Try rejected rows again, corrected"});
  router.add("POST", table + "/backups", signed_in(s, create_backup), {.summary = "Back up a table"});
  router.add("GET", table + "/backups", signed_in(s, list_backups), {.summary = "A table's backups, newest first"});
  router.add("POST", table + "/backups/{backup}/restore", signed_in(s, restore_backup),
             {.summary = "Restore a table from one of its backups"});
  router.add("POST", table + "/rollback", signed_in(s, roll_back),
             {.summary = "Make an older version current as a new one"});
  router.add("GET", table + "/branches", signed_in(s, list_branches), {.summary = "A table's branches"});
  router.add("POST", table + "/branches", signed_in(s, create_branch), {.summary = "Make a branch"});
  std::string branch = table + "/branches/{branch}";
  router.add("DELETE", branch, signed_in(s, delete_branch), {.summary = "Remove a branch"});
  router.add("POST", branch + "/fast-forward", signed_in(s, fast_forward_branch),
             {.summary = "Move a branch forward to a version or another branch"});
  router.add("GET", table + "/scan", signed_in(s, scan_table), {.summary = "The raw files of a version"});
  router.add("GET", table + "/files/{version}/{place}", signed_in(s, get_raw_file), {.summary = "One raw file"});
  router.add("GET", table + "/tags", signed_in(s, list_tags), {.summary = "A table's tags"});
  router.add("POST", table + "/tags", signed_in(s, create_tag),
             {.summary = "Name a version, which then never expires"});
  router.add("DELETE", table + "/tags/{tag}", signed_in(s, delete_tag), {.summary = "Remove a tag"});
}

void add_query_routes(net::Router& router, const Services& s) {
  router.add("POST", "/v1/sql", post_sql(s), {.summary = "Run one read-only SQL statement"});

  router.add("POST", "/v1/queries", signed_in(s, submit_query, Pace::slow), {.summary = "Submit a long statement"});
  router.add("GET", "/v1/queries", signed_in(s, list_queries), {.summary = "One's submitted statements, newest first"});
  std::string query = "/v1/queries/{id}";
  router.add("GET", query, signed_in(s, get_query), {.summary = "How far a submitted statement is"});
  router.add("GET", query + "/result", signed_in(s, get_query_result), {.summary = "A page of its result"});
  router.add("DELETE", query, signed_in(s, delete_query, Pace::slow),
             {.summary = "Cancel it, or throw its result away"});

  std::string insights = "/v1/workspaces/{workspace}/insights";
  std::string insight = insights + "/{insight}";
  router.add("GET", insights, signed_in(s, list_insights), {.summary = "List insights"});
  router.add("GET", insight, signed_in(s, get_insight), {.summary = "One insight"});
  router.add("PUT", insight, signed_in(s, put_insight, Pace::slow), {.summary = "Make or replace an insight"});
  router.add("DELETE", insight, signed_in(s, delete_insight), {.summary = "Delete an insight"});
  router.add("GET", insight + "/result", get_insight_result(s), {.summary = "Run an insight"});
}

void add_sink_routes(net::Router& router, const Services& s) {
  std::string sinks = "/v1/workspaces/{workspace}/sinks";
  std::string sink = sinks + "/{sink}";
  router.add("GET", sinks, signed_in(s, list_sinks), {.summary = "List sinks and how far they are"});
  router.add("GET", sink, signed_in(s, get_sink), {.summary = "One sink and how far it is"});
  router.add("PUT", sink, signed_in(s, put_sink), {.summary = "Make or replace a sink"});
  router.add("DELETE", sink, signed_in(s, delete_sink), {.summary = "Delete a sink; what it copied stays there"});
}

void add_trigger_routes(net::Router& router, const Services& s) {
  std::string triggers = "/v1/workspaces/{workspace}/triggers";
  std::string trigger = triggers + "/{trigger}";
  router.add("GET", triggers, signed_in(s, list_triggers), {.summary = "List triggers"});
  router.add("GET", trigger, signed_in(s, get_trigger), {.summary = "One trigger"});
  router.add("PUT", trigger, signed_in(s, put_trigger), {.summary = "Make or replace a trigger"});
  router.add("DELETE", trigger, signed_in(s, delete_trigger), {.summary = "Delete a trigger"});
}

void add_job_routes(net::Router& router, const Services& s) {
  router.add("GET", "/v1/jobs", signed_in(s, list_jobs), {.summary = "Jobs, newest first"});
  router.add("GET", "/v1/jobs/{id}", signed_in(s, get_job), {.summary = "One job"});
  router.add("GET", "/v1/jobs/{id}/log", signed_in(s, get_job_log), {.summary = "A job's log, oldest line first"});
  router.add("POST", "/v1/jobs/{id}/cancel", signed_in(s, cancel_job), {.summary = "Cancel a job"});
  router.add("POST", "/v1/jobs/{id}/retry", signed_in(s, retry_job), {.summary = "Queue a failed job again"});
}

}  // namespace

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/v1", render_error);
  add_account_routes(router, services);
  add_workspace_routes(router, services);
  add_table_routes(router, services);
  add_query_routes(router, services);
  add_sink_routes(router, services);
  add_trigger_routes(router, services);
  add_job_routes(router, services);
}

}  // namespace boathouse::api::native
