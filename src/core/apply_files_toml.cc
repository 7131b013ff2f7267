// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files_toml.h"

#include <sstream>
#include <toml++/toml.h>

namespace boathouse::core {
namespace {

namespace json = boost::json;

class Converter {
 public:
  explicit Converter(std::map<std::string, int, std::less<>>& lines) : lines_(lines) {}

  json::object table(const toml::table& from, const std::string& path) {
    json::object out;
    for (const auto& [key, node] : from) {
      std::string below = path + "/" + std::string(key.str());
      out[key.str()] = value(node, below);
      // A key of its own line; an array of tables has no key there, so its first table's line stands for it.
      if (!node.is_array_of_tables()) lines_[below] = static_cast<int>(key.source().begin.line);
    }
    return out;
  }

 private:
  json::value value(const toml::node& node, const std::string& path) {
    lines_[path] = static_cast<int>(node.source().begin.line);
    if (const auto* inner = node.as_table()) return table(*inner, path);
    if (const auto* list = node.as_array()) {
      json::array out;
      for (std::size_t i = 0; i < list->size(); ++i) out.push_back(value((*list)[i], path + "/" + std::to_string(i)));
      return out;
    }
    if (const auto* text = node.as_string()) return json::value(text->get());
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    std::ostringstream text;
    node.visit([&](const auto& leaf) {
      if constexpr (toml::is_date<decltype(leaf)> || toml::is_time<decltype(leaf)>) text << leaf.get();
      if constexpr (toml::is_date_time<decltype(leaf)>) text << leaf.get();
    });
    return json::value(text.str());
  }

  std::map<std::string, int, std::less<>>& lines_;
};

}  // namespace

std::optional<TomlDocument> TomlDocument::parse(std::string_view text, const std::string& file,
                                                std::vector<FileProblem>& problems) {
  try {
    toml::table parsed = toml::parse(text, file);
    TomlDocument document;
    document.root_ = Converter(document.lines_).table(parsed, "");
    return document;
  } catch (const toml::parse_error& error) {
    problems.push_back({.file = file,
                        .line = static_cast<int>(error.source().begin.line),
                        .key = {},
                        .message = "is not TOML: " + std::string(error.description())});
    return std::nullopt;
  }
}

int TomlDocument::line(std::string_view path) const {
  for (std::string_view at = path; !at.empty(); at = at.substr(0, at.rfind('/'))) {
    if (auto found = lines_.find(at); found != lines_.end()) return found->second;
  }
  return 1;
}

}  // namespace boathouse::core
