// SPDX-License-Identifier: Apache-2.0
// Pages of a bucket's keys, in the order of their bytes. What lies below a delimiter is one common prefix, and is passed over
// by seeking behind it, so that a page costs what it shows. Blocking; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/parts.h"

namespace boathouse::core {

struct ListingWanted {
  std::string prefix{};
  std::string delimiter{};   // empty: none
  std::string after{};       // a key, or a common prefix, of the page before; empty: from the start
  std::string after_id{};    // within that key: of a version or an upload; empty: all of the key has been shown
  std::size_t limit = 1000;  // of rows and common prefixes together
};

template <class Row>
struct ListingPage {
  std::vector<Row> rows{};
  std::vector<std::string> common_prefixes{};
  bool is_truncated = false;
  std::string next{};     // for `after` of the next page
  std::string next_id{};  // for its `after_id`
};

// Keys from `from` on and before `before`, but for `except`.
struct KeyRange {
  std::string from{};
  std::string before{};
  std::optional<std::string> except{};
};
using RowsOfRange = std::function<std::vector<meta::ObjectRow>(const KeyRange& range, std::size_t limit)>;
// Pages of what `rows` gives: the first `limit` of a range, by key. It is asked for `first` rows first.
ListingPage<meta::ObjectRow> list_rows(const ListingWanted& wanted, std::size_t first, const RowsOfRange& rows);

// Latest versions that are no markers.
ListingPage<meta::ObjectRow> list_objects(const Parts& parts, const meta::BucketRow& bucket,
                                          const ListingWanted& wanted);
// All versions and markers; Error{invalid_argument} when `after_id` is no version of `after`.
ListingPage<meta::ObjectRow> list_versions(const Parts& parts, const meta::BucketRow& bucket,
                                           const ListingWanted& wanted);
// Uploads that are neither completed nor aborted.
ListingPage<meta::UploadRow> list_uploads(const Parts& parts, const meta::BucketRow& bucket,
                                          const ListingWanted& wanted);

}  // namespace boathouse::core
