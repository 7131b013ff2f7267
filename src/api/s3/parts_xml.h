// SPDX-License-Identifier: Apache-2.0
// Pages of parts, of uploads and of the objects that they have become.
#pragma once

#include <optional>
#include <vector>

#include "api/s3/call.h"
#include "api/s3/xml.h"

namespace boathouse::api::s3 {

struct PartsPage {
  std::int64_t after = 0;  // a part's number
  std::int64_t limit = 0;
  bool is_truncated = false;
  std::vector<meta::PartRow> rows{};
};

// At most 1000 parts, and not more than `limit`, of numbers above `after`. Blocks.
PartsPage parts_page(const Call& call, const meta::UploadId& upload, std::optional<std::int64_t> limit,
                     std::optional<std::int64_t> after);

// <PartNumberMarker>, <NextPartNumberMarker>, <MaxParts>, <IsTruncated>.
void add_page(pugi::xml_node parent, const PartsPage& page);
void add_part_checksum(pugi::xml_node parent, const meta::PartRow& part);

}  // namespace boathouse::api::s3
