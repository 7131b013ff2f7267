// SPDX-License-Identifier: Apache-2.0
// Records of the landing log as documents' requests: what is read is what would be written again.
#include "core/document_record.h"

#include <optional>
#include <string>

#include "base/error.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {

namespace {

// nullopt where the bytes are refused, which is no fault of theirs elsewhere: the log's checksums have found them whole.
std::optional<core::DocumentRecord> read(std::string_view bytes) {
  try {
    return core::decode(bytes);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  const std::optional<core::DocumentRecord> read_back = read(bytes);
  if (!read_back) return;
  const core::DocumentRecord& record = *read_back;
  const core::DocumentHead head = core::decode_head(bytes);
  require(record.documents.size() == head.documents, "a record has as many documents as its head says");
  require(record.head.table == head.table && record.head.key == head.key && record.head.received_at == head.received_at,
          "a head reads alike alone");
  const std::string again = core::encode(record);
  require(bytes.starts_with(again), "what is read is what is written");
}

}  // namespace boathouse::fuzz
