// SPDX-License-Identifier: Apache-2.0
// A table's documents in the order in which they came, page by page, for whoever follows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace boathouse::core {

inline constexpr std::int64_t kMostDocumentsOnPage = 1000;

struct DocumentPageRequest {
  std::optional<std::string> after{};  // an id: the first documents behind it; absent: the table's last ones
  std::int64_t limit = 100;            // at most; fewer where they are large
};

struct PagedDocument {
  std::string id;
  base::Micros received_at = 0;
  bool quarantined = false;
  std::string document;  // as it came
};

struct DocumentPage {
  std::vector<PagedDocument> documents;  // by id
  std::string after;                     // what to ask after next: no document comes twice, none is passed by
};

}  // namespace boathouse::core
