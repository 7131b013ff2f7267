// SPDX-License-Identifier: Apache-2.0
#include "api/flows/routes.h"

#include "api/flows/datasets.h"
#include "api/flows/errors.h"
#include "api/flows/projects.h"
#include "api/flows/tasks.h"
#include "api/flows/users.h"

namespace boathouse::api::flows {

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/users", render_error);
  router.render_errors("/flows", render_error);
  auto add = [&](const char* method, const char* path, net::Handler handler, const char* summary) {
    router.add(method, path, std::move(handler), {.optional_trailing_slash = true, .summary = summary});
  };
  auto open = [&](const char* method, const char* path, Work work, const char* summary) {
    add(method, path, for_all(services, std::move(work)), summary);
  };
  auto read = [&](const char* path, Work work, const char* summary) {
    add("GET", path, for_users(services, auth::Action::read, std::move(work)), summary);
  };
  auto write = [&](const char* method, const char* path, Work work, const char* summary) {
    add(method, path, for_users(services, auth::Action::write, std::move(work)), summary);
  };

  open("POST", "/users/signup", sign_up, "Make an account of one's own");
  open("POST", "/users/login", log_in, "Log in by e-mail");
  open("POST", "/users/token", refresh_token, "A new access token for a refresh token");
  open("DELETE", "/users/logout", log_out, "End a refresh token");

  read("/flows", list_flows, "List flows");
  write("POST", "/flows", create_flow, "Make a flow");
  read("/flows/{fid}", get_flow, "A flow");
  write("PATCH", "/flows/{fid}", change_flow, "Change a flow's title or description");
  write("DELETE", "/flows/{fid}", delete_flow, "Remove a flow with its tasks");

  read("/flows/members", list_members, "A flow's members");
  write("POST", "/flows/members", add_member, "Add a member to a flow");
  write("DELETE", "/flows/members", remove_member, "Remove a member from a flow");

  read("/flows/dataset", get_dataset, "A flow's dataset as it came");
  add("POST", "/flows/dataset", post_dataset(services), "Give a flow its dataset");
  add("PUT", "/flows/dataset", put_dataset(services), "Give a flow a new version of its dataset");
  read("/flows/summary", get_summary, "The summary of a flow's dataset");

  read("/flows/tasks", list_tasks, "List a flow's tasks");
  write("POST", "/flows/tasks", create_task, "Make a task");
  write("PATCH", "/flows/tasks", change_task, "Change a task");
  write("DELETE", "/flows/tasks", delete_task, "Remove a task");

  read("/flows/comments", list_comments, "Comments on a flow or a task");
  write("POST", "/flows/comments", add_comment, "Comment on a flow or a task");
  write("DELETE", "/flows/comments", delete_comment, "Remove a comment");

  read("/flows/rules", get_rules, "Which events open tasks of a flow");
  write("PUT", "/flows/rules", set_rules, "Say which events open tasks of a flow");

  read("/flows/activity", list_activity, "What was done to a flow, newest first");
}

}  // namespace boathouse::api::flows
