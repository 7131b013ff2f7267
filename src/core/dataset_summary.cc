// SPDX-License-Identifier: Apache-2.0
#include "core/dataset_summary.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/names.h"
#include "core/json_answer.h"

namespace boathouse::core {

std::string dataset_summary(const Parts& parts, const base::WorkspaceId& workspace, const std::filesystem::path& file,
                            Progress& progress) {
  const base::TemporaryFolder folder(parts.layout.staging_of(workspace), "summary-");
  engine::Lease lease =
      parts.engine.acquire(parts.layout.ingest_confinement(workspace), workspace,
                           base::steady_micros() + parts.limits.ingest_timeout, progress.stop_token());
  const auto told = json_answer(
      lease, fmt::format("csv_summary({}, {}, current_setting('threads')::VARCHAR)",
                         base::quote_string(std::filesystem::canonical(file).string()),
                         base::quote_string((std::filesystem::canonical(folder.path()) / "numbers").string())));
  return std::string(told.at("summary").as_string());
}

}  // namespace boathouse::core
