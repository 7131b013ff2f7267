// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "landing/log.h"

namespace boathouse::landing {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kReadAhead = std::size_t{1} << 20;

Error damaged() {
  return Error(ErrorKind::unavailable, "the landing log cannot be read as it was written: the disk is damaged")
      .code("landing-damaged");
}

}  // namespace

Cursor::Cursor(std::vector<Part> parts, Position after, Position until)
    : parts_(std::move(parts)), after_(after), until_(until) {}

// At least so many bytes of the stretch from at_ on, in buffer_ from begin_ on.
void Cursor::fill(std::size_t bytes) {
  std::uint64_t left = parts_[part_].stretch.end - at_;
  if (bytes > left) throw damaged();
  if (buffer_.size() - begin_ >= bytes) return;
  buffer_.erase(0, begin_);
  begin_ = 0;
  std::size_t have = buffer_.size();
  buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(std::max(bytes, kReadAhead), left)));
  while (have < buffer_.size()) {
    ssize_t got = ::pread(fd_.get(), buffer_.data() + have, buffer_.size() - have, static_cast<off_t>(at_ + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw damaged();
    have += static_cast<std::size_t>(got);
  }
}

const Record* Cursor::next() {
  for (; part_ < parts_.size(); ++part_, fd_.reset()) {
    const auto& [path, stretch] = parts_[part_];
    if (!fd_) {
      std::error_code ignored;
      if (!std::filesystem::exists(path, ignored)) continue;  // released meanwhile
      fd_ = base::open_for_read(path);
      std::string header(kSegmentHeader, '\0');
      auto got = ::pread(fd_.get(), header.data(), header.size(), 0);
      auto read = got == static_cast<ssize_t>(header.size()) ? read_segment_header(header) : std::nullopt;
      if (!read) throw damaged();
      seed_ = read->seed;
      at_ = stretch.begin;
      buffer_.clear();
      begin_ = 0;
    }
    while (at_ < stretch.end) {
      fill(kRecordHeader);
      auto header = read_record_header(std::string_view(buffer_).substr(begin_), seed_);
      if (!header) throw damaged();
      std::size_t size = record_size(header->length);
      fill(size);
      std::string_view bytes = std::string_view(buffer_).substr(begin_, size);
      at_ += size;
      begin_ += size;
      if (header->position > until_) return nullptr;
      if (header->position <= after_) continue;
      auto payload = payload_of(*header, bytes);
      if (!payload) throw damaged();
      record_ = {.position = header->position, .payload = *payload};
      return &record_;
    }
  }
  return nullptr;
}

}  // namespace boathouse::landing
