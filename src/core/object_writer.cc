// SPDX-License-Identifier: Apache-2.0
#include "core/object_writer.h"

namespace boathouse::core {

ObjectWriter::ObjectWriter(ObjectFiles& files, const meta::BucketRow& bucket,
                           const std::vector<ChecksumKind>& checksums)
    : files_(files), name_(files.new_name(bucket)) {
  hold_ = std::make_unique<ObjectFiles::Hold>(files, std::vector{name_});
  file_ = base::create_file(files.path_of(name_));
  running_md5_ = std::make_unique<base::DigestBehind>(base::Digest::Kind::md5, files.path_of(name_));
  for (ChecksumKind kind : checksums) running_.emplace_back(kind);
}

ObjectWriter::~ObjectWriter() {
  if (!hold_ || kept_) return;  // moved from, or somebody's
  hold_.reset();
  files_.remove({name_});
}

void ObjectWriter::append(std::string_view bytes) {
  base::write_all(file_.get(), bytes);
  size_ += static_cast<std::int64_t>(bytes.size());
  write_behind_.wrote(file_.get(), static_cast<std::uint64_t>(size_));
  running_md5_->wrote(bytes);
  for (RunningChecksum& checksum : running_) checksum.update(bytes);
}

void ObjectWriter::finish() {
  for (RunningChecksum& checksum : running_) checksums_.emplace_back(checksum.kind(), checksum.finish());
  base::sync_file(file_.get());
  base::sync_directory(files_.path_of(name_).parent_path());
  file_.reset();
  md5_ = running_md5_->finish();
  running_md5_.reset();
}

std::optional<std::string> ObjectWriter::checksum(ChecksumKind kind) const {
  for (const auto& [known, value] : checksums_) {
    if (known == kind) return value;
  }
  return std::nullopt;
}

std::optional<ChecksumKind> ObjectWriter::first_kind() const {
  if (running_.empty()) return std::nullopt;
  return running_.front().kind();
}

}  // namespace boathouse::core
