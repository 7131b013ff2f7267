// SPDX-License-Identifier: Apache-2.0
#include "iceberg/metadata_file.h"

#include <unordered_map>

#include "iceberg/metadata_json.h"

namespace boathouse::iceberg {
namespace {

// A run that is complete is compressed well, once; the few items after the last one quickly, every time.
constexpr std::size_t kItemsPerRun = 64;
constexpr int kOnce = 6;
constexpr int kEveryTime = 1;
constexpr std::size_t kMostText = 1UL << 30;

SnapshotId id_of(const SnapshotPtr& snapshot) { return snapshot->id(); }
// A snapshot may stand in the log twice, at two times.
SnapshotId id_of(const SnapshotLogEntry& entry) { return entry.snapshot_id ^ (entry.timestamp_ms << 16); }
void append_item(std::string& out, const SnapshotPtr& snapshot) { out += snapshot->json(); }
void append_item(std::string& out, const SnapshotLogEntry& entry) { append_json(out, entry); }

// Writes a list item by item, by runs of the file before where they still fit.
template <class Item>
class ListWriter {
 public:
  ListWriter(const std::vector<Item>& items, GzipWriter& out) : items_(items), out_(out) {}

  std::vector<CompressedRunPtr> write(const std::vector<CompressedRunPtr>& known) {
    std::unordered_map<SnapshotId, CompressedRunPtr> by_first;
    for (const CompressedRunPtr& run : known) by_first.emplace(run->first, run);
    std::size_t at = 0;
    while (at < items_.size()) {
      auto found = by_first.find(id_of(items_[at]));
      if (found != by_first.end() && fits(*found->second, at)) {
        compress(at);
        put(found->second);
        at = begin_ += found->second->count;
      } else if (++at - begin_ == kItemsPerRun) {
        compress(at);
      }
    }
    if (begin_ < items_.size()) put(piece(begin_, items_.size(), kEveryTime));
    return std::move(runs_);
  }

 private:
  // Items only join at the end and leave; so the same ends at the same distance are the same items.
  bool fits(const CompressedRun& run, std::size_t at) const {
    return at + run.count <= items_.size() && id_of(items_[at + run.count - 1]) == run.last;
  }

  // What is not written yet, up to `end`, becomes a run.
  void compress(std::size_t end) {
    if (begin_ == end) return;
    put(std::make_shared<const CompressedRun>(CompressedRun{.first = id_of(items_[begin_]),
                                                            .last = id_of(items_[end - 1]),
                                                            .count = end - begin_,
                                                            .text = piece(begin_, end, kOnce)}));
    begin_ = end;
  }

  GzipPiece piece(std::size_t from, std::size_t to, int level) const {
    std::string text;
    for (std::size_t i = from; i < to; ++i) {
      if (i > from) text += ",";
      append_item(text, items_[i]);
    }
    return gzip_piece(text, level);
  }

  void put(const CompressedRunPtr& run) {
    put(run->text);
    runs_.push_back(run);
  }
  void put(const GzipPiece& text) {
    static const GzipPiece kComma = gzip_piece(",", kOnce);
    if (!empty_) out_.add(kComma);
    out_.add(text);
    empty_ = false;
  }

  const std::vector<Item>& items_;
  GzipWriter& out_;
  std::vector<CompressedRunPtr> runs_;
  std::size_t begin_ = 0;  // the first item that is not written yet
  bool empty_ = true;
};

std::size_t size_of(const CompressedHistory& history) {
  std::size_t bytes = 0;
  for (const auto* runs : {&history.snapshots, &history.log}) {
    for (const CompressedRunPtr& run : *runs) bytes += run->text.blocks.size();
  }
  return bytes;
}

}  // namespace

MetadataFile encode_metadata(const TableMetadata& metadata, std::size_t compress_from) {
  if (estimated_json_size(metadata) < compress_from) return {metadata_to_json(metadata), ".metadata.json", nullptr};
  static const CompressedHistory kNothing;
  const CompressedHistory& known = metadata.compressed ? *metadata.compressed : kNothing;
  MetadataText text = metadata_text(metadata);
  auto next = std::make_shared<CompressedHistory>();
  GzipWriter out;
  out.reserve(size_of(known) + kCompressFrom);
  out.add(gzip_piece(text.before_snapshots, kEveryTime));
  next->snapshots = ListWriter(metadata.snapshots, out).write(known.snapshots);
  out.add(gzip_piece(text.between, kEveryTime));
  next->log = ListWriter(metadata.snapshot_log, out).write(known.log);
  out.add(gzip_piece(text.after_log, kEveryTime));
  return {out.finish(), ".gz.metadata.json", std::move(next)};
}

std::string metadata_file_text(std::string_view bytes) {
  return is_gzip(bytes) ? gunzip(bytes, kMostText) : std::string(bytes);
}

TableMetadata decode_metadata(std::string_view bytes) { return metadata_from_json(metadata_file_text(bytes)); }

}  // namespace boathouse::iceberg
