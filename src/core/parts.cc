// SPDX-License-Identifier: Apache-2.0
#include "core/parts.h"

#include "base/file.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

fs::path made(const fs::path& folder) {
  base::make_directories_durably(folder);
  return folder;
}

}  // namespace

fs::path Layout::staging_of(const base::WorkspaceId& workspace) const {
  return made(data_ / "staging" / workspace.value);
}

fs::path Layout::warehouse_of(const base::WorkspaceId& workspace) const { return made(warehouse_ / workspace.value); }

engine::Confinement Layout::ingest_confinement(const base::WorkspaceId& workspace, engine::WorkerKind kind) const {
  return {.kind = kind,
          .workspaces = {workspace},
          .readable = {warehouse_of(workspace)},
          .writable = {staging_of(workspace)}};
}

engine::Confinement Layout::query_confinement(std::vector<base::WorkspaceId> workspaces) const {
  engine::Confinement confinement{.kind = engine::WorkerKind::query, .workspaces = {}, .readable = {}, .writable = {}};
  std::sort(workspaces.begin(), workspaces.end());
  workspaces.erase(std::unique(workspaces.begin(), workspaces.end()), workspaces.end());
  for (const base::WorkspaceId& workspace : workspaces) confinement.readable.push_back(warehouse_of(workspace));
  confinement.workspaces = std::move(workspaces);
  return confinement;
}

void Layout::clear_staging() const {
  std::error_code ignored;
  fs::remove_all(data_ / "staging", ignored);
  base::make_directories_durably(data_ / "staging");
}

}  // namespace boathouse::core
