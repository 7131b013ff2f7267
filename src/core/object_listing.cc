// SPDX-License-Identifier: Apache-2.0
#include "core/object_listing.h"

#include <functional>

#include "base/encoding.h"
#include "base/error.h"
#include "base/ids.h"

namespace boathouse::core {
namespace {

// A page with a delimiter may show few of the rows that are read for it.
constexpr std::size_t kFirstAsk = 8;
constexpr std::size_t kRowsOfAKey = 1000;

// The least text greater than every text that begins with `prefix`.
std::string behind(const std::string& prefix) {
  if (prefix.empty()) return meta::kPastEveryKey;
  std::string next = prefix;
  ++next.back();  // no byte of UTF-8 is the greatest
  return next;
}

// Where the next rows are to come from. The last row shown of the key `from` had this id and number.
struct Place {
  std::string from{};
  std::optional<std::string> except{};
  std::string id{};
  std::optional<std::int64_t> number{};
};

template <class Row>
using Fetch = std::function<std::vector<Row>(const Place&, std::size_t limit)>;

// The part of a key up to and with the delimiter behind the prefix; empty where it has none.
std::string common_prefix_of(const std::string& key, const ListingWanted& wanted) {
  if (wanted.delimiter.empty()) return "";
  const std::size_t found = key.find(wanted.delimiter, wanted.prefix.size());
  return found == std::string::npos ? "" : key.substr(0, found + wanted.delimiter.size());
}

std::string id_of(const meta::ObjectRow& row) { return row.version; }
std::string id_of(const meta::UploadRow& row) { return row.id.value; }
Place after(const meta::ObjectRow& row) { return {.from = row.key, .number = row.number}; }
Place after(const meta::UploadRow& row) { return {.from = row.key, .id = row.id.value}; }

template <class Row>
class Lister {
 public:
  Lister(const ListingWanted& wanted, Fetch<Row> fetch, std::size_t first)
      : wanted_(wanted), fetch_(std::move(fetch)), first_(first), ask_(first) {}

  // From `place` on: one row more than fits tells whether there is another page.
  ListingPage<Row> run(Place place) {
    bool more = true;
    while (more && !page_.is_truncated) {
      std::vector<Row> rows = fetch_(place, ask_);
      more = rows.size() == ask_;
      ask_ = std::min(ask_ * 4, wanted_.limit + 1);
      if (!rows.empty()) place = after(rows.back());
      show(rows, place, more);
    }
    return std::move(page_);
  }

 private:
  bool is_full() const { return page_.rows.size() + page_.common_prefixes.size() == wanted_.limit; }

  void show(std::vector<Row>& rows, Place& place, bool& more) {
    for (Row& row : rows) {
      const std::string common = common_prefix_of(row.key, wanted_);
      if (!common.empty() && !page_.common_prefixes.empty() && page_.common_prefixes.back() == common) continue;
      if (is_full()) {
        page_.is_truncated = true;
        return;
      }
      page_.next = common.empty() ? row.key : common;
      page_.next_id = common.empty() ? id_of(row) : "";
      if (common.empty()) {
        page_.rows.push_back(std::move(row));
      } else {
        page_.common_prefixes.push_back(common);
      }
    }
    // Ends below a common prefix: the rest of it is passed over.
    const bool below = !rows.empty() && !page_.common_prefixes.empty() && page_.next == page_.common_prefixes.back();
    if (below && more) {
      place = {.from = behind(page_.next)};
      ask_ = first_;
    }
  }

