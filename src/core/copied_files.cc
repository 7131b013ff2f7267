// SPDX-License-Identifier: Apache-2.0
#include "core/copied_files.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"
#include "base/sha256.h"
#include "core/backup_manifest.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kSumLength = 64;

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ErrorKind::unprocessable, "the copy is damaged and nothing was restored from it: " + what)
      .code("damaged-backup");
}

}  // namespace

std::string copy_synced(const fs::path& from, const fs::path& to) {
  if (!fs::is_regular_file(fs::symlink_status(from))) return "";
  base::make_directories_durably(to.parent_path());
  base::UniqueFd source = base::open_for_read(from);
  base::UniqueFd target = base::create_file(to);
  base::Sha256 hash;
  std::string piece(kPiece, '\0');
  for (;;) {
    const std::size_t got = base::read_some(source.get(), piece);
    if (got == 0) break;
    const std::string_view bytes = std::string_view(piece).substr(0, got);
    hash.update(bytes);
    base::write_all(target.get(), bytes);
  }
  base::sync_file(target.get());
  return base::to_hex(hash.finish());
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.symlink_status().type() == fs::file_type::regular) files.push_back(fs::relative(entry.path(), folder));
  }
  std::sort(files.begin(), files.end());
  return files;
}

void write_synced(const fs::path& path, std::string_view bytes) {
  base::make_directories_durably(path.parent_path());
  base::UniqueFd fd = base::create_file(path);
  base::write_all(fd.get(), bytes);
  base::sync_file(fd.get());
}

void sync_folders(const fs::path& folder) {
  base::sync_directory(folder);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.symlink_status().type() == fs::file_type::directory) base::sync_directory(entry.path());
  }
}

std::string checksums_text(const Checksums& sums) {
  std::string text;
  for (const auto& [name, sum] : sums) text += sum + "  " + name + "\n";
  return text;
}

void check_files(const fs::path& folder, Progress& progress) {
  const fs::path list = folder / kSumsFile;
  if (!fs::exists(list)) damaged(std::string(kSumsFile) + " is missing");
  const std::string text = base::read_file(list);
  for (std::string_view rest = text; !rest.empty();) {
    progress.check();
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.size() < kSumLength + 3) damaged(std::string(kSumsFile) + " has a line that is none");
    const std::string name(line.substr(kSumLength + 2));
    if (!fs::exists(folder / name)) damaged(name + " is missing");
    if (base::to_hex(base::sha256_of_file(folder / name)) != line.substr(0, kSumLength)) {
      damaged("the SHA-256 of " + name + " is not the one that was written");
    }
  }
}

}  // namespace boathouse::core
