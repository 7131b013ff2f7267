// SPDX-License-Identifier: Apache-2.0
#include "engine/result_names.h"

#include <set>

namespace boathouse::engine {

std::vector<std::string> distinct_names(const std::vector<std::string>& names) {
  std::set<std::string> taken(names.begin(), names.end());
  std::set<std::string> given;
  std::vector<std::string> distinct;
  for (const std::string& wanted : names) {
    std::string name = wanted;
    bool fresh = given.insert(name).second;
    for (int i = 1; !fresh; ++i) {
      name = wanted + "_" + std::to_string(i);
      fresh = taken.insert(name).second;
    }
    distinct.push_back(std::move(name));
  }
  return distinct;
}

void quote_csv_field(std::string& out, std::size_t at) {
  // PostgreSQL takes a field that is \. and nothing else for the end of the rows, unless it is quoted.
  const bool plain = out.size() > at && out.find_first_of(",\"\r\n", at) == std::string::npos;
  if (plain && std::string_view(out).substr(at) != "\\.") return;
  std::string field = out.substr(at);
  out.resize(at);
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace boathouse::engine
