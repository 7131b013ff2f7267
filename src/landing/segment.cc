// SPDX-License-Identifier: Apache-2.0
#include "landing/segment.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/numbers.h"
#include "landing/little_endian.h"

namespace boathouse::landing {
namespace {

constexpr std::string_view kMagic = "BHLAND1\n";
constexpr std::size_t kNode = 8;
constexpr std::size_t kNodeSize = 36;
constexpr std::size_t kFirst = 48;
constexpr std::size_t kSeed = 56;
constexpr std::size_t kSum = 64;
constexpr std::size_t kNameDigits = 16;
constexpr std::string_view kEnding = ".log";

std::string header_bytes(const SegmentHeader& header) {
  std::string bytes(kSegmentHeader, '\0');
  bytes.replace(0, kMagic.size(), kMagic);
  bytes.replace(kNode, kNodeSize, header.node);
  put_little_endian(bytes.data() + kFirst, header.first);
  put_little_endian(bytes.data() + kSeed, header.seed);
  put_little_endian(bytes.data() + kSum, checksum({bytes.data(), kSum}));
  return bytes;
}

struct Found {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  RecordHeader header;
};

// Every whole record of ascending position, wherever it lies.
std::vector<Found> whole_records(std::string_view bytes, const SegmentHeader& segment) {
  std::vector<Found> found;
  Position next = segment.first;
  for (std::uint64_t at = kSegmentHeader; at + kRecordHeader <= bytes.size();) {
    auto header = read_record_header(bytes.substr(at), segment.seed);
    if (header && header->position >= next && payload_of(*header, bytes.substr(at))) {
      std::uint64_t end = at + record_size(header->length);
      found.push_back({at, end, *header});
      next = header->position + 1;
      at = end;
    } else {
      at += kAlignment;
    }
  }
  return found;
}

bool all_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

}  // namespace

std::optional<SegmentHeader> read_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeader || !bytes.starts_with(kMagic)) return std::nullopt;
  if (get_little_endian<std::uint64_t>(bytes.data() + kSum) != checksum(bytes.substr(0, kSum))) return std::nullopt;
  return SegmentHeader{.node = std::string(bytes.substr(kNode, kNodeSize)),
                       .first = get_little_endian<std::uint64_t>(bytes.data() + kFirst),
                       .seed = get_little_endian<std::uint64_t>(bytes.data() + kSeed)};
}

std::string segment_name(Position first) { return fmt::format("{:016x}{}", first, kEnding); }

std::optional<Position> position_of_segment(std::string_view name) {
  if (name.size() != kNameDigits + kEnding.size() || !name.ends_with(kEnding)) return std::nullopt;
  return base::parse_number<Position>(name.substr(0, kNameDigits), 16);
}

SegmentWriter::SegmentWriter(const std::filesystem::path& folder, const SegmentHeader& header, std::uint64_t bytes)
    : header_(header), path_(folder / segment_name(header.first)) {
  if (header.node.size() != kNodeSize) throw base::Error(base::ErrorKind::internal, "a node's id has 36 characters");
  fd_ = base::create_file(path_);
  try {
    // Where the file system cannot preallocate, records are written all the same.
    if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(bytes)) != 0 && errno != EOPNOTSUPP) {
      throw base::system_error(errno, "making room for the landing log");
    }
    base::write_all(fd_.get(), header_bytes(header));
    base::sync_file(fd_.get());
    base::sync_directory(folder);
  } catch (...) {
    base::remove_quietly(path_);
    throw;
  }
}

void SegmentWriter::write(std::string_view records) {
  base::write_all(fd_.get(), records);
  size_ += records.size();
}

void SegmentWriter::seal() {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) {
    throw base::system_error(errno, "ending a segment of the landing log");
  }
  base::sync_file(fd_.get());
  fd_.reset();
}

SegmentScan scan_segment(std::string_view bytes, const SegmentHeader& header, bool newest) {
  std::vector<Found> found = whole_records(bytes, header);
  // Behind each record: the highest position that it or a later one knew to be synced.
  std::vector<Position> known(found.size());
  Position most = 0;
  for (std::size_t i = found.size(); i-- > 0;) known[i] = most = std::max(most, found[i].header.durable);

  SegmentScan scan;
  scan.last = header.first - 1;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Found& record = found[i];
    bool gap = record.begin != scan.end || record.header.position != scan.last + 1;
    if (gap && newest && known[i] <= scan.last) break;
    if (gap) scan.damaged.push_back({scan.end, record.begin, scan.last + 1, record.header.position - 1});
    if (gap || scan.stretches.empty()) {
      scan.stretches.push_back({record.begin, record.end, record.header.position, record.header.position});
    } else {
      scan.stretches.back().end = record.end;
      scan.stretches.back().last = record.header.position;
    }
    scan.end = record.end;
    scan.last = record.header.position;
  }
  if (scan.end < bytes.size() && !all_zero(bytes.substr(scan.end))) {
    if (newest) {
      scan.torn = true;
    } else {
      scan.damaged.push_back({scan.end, bytes.size(), scan.last + 1, scan.last});
    }
  }
  return scan;
}

}  // namespace boathouse::landing
