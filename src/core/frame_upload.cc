// SPDX-License-Identifier: Apache-2.0
#include "core/frame_upload.h"

#include "base/names.h"

namespace boathouse::core {

namespace json = boost::json;

IngestRequest frame_batch(const FrameUpload& upload, meta::WorkspaceRow workspace, BatchOrigin origin) {
  base::check_name(upload.name, "frame");
  IngestRequest request;
  request.origin = std::move(origin);
  request.workspace = std::move(workspace);
  request.table = upload.name;
  request.mode = upload.keep_last ? WriteMode::replace : WriteMode::append;
  request.branch = branch_of_key(upload.key);
  request.make_branch = true;
  request.columns = upload.keep_last ? Shape::of_batch : Shape::of_branch;
  request.tag_upload = true;
  request.format = upload.format;
  request.fail_on_reject = true;
  request.max_rejected_shown = 1;
  request.frame.emplace();
  request.frame->keys = upload.columns_keys;
  if (upload.format != BodyFormat::parquet) request.frame->most_rows = kRowsOfFrameFile;
  request.answer = [upload](const Outcome& outcome) { return frame_answer(upload, outcome); };
  return request;
}

json::object frame_answer(const FrameUpload& upload, const Outcome& outcome) {
  json::array chunks;
  for (const Outcome::File& file : outcome.files) {
    chunks.push_back({{"path", file.path}, {"rows", file.rows}, {"number", chunks.size() + 1}});
  }
  return {{"df_name", upload.name},
          {"columns_keys", to_json(upload.columns_keys.value_or(ColumnsKeys()))},
          {"external_key", upload.key},
          {"keep_last", upload.keep_last},
          {"total_rows", outcome.rows_accepted},
          {"chunks", std::move(chunks)},
          {"version", std::to_string(outcome.version)}};
}

}  // namespace boathouse::core
