// SPDX-License-Identifier: Apache-2.0
#include "core/lake_ingress.h"

#include <fmt/chrono.h>

#include <deque>

#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "core/all_tables.h"
#include "core/aws_account.h"
#include "core/object_errors.h"
#include "core/object_facts.h"

namespace boathouse::core {
namespace {

constexpr std::string_view kBucket = "lake-ingress";
constexpr std::string_view kKeyHead = "id=";
constexpr std::string_view kLeastId = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kGreatestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";
constexpr base::Micros kPatience = 5 * base::kSecond;

std::string key_of(std::string_view id) { return std::string(kKeyHead) + std::string(id); }

// The common log format's: "27/Feb/2021:16:17:38 +0000".
std::string log_time(base::Micros at) {
  return fmt::format("{:%d/%b/%Y:%H:%M:%S} +0000", fmt::gmtime(static_cast<std::time_t>(at / base::kSecond)));
}

IngressObject object_of(const std::string& table, std::string_view id, base::Micros at, std::string_view document) {
  IngressObject object;
  object.bytes = base::to_base64(document);
  base::Digest md5(base::Digest::Kind::md5);
  md5.update(object.bytes);
  const ObjectFacts facts{.headers = {{"content-type", "text/plain;base64"}},
                          .metadata = {{"request-time", log_time(at)}, {"table", table}}};
  object.row = {.key = key_of(id),
                .is_latest = true,
                .size = static_cast<std::int64_t>(object.bytes.size()),
                .etag = base::to_hex(md5.finish()),
                .facts = to_json(facts),
                .at = at};
  return object;
}

// A text of an id's form. Ids greater than it are at or behind `key`; none that is less than it is.
std::string id_before(std::string_view key) {
  if (key <= kKeyHead) return std::string(kLeastId);
  if (!key.starts_with(kKeyHead)) return std::string(key < kKeyHead ? kLeastId : kGreatestId);
  const std::string_view wanted = key.substr(kKeyHead.size());
  std::string id;
  for (std::size_t i = 0; i < std::min(wanted.size(), kLeastId.size()); ++i) {
    const char c = wanted[i];
    const bool is_dash = kLeastId[i] == '-';
    if (is_dash ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      id += c;
      continue;
    }
    // No id goes on like this: those that begin alike are all behind the key, or all before it but for greater digits.
    if (c < (is_dash ? '-' : '0')) return id + std::string(kLeastId.substr(i));
    if (!is_dash && c < 'a') return id + '9' + std::string(kGreatestId.substr(i + 1));
    return id + std::string(kGreatestId.substr(i));
  }
  return id + std::string(kLeastId.substr(id.size()));
}

// Reads one table's documents in the order of their ids.
class TableReader {
 public:
  TableReader(const Documents& documents, const meta::WorkspaceRow& workspace, std::string table, std::string after)
      : documents_(documents), workspace_(workspace), table_(std::move(table)), after_(std::move(after)) {}

  const std::string& table() const { return table_; }
  // nullptr at the end.
  const PagedDocument* next(std::size_t limit) {
    if (waiting_.empty() && !ended_)
      fill(static_cast<std::int64_t>(std::min<std::size_t>(limit, kMostDocumentsOnPage)));
    return waiting_.empty() ? nullptr : &waiting_.front();
  }
  void pop() { waiting_.pop_front(); }

 private:
  void fill(std::int64_t limit) {
    try {
      DocumentPage page = documents_.page(workspace_, table_, {.after = after_, .limit = limit});
      after_ = page.after;
      ended_ = page.documents.empty();
      waiting_.assign(std::make_move_iterator(page.documents.begin()), std::make_move_iterator(page.documents.end()));
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      ended_ = true;  // dropped meanwhile
    }
  }

  const Documents& documents_;
  const meta::WorkspaceRow& workspace_;
  std::string table_;
  std::string after_;
  std::deque<PagedDocument> waiting_;
  bool ended_ = false;
};

}  // namespace

bool is_lake_ingress(std::string_view bucket) {
  return bucket == kBucket || bucket == fmt::format("{}-{}", kAccount, kBucket);
}

std::vector<std::string> LakeIngress::tables(const meta::WorkspaceRow& workspace) const {
  std::vector<std::string> names;
  for_each_table(parts_.meta, workspace.id, {}, [&](const meta::TableRow& row) { names.push_back(row.name); });
  return names;
}

std::optional<IngressObject> LakeIngress::find_now(const meta::WorkspaceRow& workspace, std::string_view id) const {
  for (const std::string& table : tables(workspace)) {
    if (mark_of_documents(table) != base::uuid_mark(id)) continue;
    if (auto found = documents_.find(workspace, table, id)) {
      return object_of(table, id, found->received_at, found->document);
    }
  }
  return std::nullopt;
}

IngressObject LakeIngress::find(const meta::WorkspaceRow& workspace, const std::string& key) const {
  const std::string_view id = std::string_view(key).substr(std::min(key.size(), kKeyHead.size()));
  if (!key.starts_with(kKeyHead) || !base::is_uuid(id) || base::fold_case(id) != id) throw no_such_key(key);
  auto found = find_now(workspace, id);
  if (!found && documents_.backlog().documents > 0) {
    // A table's first documents may wait for it to be made.
    documents_.settle_all(base::steady_micros() + kPatience);
    found = find_now(workspace, id);
  }
  if (!found) throw no_such_key(key);
  return *std::move(found);
}

ListingPage<meta::ObjectRow> LakeIngress::list(const meta::WorkspaceRow& workspace, const ListingWanted& wanted) const {
  documents_.settle_all(base::steady_micros() + kPatience);
  std::vector<std::string> names = tables(workspace);
  return list_rows(wanted, wanted.limit + 1, [&](const KeyRange& range, std::size_t limit) {
    std::vector<meta::ObjectRow> rows;
    auto add = [&](IngressObject object) {
      if (object.row.key >= range.from && object.row.key < range.before && object.row.key != range.except) {
        rows.push_back(std::move(object.row));
      }
    };
    const std::string after = id_before(range.from);
    if (key_of(after) == range.from && range.except != range.from) {
      if (auto found = find_now(workspace, after)) add(*std::move(found));
    }
    std::vector<TableReader> readers;
    readers.reserve(names.size());
    for (const std::string& name : names) readers.emplace_back(documents_, workspace, name, after);
    while (rows.size() < limit) {
      TableReader* first = nullptr;
      const PagedDocument* least = nullptr;
      for (TableReader& reader : readers) {
        const PagedDocument* document = reader.next(limit);
        if (document != nullptr && (least == nullptr || document->id < least->id)) {
          least = document;
          first = &reader;
        }
      }
      if (least == nullptr || key_of(least->id) >= range.before) break;
      add(object_of(first->table(), least->id, least->received_at, least->document));
      first->pop();
    }
    return rows;
  });
}

}  // namespace boathouse::core
