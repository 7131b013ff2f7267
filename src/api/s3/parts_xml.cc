// SPDX-License-Identifier: Apache-2.0
#include "api/s3/parts_xml.h"

#include <algorithm>

namespace boathouse::api::s3 {
namespace {

constexpr std::int64_t kMostRows = 1000;

}  // namespace

PartsPage parts_page(const Call& call, const meta::UploadId& upload, std::optional<std::int64_t> limit,
                     std::optional<std::int64_t> after) {
  PartsPage page{.after = after.value_or(0), .limit = std::min(limit.value_or(kMostRows), kMostRows)};
  const auto most = static_cast<std::size_t>(page.limit);
  page.rows = call.services.multipart.list_parts(upload, page.after, most + 1);
  page.is_truncated = most > 0 && page.rows.size() > most;
  if (page.rows.size() > most) page.rows.pop_back();
  return page;
}

void add_page(pugi::xml_node parent, const PartsPage& page) {
  add_number(parent, "PartNumberMarker", page.after);
  add_number(parent, "NextPartNumberMarker", page.rows.empty() ? page.after : page.rows.back().number);
  add_number(parent, "MaxParts", page.limit);
  add_flag(parent, "IsTruncated", page.is_truncated);
}

void add_part_checksum(pugi::xml_node parent, const meta::PartRow& part) {
  if (auto checksum = core::parse_checksum(part.checksum)) add_checksum(parent, *checksum);
}

}  // namespace boathouse::api::s3
