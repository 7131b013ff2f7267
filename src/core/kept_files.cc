// SPDX-License-Identifier: Apache-2.0
#include "core/kept_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

class FileWriter : public engine::ResultConsumer {
 public:
  explicit FileWriter(const fs::path& path) : file_(base::create_file(path)) {}
  void on_columns(const std::vector<engine::Column>&) override {}
  void on_bytes(std::string_view bytes) override { base::write_all(file_.get(), bytes); }

 private:
  base::UniqueFd file_;
};

struct Kept {
  fs::path path;
  std::uint64_t size;
  fs::file_time_type used;
};

KeptFiles::File open_file(const fs::path& path) {
  KeptFiles::File file{base::open_for_read(path), 0};
  struct stat about {};
  if (::fstat(file.fd.get(), &about) != 0) throw base::system_error(errno, "looking at a kept answer");
  file.size = static_cast<std::uint64_t>(about.st_size);
  return file;
}

std::optional<KeptFiles::File> find(const fs::path& path) {
  std::error_code missing;
  fs::last_write_time(path, fs::file_time_type::clock::now(), missing);
  if (missing) return std::nullopt;
  try {
    return open_file(path);
  } catch (const base::Error&) {
    return std::nullopt;  // swept in between
  }
}

}  // namespace

KeptFiles::KeptFiles(fs::path folder, Rules rules) : folder_(std::move(folder)), rules_(rules) {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  base::make_directories_durably(folder_);
}

KeptFiles::File KeptFiles::open(const std::string& tag, const Make& make) {
  const fs::path path = folder_ / tag;
  if (auto known = find(path)) return std::move(*known);
  sweep();
  const fs::path part = folder_ / (tag + "." + base::uuid_v4());
  try {
    FileWriter writer(part);
    make(writer);
  } catch (...) {
    base::remove_quietly(part);
    throw;
  }
  File made = open_file(part);
  std::error_code ignored;
  fs::rename(part, path, ignored);
  return made;
}

void KeptFiles::sweep() {
  std::unique_lock lock(sweeping_, std::try_to_lock);
  if (!lock) return;
  std::vector<Kept> files;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, gone)) {
    Kept kept{entry.path(), entry.file_size(gone), entry.last_write_time(gone)};
    if (!gone) files.push_back(std::move(kept));
  }
  std::sort(files.begin(), files.end(), [](const Kept& a, const Kept& b) { return a.used > b.used; });
  const auto oldest = fs::file_time_type::clock::now() - std::chrono::microseconds(rules_.keep_for);
  std::uint64_t bytes = 0;
  for (const Kept& file : files) {
    bytes += file.size;
    if (file.used < oldest || bytes > rules_.most_bytes) base::remove_quietly(file.path);
  }
}

}  // namespace boathouse::core
