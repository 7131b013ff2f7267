// SPDX-License-Identifier: Apache-2.0
// Finding backups. Making one is in backup_create.cc, bringing one back in backup_restore.cc.
#include "core/backups.h"

#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/log.h"
#include "core/table_state.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

json::object summary_of(const BackupManifest& manifest) {
  return {{"id", manifest.id.value},
          {"at", base::to_rfc3339(manifest.at)},
          {"version", manifest.version == 0 ? json::value(nullptr) : json::value(std::to_string(manifest.version))},
          {"rows", manifest.rows},
          {"bytes", manifest.bytes()}};
}

}  // namespace

std::string Backups::folder_of(const meta::WorkspaceRow& workspace, std::string_view table) const {
  return store::join(store::join(archive_.root(), workspace.id.value), store::path_segment(base::fold_case(table)));
}

std::vector<BackupId> Backups::complete(const std::string& folder) const {
  std::vector<BackupId> ids;
  for (const store::ObjectInfo& object : archive_.list(folder)) {
    std::string_view rest = std::string_view(object.location).substr(folder.size() + 1);
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || rest.substr(slash + 1) != kManifestFile) continue;
    if (base::is_uuid(rest.substr(0, slash))) ids.emplace_back(std::string(rest.substr(0, slash)));
  }
  // Their ids begin with their time.
  std::sort(ids.rbegin(), ids.rend());
  return ids;
}

BackupId Backups::find(const meta::WorkspaceRow& workspace, std::string_view table,
                       const std::optional<BackupId>& wanted) const {
  const std::vector<BackupId> ids = complete(folder_of(workspace, table));
  if (!wanted && !ids.empty()) return ids.front();
  if (wanted && std::find(ids.begin(), ids.end(), *wanted) != ids.end()) return *wanted;
  throw Error(ErrorKind::not_found, wanted ? fmt::format("table \"{}\" has no backup {}", table, wanted->value)
                                           : fmt::format("table \"{}\" has no backup", table))
      .code(std::string(kNoBackup));
}

json::object Backups::list(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const {
  const std::string folder = folder_of(workspace, table);
  const std::vector<BackupId> ids = complete(folder);
  if (ids.empty()) require_state(parts_, workspace.id, table);
  auto id = ids.begin();
  if (!page.token.empty()) {
    if (!base::is_uuid(page.token)) {
      throw Error(ErrorKind::invalid_argument, "page_token is not one that this list gave");
    }
    while (id != ids.end() && id->value >= page.token) ++id;
  }
  json::array backups;
  json::object answer;
  for (; id != ids.end() && backups.size() < page.limit; ++id) {
    answer["next_page_token"] = id->value;
    const std::string location = store::join(store::join(folder, id->value), kManifestFile);
    try {
      backups.emplace_back(summary_of(parse_manifest(archive_.get(location))));
    } catch (const Error& error) {
      base::log_warning("damaged_backup", {{"backup", id->value}, {"error", error.message()}});
    }
  }
  if (id == ids.end()) answer.erase("next_page_token");
  answer["backups"] = std::move(backups);
  return answer;
}

void Backups::remove_incomplete() const {
  std::set<std::string> whole;
  const std::vector<store::ObjectInfo> objects = archive_.list(archive_.root());
  auto folder = [](const std::string& location) { return location.substr(0, location.rfind('/')); };
  for (const store::ObjectInfo& object : objects) {
    if (object.location.ends_with("/" + std::string(kManifestFile))) whole.insert(folder(object.location));
  }
  for (const store::ObjectInfo& object : objects) {
    if (!whole.contains(folder(object.location))) archive_.remove(object.location);
  }
}

}  // namespace boathouse::core
