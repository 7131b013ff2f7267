// SPDX-License-Identifier: Apache-2.0
// The documents of one table between the landing log and the table. Its parts belong to the committer
// (document_committer.h), which says what guards them.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/document_stretch.h"

namespace boathouse::core {

struct DocumentLane {
  base::WorkspaceId workspace;
  std::string table;   // as the first record spelled it
  std::string folded;  // its name in the metadata store's landing row

  // Acknowledged and committed, in documents, since the process began; and the last acknowledged record.
  std::atomic<landing::Position> landed{0};
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> quarantined{0};

  // Guarded by `mutex`, which is taken after the committer's own:
  std::mutex mutex;
  std::unique_ptr<DocumentStretch> open;                // being filled by the reader
  std::deque<std::shared_ptr<DocumentStretch>> closed;  // the first one may be on its way into the table
  std::optional<landing::Position> behind;              // records after this one were passed over for want of room
  std::uint64_t restarts = 0;       // how often all that was staged was thrown away, to be read again
  landing::Position watermark = 0;  // of the metadata store: records up to here are in the table
  std::uint64_t record_limit = 0;   // of a stretch, while one fails; 0: none
  bool isolated = false;            // the next stretch is a single record that fails by itself

  // The first documents that are not in the table, of those staged; nullptr where none are. Under `mutex`.
  const DocumentStretch* first() const { return !closed.empty() ? closed.front().get() : open.get(); }

  // Guarded by the committer's mutex:
  bool busy = false;
  landing::Position wanted = 0;  // somebody waits for the records up to here
  int failures = 0;              // in a row
  std::string failure;           // the last one's message
  base::Micros retry_at = 0;     // base::steady_micros()
};

}  // namespace boathouse::core
