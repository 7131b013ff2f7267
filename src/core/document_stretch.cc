// SPDX-License-Identifier: Apache-2.0
#include "core/document_stretch.h"

#include <unistd.h>

#include "base/error.h"
#include "batch/json_text.h"
#include "batch/range_window.h"
#include "core/document_keys.h"

namespace boathouse::core {
namespace {

constexpr std::size_t kMostInMemory = std::size_t{1} << 20;
constexpr std::uint64_t kBlock = std::uint64_t{4} << 20;
constexpr std::uint64_t kMostOfLine = std::uint64_t{64} << 20;
constexpr base::Micros kKeysLiveFor = base::kDay;

std::optional<std::string> find_in(std::string_view lines, std::string_view id) {
  const std::string needle = fmt::format(R"("{}":"{}")", batch::kDocumentId, id);
  for (std::size_t at = lines.find(needle); at != std::string_view::npos; at = lines.find(needle, at + 1)) {
    // The words may also stand inside a document; the line's own members do not lie.
    const std::size_t begin = lines.rfind('\n', at) + 1;
    const std::string_view line = lines.substr(begin, lines.find('\n', at) - begin);
    if (batch::json_text_member(line, batch::kDocumentId) == id) return batch::whole_document(line);
  }
  return std::nullopt;
}

}  // namespace

DocumentStretch::DocumentStretch(std::filesystem::path staging, std::vector<batch::FlatColumn> columns)
    : staging_(std::move(staging)),
      folder_(staging_),
      file_(base::create_file(folder_.path() / "documents")),
      flattener_(std::move(columns)),
      block_{.offset = 0, .length = 0, .first_row = 1} {}

void DocumentStretch::add(landing::Position position, const DocumentRecord& record) {
  // The only thing that can fail, before anything of the record is taken.
  if (lines_.size() >= kMostInMemory) flush();
  const DocumentHead& head = record.head;
  if (records_ == 0) {
    first_ = position;
    oldest_ = head.received_at;
    principal_ = head.principal;
  } else if (principal_ != head.principal) {
    principal_.clear();
  }
  std::string received_at = base::to_rfc3339(head.received_at);
  for (const StoredDocument& document : record.documents) {
    flattener_.add(document.text, {.id = document.id, .received_at = received_at, .request = head.request}, lines_);
    bytes_ += document.text.size();
    ++rows_;
    if (in_file_ + lines_.size() - block_.offset >= kBlock) close_block();
  }
  if (!head.key.empty()) {
    std::vector<std::string> ids;
    for (const StoredDocument& document : record.documents) ids.emplace_back(document.id);
    answers_.push_back({.scope = std::string(head.key_scope),
                        .key = std::string(head.key),
                        .body_hash = std::string(head.body_hash),
                        .status = 200,
                        .answer = ids_to_text(ids),
                        .expires_at = head.received_at + kKeysLiveFor});
  }
  last_ = position;
  ++records_;
}

void DocumentStretch::close_block() {
  std::uint64_t end = in_file_ + lines_.size();
  block_.length = end - block_.offset;
  if (block_.length > 0) blocks_.push_back(block_);
  block_ = {.offset = end, .length = 0, .first_row = rows_ + 1};
}

void DocumentStretch::flush() {
  try {
    base::write_all(file_.get(), lines_);
  } catch (...) {
    // What got there is written again.
    if (::ftruncate(file_.get(), static_cast<off_t>(in_file_)) == 0) {
      ::lseek(file_.get(), static_cast<off_t>(in_file_), SEEK_SET);
    }
    throw;
  }
  in_file_ += lines_.size();
  lines_.clear();
}

DocumentStretch::Staged DocumentStretch::stage() {
  close_block();
  flush();
  Staged staged;
  staged.folder = std::make_unique<base::TemporaryFolder>(staging_);
  staged.file = staged.folder->path() / "body";
  std::error_code failed;
  std::filesystem::create_hard_link(folder_.path() / "documents", staged.file, failed);
  if (failed) throw base::system_error(failed.value(), "staging documents");
  staged.scan.bytes = in_file_;
  staged.scan.rows = rows_;
  staged.scan.blocks = blocks_;
  return staged;
}

std::optional<std::string> DocumentStretch::find(std::string_view id) {
  // Looking writes nothing: the disk may be full.
  if (auto document = find_in(lines_, id)) return document;
  if (in_file_ == 0) return std::nullopt;
  batch::RangeWindow window(folder_.path() / "documents", 0, in_file_, kMostOfLine);
  while (true) {
    const std::string_view lines = window.text().substr(0, window.text().rfind('\n') + 1);
    if (auto document = find_in(lines, id)) return document;
    window.pass(lines.size());
    if (window.complete()) return std::nullopt;
    window.more();
  }
}

}  // namespace boathouse::core
