// SPDX-License-Identifier: Apache-2.0
// One file of the landing log (format.md): written by one thread, read by any.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "landing/record.h"

namespace boathouse::landing {

inline constexpr std::size_t kSegmentHeader = 72;

struct SegmentHeader {
  std::string node;  // 36 characters
  Position first = 1;
  std::uint64_t seed = 0;
};

// nullopt when the bytes do not begin with a segment's header.
std::optional<SegmentHeader> read_segment_header(std::string_view bytes);

std::string segment_name(Position first);
// The position in a segment's name; nullopt for any other name.
std::optional<Position> position_of_segment(std::string_view name);

// The segment that is being written. Errors are those of base/file.h.
class SegmentWriter {
 public:
  // Makes the file with its header, preallocated to `bytes`, durably.
  SegmentWriter(const std::filesystem::path& folder, const SegmentHeader& header, std::uint64_t bytes);

  const SegmentHeader& header() const { return header_; }
  const std::filesystem::path& path() const { return path_; }
  // Bytes, header included.
  std::uint64_t size() const { return size_; }

  // Whole records behind those that are there; not yet synced. What a failed write has left is cut off by seal().
  void write(std::string_view records);
  // Gives back what was preallocated and not written, durably. The writer is of no use afterwards.
  void seal();

  int fd() const { return fd_.get(); }

 private:
  SegmentHeader header_;
  std::filesystem::path path_;
  base::UniqueFd fd_;
  std::uint64_t size_ = kSegmentHeader;
};

// Records that follow one another without a gap, from one offset to another.
struct Stretch {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  Position first = 0;
  Position last = 0;
};

// Bytes that cannot be read and records that were in them.
struct Gap {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  Position first = 0;  // positions that are missing; first > last: none, only bytes
  Position last = 0;
};

// What a segment's bytes hold.
struct SegmentScan {
  std::vector<Stretch> stretches;
  std::vector<Gap> damaged;
  std::uint64_t end = kSegmentHeader;  // behind the last whole record that counts
  bool torn = false;                   // bytes behind `end` that nobody was told of
  Position last = 0;                   // the last position that counts; `first` - 1 where there is none
};
// `newest`: of a node's segments, so that its tail may be torn.
SegmentScan scan_segment(std::string_view bytes, const SegmentHeader& header, bool newest);

}  // namespace boathouse::landing
