// SPDX-License-Identifier: Apache-2.0
// Where a PostgreSQL database is and who logs in there, out of a libpq URL: postgresql://user:password@host:port/database.
// Only what says that may stand in it: a parameter that names a file of this machine, a local socket or a service may not,
// since whoever gives the URL is not who runs the server. A value; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace boathouse::postgres {

class Url {
 public:
  // Error{invalid_argument} that says what is wrong and never quotes the text.
  static Url parse(std::string_view text);

  const std::string& host() const { return value_of("host"); }
  std::string port() const;  // 1 to 65535; 5432 unless said
  const std::string& user() const { return value_of("user"); }
  const std::string& password() const { return value_of("password"); }
  const std::string& database() const { return value_of("dbname"); }
  // How long a connection may take to begin; nullopt: it does not say.
  std::optional<base::Micros> connect_limit() const;

  // The same as a URL again, but without its password.
  std::string shown() const;
  // `text` with the password, wherever it stands in it, taken out.
  std::string scrubbed(std::string text) const;

  // What libpq calls it, as it was said.
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }

 private:
  const std::string& value_of(std::string_view keyword) const;
  void check() const;

  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace boathouse::postgres
