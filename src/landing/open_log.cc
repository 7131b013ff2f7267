// SPDX-License-Identifier: Apache-2.0
// What a log does with the files that it finds when it is opened.
#include "base/log.h"
#include "landing/log.h"

namespace boathouse::landing {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kDamagedFolder = "damaged";

std::map<Position, fs::path> segments_in(const fs::path& folder) {
  std::map<Position, fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (auto position = position_of_segment(entry.path().filename().string())) found.emplace(*position, entry.path());
  }
  return found;
}

void cut(const fs::path& path, std::uint64_t bytes) {
  fs::resize_file(path, bytes);
  base::sync_file(path);
}

}  // namespace

void Log::open() {
  base::make_directories_durably(settings_.folder);
  std::map<Position, fs::path> found = segments_in(settings_.folder);
  for (const auto& [first, path] : found) {
    // Only what was damaged or removed by hand leaves positions out between two segments.
    if (!segments_.empty() && first > last_ + 1) {
      damages_.push_back({.segment = path.filename().string(), .first = last_ + 1, .last = first - 1});
    }
    last_ = std::max(last_, first - 1);
    take_in(path, first == found.rbegin()->first);
  }
  last_ = std::max(last_, settings_.released);
  durable_ = last_;
  release(settings_.released);
  for (const Damage& damage : damages_) {
    base::log_error("landing_damage", {{"segment", damage.segment},
                                       {"offset", damage.offset},
                                       {"bytes", damage.bytes},
                                       {"first_position", damage.first},
                                       {"last_position", damage.last},
                                       {"kept", damage.kept.filename().string()}});
  }
}

void Log::take_in(const fs::path& path, bool newest) {
  std::string bytes = base::read_file(path);
  auto header = read_segment_header(bytes);
  Position first = last_ + 1;
  if (!header) {
    // Cut short while it was made, before a record could be in it; otherwise its records are lost.
    if (bytes.find_first_not_of('\0') != std::string::npos) keep_aside(path, bytes, {0, bytes.size(), first, last_});
    base::remove_quietly(path);
    return;
  }
  if (header->node != settings_.node) {
    throw Error(ErrorKind::conflict, "the landing log in " + path.parent_path().filename().string() +
                                         "/ is another node's: records of two nodes must not mix");
  }
  SegmentScan scan = scan_segment(bytes, *header, newest);
  for (const Gap& gap : scan.damaged)
    keep_aside(path, std::string_view(bytes).substr(gap.begin, gap.end - gap.begin), gap);
  // Also gives back what a newest segment has preallocated: the log goes on in another one.
  if (scan.end < bytes.size()) cut(path, scan.end);
  last_ = scan.last;
  std::uint64_t kept = scan.end - kSegmentHeader;
  kept_bytes_ += kept;
  segments_.push_back({.path = path, .stretches = std::move(scan.stretches), .bytes = kept, .last = last_});
}

void Log::keep_aside(const fs::path& path, std::string_view bytes, const Gap& gap) {
  fs::path folder = settings_.folder / kDamagedFolder;
  base::make_directories_durably(folder);
  fs::path kept = folder / fmt::format("{}-{}.bin", path.stem().string(), gap.begin);
  base::replace_file_durably(kept, bytes);
  damages_.push_back({.segment = path.filename().string(),
                      .offset = gap.begin,
                      .bytes = bytes.size(),
                      .first = gap.first,
                      .last = gap.last,
                      .kept = kept});
}

}  // namespace boathouse::landing