  const ListingWanted& wanted_;
  Fetch<Row> fetch_;
  const std::size_t first_;
  std::size_t ask_;
  ListingPage<Row> page_;
};

// A page that ended with a common prefix goes on behind it; one that ended with a key, after that.
Place begin_of(const ListingWanted& wanted) {
  Place place{.from = wanted.prefix};
  if (wanted.after.empty()) return place;
  const bool is_common =
      wanted.after.starts_with(wanted.prefix) && common_prefix_of(wanted.after, wanted) == wanted.after;
  const std::string begin = is_common ? behind(wanted.after) : wanted.after;
  if (begin < wanted.prefix) return place;
  place.from = begin;
  if (is_common) return place;
  if (wanted.after_id.empty()) place.except = begin;
  place.id = wanted.after_id;
  return place;
}

meta::ObjectListing bounds(const meta::BucketRow& bucket, const ListingWanted& wanted, const Place& place,
                           std::size_t limit) {
  return {
      .bucket = bucket.id, .from = place.from, .before = behind(wanted.prefix), .except = place.except, .limit = limit};
}

// Nothing is asked for, nothing is shown, and nothing is said to follow.
template <class Row>
ListingPage<Row> page_of(const ListingWanted& wanted, const Place& place, Fetch<Row> fetch,
                         std::size_t first = kFirstAsk) {
  if (wanted.limit == 0) return {};
  return Lister<Row>(wanted, std::move(fetch), first).run(place);
}

// Whoever deletes page by page goes on after a version that is gone: with those that were made before it. Of the null
// version it cannot be told, so all of the key come.
std::optional<std::int64_t> place_of_gone(const Parts& parts, const meta::BucketRow& bucket, const std::string& key,
                                          const std::string& version) {
  constexpr std::int64_t kMicros = 1000;  // the time of an id is to the millisecond
  if (version == meta::kNullVersion) return std::nullopt;
  if (!base::is_uuid(version) || version != base::fold_case(version)) {
    throw base::Error(base::ErrorKind::invalid_argument, "Invalid version id marker specified");
  }
  const std::int64_t made = base::uuid_v7_time(version);
  std::optional<meta::VersionPlace> last;
  while (true) {
    const std::vector<meta::ObjectRow> rows = parts.meta.buckets().list_versions(
        {.bucket = bucket.id, .from = key, .before = key + '\0', .limit = kRowsOfAKey}, last);
    for (const meta::ObjectRow& row : rows) {
      const bool is_older = row.version == meta::kNullVersion ? row.at < made + kMicros : row.version < version;
      if (is_older) return row.number + 1;
      last = {.key = key, .number = row.number};
    }
    if (rows.size() < kRowsOfAKey) return last ? last->number : std::optional<std::int64_t>();
  }
}

}  // namespace

ListingPage<meta::ObjectRow> list_rows(const ListingWanted& wanted, std::size_t first, const RowsOfRange& rows) {
  auto fetch = [&](const Place& place, std::size_t limit) {
    KeyRange range{.from = place.from, .before = behind(wanted.prefix), .except = place.except};
    if (place.number) range.except = place.from;  // the key's only row has been shown
    return rows(range, limit);
  };
  return page_of<meta::ObjectRow>(wanted, begin_of(wanted), fetch, first);
}

ListingPage<meta::ObjectRow> list_objects(const Parts& parts, const meta::BucketRow& bucket,
                                          const ListingWanted& wanted) {
  return list_rows(wanted, kFirstAsk, [&](const KeyRange& range, std::size_t limit) {
    return parts.meta.buckets().list_objects(
        {.bucket = bucket.id, .from = range.from, .before = range.before, .except = range.except, .limit = limit});
  });
}

ListingPage<meta::ObjectRow> list_versions(const Parts& parts, const meta::BucketRow& bucket,
                                           const ListingWanted& wanted) {
  Place begin = begin_of(wanted);
  if (!begin.id.empty()) {
    auto row = parts.meta.buckets().find_object(bucket.id, begin.from, begin.id);
    begin.number = row ? row->number : place_of_gone(parts, bucket, begin.from, begin.id);
  }
  return page_of<meta::ObjectRow>(wanted, begin, [&](const Place& place, std::size_t limit) {
    std::optional<meta::VersionPlace> last;
    if (place.number) last = {place.from, *place.number};
    return parts.meta.buckets().list_versions(bounds(bucket, wanted, place, limit), last);
  });
}

ListingPage<meta::UploadRow> list_uploads(const Parts& parts, const meta::BucketRow& bucket,
                                          const ListingWanted& wanted) {
  return page_of<meta::UploadRow>(wanted, begin_of(wanted), [&](const Place& place, std::size_t limit) {
    return parts.meta.buckets().list_uploads(bounds(bucket, wanted, place, limit), place.id);
  });
}

}  // namespace boathouse::core
