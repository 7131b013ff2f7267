// SPDX-License-Identifier: Apache-2.0
// The upload of a data frame as a batch, and the answer to it. Pure, any thread.
#pragma once

#include "core/frames.h"
#include "core/ingest.h"

namespace boathouse::core {

// Of a file of an upload whose files are many small ones.
inline constexpr std::int64_t kRowsOfFrameFile = 100'000;

struct FrameUpload {
  std::string name;
  std::string key{kDefaultFrameKey};
  std::optional<ColumnsKeys> columns_keys;  // nullopt: as the frame has it
  bool keep_last = false;  // the upload takes the place of all rows of its key, and may have other columns
  BodyFormat format = BodyFormat::json;
};

// Error{invalid_argument} for a name or key that cannot be one.
IngestRequest frame_batch(const FrameUpload& upload, meta::WorkspaceRow workspace, BatchOrigin origin);

// {df_name,columns_keys,external_key,keep_last,total_rows,chunks:[{path,rows,number}],version}
boost::json::object frame_answer(const FrameUpload& upload, const Outcome& outcome);

}  // namespace boathouse::core
