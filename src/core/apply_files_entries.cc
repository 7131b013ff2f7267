// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files_entries.h"

#include <set>

#include "base/encoding.h"
#include "base/names.h"
#include "core/apply_files_toml.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxEntries = 10'000;

// nullptr where there is none, or, with a problem, no list.
const json::array* list_of(const EntryFile& file, FieldReader& root) {
  const json::value* value = root.take(file.key);
  if (value == nullptr) return nullptr;
  const json::array* list = value->if_array();
  if (list != nullptr && list->size() <= kMaxEntries) return list;
  root.problem(file.key, fmt::format("must be a list of at most {} tables: [[{}]]", kMaxEntries, file.key));
  return nullptr;
}

}  // namespace

std::optional<std::string> workspace_complaint(const std::string& name) {
  if (name == "main") return std::nullopt;
  return complaint([&] { base::check_workspace_name(name); });
}

std::string read_workspace(FieldReader& fields) {
  std::string workspace = fields.text("workspace").value_or("main");
  if (auto wrong = workspace_complaint(workspace)) fields.problem("workspace", *wrong);
  return workspace;
}

bool read_entries(const EntryFile& file, std::string_view text, const ReadEntry& read,
                  std::vector<FileProblem>& problems) {
  auto document = TomlDocument::parse(text, file.file, problems);
  if (!document) return false;
  std::vector<FieldProblem> found;
  FieldReader root(document->root(), "", found);
  const json::array* list = list_of(file, root);
  root.finish();
  std::set<std::pair<std::string, std::string>> names;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string path = fmt::format("/{}/{}", file.key, i);
    const json::object* table = (*list)[i].if_object();
    if (table == nullptr) {
      root.problem(file.key, fmt::format("must hold tables: [[{}]]", file.key));
      continue;
    }
    FieldReader fields(*table, path, found);
    EntryPlace place{.file = file.file, .line = document->line(path), .keys = {}};
    for (std::string_view key : file.keys) {
      place.keys[std::string(key)] = document->line(path + "/" + std::string(key));
    }
    const EntryName entry = read(*table, fields, std::move(place));
    if (!entry.name.empty() && !names.emplace(entry.workspace, base::fold_case(entry.name)).second) {
      fields.problem("name", fmt::format("\"{}\" is there twice", entry.name));
    }
    fields.finish();
  }
  for (FieldProblem& wrong : found) {
    problems.push_back(
        {.file = file.file, .line = document->line(wrong.path), .key = wrong.key, .message = std::move(wrong.message)});
  }
  return found.empty();
}

}  // namespace boathouse::core
