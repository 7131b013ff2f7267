// SPDX-License-Identifier: Apache-2.0
// What a record of the landing log says: the documents of one request and where they are to go.
//
//   version      1   1
//   received_at  8   microseconds since 1970
//   count        4   documents, at least 1
//   then texts, each as its length in 4 bytes and its bytes in UTF-8: workspace id, table (as the request spelled it),
//   user name, request id, scope, key and body hash of an Idempotency-Key (all three empty: none), and for each document its
//   id and the document as it came.
// All numbers are unsigned and little-endian. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace boathouse::core {

struct DocumentHead {
  base::Micros received_at = 0;
  std::string_view workspace;
  std::string_view table;
  std::string_view principal;
  std::string_view request;
  std::string_view key_scope{};
  std::string_view key{};
  std::string_view body_hash{};
  std::uint32_t documents = 0;  // how many there are; encode() counts them itself
};

struct StoredDocument {
  std::string_view id;
  std::string_view text;
};

struct DocumentRecord {
  DocumentHead head;
  std::vector<StoredDocument> documents;
};

std::string encode(const DocumentRecord& record);

// Views into the payload. Error{internal} for what encode() does not write: the log's checksums have found it whole.
DocumentRecord decode(std::string_view payload);
// Only where it is to go.
DocumentHead decode_head(std::string_view payload);

}  // namespace boathouse::core
