// SPDX-License-Identifier: Apache-2.0
// A running Boathouse as the client commands talk to it.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "app/commands/command.h"
#include "net/client.h"

namespace boathouse::app {

class Connection {
 public:
  // --url, --token, --user, --ca-file and the environment variables that stand for them.
  void add_options(CLI::App& command);

  // Sends and returns an answer with a 2xx status; any other is thrown as the Error that it tells, its members as detail.
  net::ClientResponse send(net::ClientRequest request, const net::ResponseSink& sink = {});
  // The same with JSON on both ends; null for an answer without a body.
  boost::json::value call(const std::string& method, const std::string& path, const boost::json::value& body = nullptr);
  // {<name>: [..]} of every page of a list; `path` may have a query.
  boost::json::value list(const std::string& path, std::string_view name);
  // nullopt for 404.
  std::optional<boost::json::value> find(const std::string& path);

  std::string url_of(const std::string& path) const;

 private:
  std::string authorization();

  std::string url_ = "http://127.0.0.1:8000";
  std::string token_;
  std::string user_;
  std::string ca_file_;
  std::string password_;  // asked for once
};

// "/v1/workspaces/WS/tables/T", percent-encoded, with what follows.
std::string table_path(const std::string& workspace, const std::string& table, const std::string& rest = "");

// The password after `prompt` from the terminal, unseen; from a pipe its first line. Error{invalid_argument} when there is
// none.
std::string ask_password(const std::string& prompt);

}  // namespace boathouse::app
