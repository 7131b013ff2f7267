// SPDX-License-Identifier: Apache-2.0
#include "core/object_bytes.h"

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file_read.h"

namespace boathouse::core {
namespace {

constexpr std::size_t kAllParts = 10'000;

}  // namespace

ObjectBytes::ObjectBytes(ObjectFiles& files, std::vector<Piece> pieces) : files_(&files), pieces_(std::move(pieces)) {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    names.push_back(piece.name);
    size_ += piece.size;
  }
  hold_ = std::make_unique<ObjectFiles::Hold>(files, std::move(names));
  left_ = size_;
}

void ObjectBytes::select(std::uint64_t offset, std::uint64_t length) {
  left_ = length;
  offset_ = offset;
  file_.reset();
  for (at_ = 0; at_ + 1 < pieces_.size() && offset_ >= pieces_[at_].size; ++at_) offset_ -= pieces_[at_].size;
}

std::vector<ObjectBytes::Piece> pieces_of(meta::BucketStore& store, const std::string& file,
                                          const meta::UploadId& upload, std::int64_t size) {
  if (upload.empty()) return {{.name = file, .size = static_cast<std::uint64_t>(size)}};
  std::vector<ObjectBytes::Piece> pieces;
  for (const meta::PartRow& part : store.list_parts(upload, 0, kAllParts)) {
    pieces.push_back({.name = part.file, .size = static_cast<std::uint64_t>(part.size), .part = part.number});
  }
  return pieces;
}

ObjectBytes::Stretch ObjectBytes::at_hand() {
  while (left_ > 0 && offset_ == pieces_.at(at_).size) {
    file_.reset();
    offset_ = 0;
    ++at_;
  }
  if (left_ == 0) return {};
  const Piece& piece = pieces_.at(at_);
  if (!file_) file_ = base::open_for_read(files_->path_of(piece.name));
  return {.file = file_.get(), .offset = offset_, .length = std::min(left_, piece.size - offset_)};
}

void ObjectBytes::advance(std::uint64_t bytes) {
  offset_ += bytes;
  left_ -= bytes;
}

ObjectBytes::Stretch ObjectBytes::next_stretch() {
  const Stretch stretch = at_hand();
  advance(stretch.length);
  return stretch;
}

std::size_t ObjectBytes::read(std::span<char> into) {
  const Stretch stretch = at_hand();
  const std::size_t most = std::min<std::uint64_t>(stretch.length, into.size());
  if (most == 0) return 0;
  const std::size_t got = base::read_some_at(stretch.file, into.first(most), stretch.offset, "reading an object");
  if (got == 0) throw base::system_error(EIO, "reading an object");
  advance(got);
  return got;
}

}  // namespace boathouse::core
