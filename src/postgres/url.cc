// SPDX-License-Identifier: Apache-2.0
#include "postgres/url.h"

#include <libpq-fe.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::postgres {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxUrl = 4096;
constexpr std::array<std::string_view, 5> kPlace = {"host", "port", "user", "password", "dbname"};
constexpr std::array<std::string_view, 4> kAsParameter = {"sslmode", "application_name", "target_session_attrs",
                                                          "connect_timeout"};
constexpr std::array<std::string_view, 6> kSslModes = {"disable", "allow",     "prefer",
                                                       "require", "verify-ca", "verify-full"};
constexpr std::array<std::string_view, 6> kSessions = {"any",     "read-write", "read-only",
                                                       "primary", "standby",    "prefer-standby"};
constexpr std::int64_t kMostConnectSeconds = 30;
// Of names, and of addresses with their zones.
constexpr std::string_view kInHost = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";

Error wrong(std::string what) {
  return Error(ErrorKind::invalid_argument,
               "the URL " + std::move(what) + "; it is written postgresql://user:password@host:port/database");
}

Error not_encoded() {
  return wrong("says no host by name or address: percent-encode characters such as @ : / % in all but the host");
}

bool is_one_of(std::string_view word, const auto& words) { return std::ranges::find(words, word) != words.end(); }

// What stands between who, which ends with an "@" before the first "/", and the parameters, and these; as libpq cuts it.
std::pair<std::string_view, std::string_view> place_and_parameters(std::string_view text) {
  text.remove_prefix(text.find("://") + 3);
  const std::size_t who = text.find_first_of("@/");
  if (who != std::string_view::npos && text[who] == '@') text.remove_prefix(who + 1);
  const std::size_t mark = text.find('?');
  if (mark == std::string_view::npos) return {text, {}};
  return {text.substr(0, mark), text.substr(mark + 1)};
}

Error wrong_parameters() { return wrong(fmt::format("may have these parameters: {}", fmt::join(kAsParameter, ", "))); }

// libpq would take all that has a place of its own, too: a password there would be shown.
void check_parameters(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find('&'), parameters.size());
    const std::string_view one = parameters.substr(0, end);
    if (!is_one_of(one.substr(0, one.find('=')), kAsParameter)) {
      throw wrong_parameters();
    }
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

Url Url::parse(std::string_view text) {
  if (text.size() > kMaxUrl) throw wrong(fmt::format("has more than {} bytes", kMaxUrl));
  if (!text.starts_with("postgresql://") && !text.starts_with("postgres://")) {
    throw wrong("does not begin with postgresql://");
  }
  if (text.find('\0') != std::string_view::npos || !base::is_utf8(text)) throw wrong("has bytes that no URL has");
  const auto [place, named] = place_and_parameters(text);
  if (place.find('@') != std::string_view::npos) throw not_encoded();
  check_parameters(named);
  // libpq's own message would quote what it cannot read.
  char* message = nullptr;
  std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(std::string(text).c_str(), &message));
  PQfreemem(message);
  if (options == nullptr) {
    throw wrong("cannot be read: percent-encode characters such as @ : / % in the user and the password");
  }
  Url url;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (!is_one_of(keyword, kPlace) && !is_one_of(keyword, kAsParameter)) throw wrong_parameters();
    url.parameters_.emplace_back(keyword, option->val);
  }
  url.check();
  return url;
}

void Url::check() const {
  for (std::string_view needed : {"host", "user", "dbname"}) {
    if (value_of(needed).empty()) throw wrong(fmt::format("says no {}", needed == "dbname" ? "database" : needed));
  }
  for (const std::string& place : {host(), value_of("port")}) {
    if (place.find(',') != std::string::npos) throw wrong("must say one host and one port");
  }
  if (host()[0] == '/' || host()[0] == '@') {
    throw wrong("must say the host by name or address; sockets of this machine are not for sinks");
  }
  if (host().find_first_not_of(kInHost) != std::string::npos) {
    throw not_encoded();
  }
  for (const auto& [name, value] : parameters_) {
    if (name == "sslmode" && !is_one_of(value, kSslModes)) {
      throw wrong(fmt::format("must say sslmode as one of {}", fmt::join(kSslModes, ", ")));
    }
    if (name == "target_session_attrs" && !is_one_of(value, kSessions)) {
      throw wrong(fmt::format("must say target_session_attrs as one of {}", fmt::join(kSessions, ", ")));
    }
    if (name == "connect_timeout" && !connect_limit()) {
      throw wrong(fmt::format("must say connect_timeout in seconds, from 1 to {}", kMostConnectSeconds));
    }
  }
  const auto number = base::parse_number<std::uint16_t>(port());
  if (number.value_or(0) == 0) throw wrong("must say the port as a number from 1 to 65535");
}

const std::string& Url::value_of(std::string_view keyword) const {
  static const std::string none;
  for (const auto& [name, value] : parameters_) {
    if (name == keyword) return value;
  }
  return none;
}

std::string Url::port() const { return value_of("port").empty() ? "5432" : value_of("port"); }

std::optional<base::Micros> Url::connect_limit() const {
  const auto seconds = base::parse_number<std::int64_t>(value_of("connect_timeout"));
  if (!seconds || *seconds < 1 || *seconds > kMostConnectSeconds) return std::nullopt;
  return *seconds * base::kSecond;
}

std::string Url::shown() const {
  std::string place = base::percent_encode(host());
  if (host().find(':') != std::string::npos) {
    place = "[" + host() + "]";
    if (const std::size_t zone = place.find('%'); zone != std::string::npos) place.replace(zone, 1, "%25");
  }
  if (!value_of("port").empty()) place += ":" + value_of("port");
  std::string text =
      fmt::format("postgresql://{}@{}/{}", base::percent_encode(user()), place, base::percent_encode(database()));
  char before = '?';
  for (const auto& [name, value] : parameters_) {
    if (!is_one_of(name, kAsParameter)) continue;
    text += fmt::format("{}{}={}", before, name, base::percent_encode(value));
    before = '&';
  }
  return text;
}

std::string Url::scrubbed(std::string text) const {
  for (const std::string& secret : {password(), base::percent_encode(password())}) {
    if (secret.empty()) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

}  // namespace boathouse::postgres
