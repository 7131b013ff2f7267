// SPDX-License-Identifier: Apache-2.0
#include "app/commands/connection.h"

#include <termios.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <iostream>

#include "base/encoding.h"

namespace boathouse::app {
namespace {

using base::Error;
using base::ErrorKind;
namespace json = boost::json;

ErrorKind kind_of(int status) {
  switch (status) {
    case 401: return ErrorKind::unauthenticated;
    case 403: return ErrorKind::permission_denied;
    case 404: return ErrorKind::not_found;
    case 409: return ErrorKind::conflict;
    case 413: return ErrorKind::too_large;
    case 415: return ErrorKind::unsupported_media;
    case 422: return ErrorKind::unprocessable;
    case 429: return ErrorKind::too_many_requests;
    case 503: return ErrorKind::unavailable;
    default: return status < 500 ? ErrorKind::invalid_argument : ErrorKind::internal;
  }
}

// What the server said about itself, or as much of it as can be understood.
Error error_of(const net::ClientResponse& response) {
  boost::system::error_code not_json;
  json::value problem = json::parse(response.body, not_json);
  const json::object* members = problem.if_object();
  const json::value* detail = members ? members->if_contains("detail") : nullptr;
  if (members && !detail) detail = members->if_contains("error");  // as documents have it
  bool said = detail && detail->is_string();
  Error error(kind_of(response.status), said ? std::string(detail->get_string())
                                             : fmt::format("the server answered with status {}", response.status));
  if (!members) return error;
  for (const auto& member : *members) {
    error = Error(std::move(error).with({member.key().data(), member.key().size()}, member.value()));
  }
  return error;
}

// Switches the terminal's echo off while it lives.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

void Connection::add_options(CLI::App& command) {
  command.add_option("--url", url_, "Where the server is")->envname("BOATHOUSE_URL")->capture_default_str();
  command.add_option("--token", token_, "An API or access token")->envname("BOATHOUSE_TOKEN");
  command.add_option("--user", user_, "Log in as this user instead; the password is asked for, or BOATHOUSE_PASSWORD");
  command.add_option("--ca-file", ca_file_, "Certificates to trust for https (PEM); the system's own unless given");
}

std::string Connection::url_of(const std::string& path) const {
  std::string_view base = url_;
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + path;
}

std::string Connection::authorization() {
  if (user_.empty()) return token_.empty() ? "" : "Bearer " + token_;
  if (password_.empty()) {
    const char* given = std::getenv("BOATHOUSE_PASSWORD");
    password_ = given ? given : ask_password("Password of " + user_ + ": ");
  }
  return "Basic " + base::to_base64(user_ + ":" + password_);
}

net::ClientResponse Connection::send(net::ClientRequest request, const net::ResponseSink& sink) {
  std::string credentials = authorization();
  if (!credentials.empty()) request.headers.set("Authorization", credentials);
  net::ClientResponse response = net::fetch(request, {.ca_file = ca_file_}, sink);
  if (response.status < 200 || response.status > 299) throw error_of(response);
  return response;
}

json::value Connection::call(const std::string& method, const std::string& path, const json::value& body) {
  net::ClientRequest request{.method = method, .url = url_of(path)};
  if (!body.is_null()) {
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(body);
  }
  net::ClientResponse response = send(std::move(request));
  return response.body.empty() ? json::value() : json::parse(response.body);
}

json::value Connection::list(const std::string& path, std::string_view name) {
  json::array all;
  const std::string first = (path.find('?') == std::string::npos ? "?" : "&") + std::string("limit=1000");
  std::string page = first;
  while (true) {
    json::value answer = call("GET", path + page);
    for (json::value& item : answer.at(name).as_array()) all.push_back(std::move(item));
    const json::value* next = answer.as_object().if_contains("next_page_token");
    if (!next) return json::object{{name, std::move(all)}};
    page = first + "&page_token=" + base::percent_encode(std::string(next->as_string()));
  }
}

std::optional<json::value> Connection::find(const std::string& path) {
  try {
    return call("GET", path);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

std::string table_path(const std::string& workspace, const std::string& table, const std::string& rest) {
  return fmt::format("/v1/workspaces/{}/tables/{}{}", base::percent_encode(workspace), base::percent_encode(table),
                     rest);
}

std::string ask_password(const std::string& prompt) {
  bool terminal = ::isatty(STDIN_FILENO) == 1;
  std::string password;
  {
    SilentTerminal silent;
    if (terminal) std::cerr << prompt << std::flush;
    std::getline(std::cin, password);
    if (terminal) std::cerr << '\n';
  }
  if (password.empty()) throw Error(ErrorKind::invalid_argument, "no password was given");
  return password;
}

}  // namespace boathouse::app
