// SPDX-License-Identifier: Apache-2.0
// A TOML file as a JSON value that remembers on which line each key stands, so that contracts and users are judged by
// one code whether they come as JSON or as TOML. Dates and times become their ISO 8601 text. A value; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/contract.h"

namespace boathouse::core {

class TomlDocument {
 public:
  // nullopt, with a problem that has the parser's words, when the text is no TOML.
  static std::optional<TomlDocument> parse(std::string_view text, const std::string& file,
                                           std::vector<FileProblem>& problems);

  const boost::json::object& root() const { return root_; }
  // The line of "/column/0/min", or of the nearest thing around it.
  int line(std::string_view path) const;

 private:
  boost::json::object root_;
  std::map<std::string, int, std::less<>> lines_;
};

}  // namespace boathouse::core
