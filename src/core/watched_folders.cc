// SPDX-License-Identifier: Apache-2.0
#include "core/watched_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "base/error.h"
#include "base/file_read.h"
#include "base/log.h"
#include "base/paths.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPiece = 1 << 20;
constexpr auto kBetweenLooks = std::chrono::seconds(1);
constexpr base::Micros kBetweenTries = 10 * base::kSecond;
// How programs call what they have not finished writing.
constexpr std::array<std::string_view, 5> kUnfinished{".part", ".partial", ".tmp", ".crdownload", "~"};

bool is_unfinished(const std::string& name) {
  return name.starts_with('.') ||
         std::any_of(kUnfinished.begin(), kUnfinished.end(), [&](auto ending) { return name.ends_with(ending); });
}

std::string state_of(const struct stat& info) {
  return fmt::format("{}-{}.{:09}-{}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ino);
}

// nullopt: it went, or is no file.
std::optional<std::string> state_of(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return state_of(info);
}

std::string state_of(const base::UniqueFd& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw base::system_error(errno, "looking at a watched file");
  return S_ISREG(info.st_mode) ? state_of(info) : std::string();
}

// Trying again does not help until the file changes or is called something else.
bool is_its_fault(const Error& error) { return error.kind() == ErrorKind::invalid_argument; }

}  // namespace

WatchedFolder parse_watched_folder(std::string_view text, const fs::path& data) {
  auto refuse = [&](std::string_view why) {
    return Error(
        ErrorKind::invalid_argument,
        fmt::format("watched_folders: '{}': {}; it is FOLDER=WORKSPACE/BUCKET or FOLDER=WORKSPACE/BUCKET/PREFIX", text,
                    why));
  };
  const std::size_t sign = text.rfind('=');
  if (sign == std::string_view::npos) throw refuse("there is no '='");
  const std::string_view target = text.substr(sign + 1);
  const std::size_t first = target.find('/');
  if (first == 0 || first == std::string_view::npos) throw refuse("there is no WORKSPACE/BUCKET");
  const std::size_t second = std::min(target.find('/', first + 1), target.size());
  WatchedFolder folder{.workspace = std::string(target.substr(0, first)),
                       .bucket = std::string(target.substr(first + 1, second - first - 1)),
                       .prefix = std::string(target.substr(std::min(second + 1, target.size())))};
  check_bucket_name(folder.bucket);
  std::error_code failed;
  folder.folder = fs::canonical(fs::path(text.substr(0, sign)), failed);
  if (failed || !fs::is_directory(folder.folder)) throw refuse("there is no such folder");
  const fs::path house = fs::canonical(data);
  if (base::lies_in(folder.folder, house) || base::lies_in(house, folder.folder)) {
    throw refuse("the folder holds or lies in the house's data");
  }
  return folder;
}

void WatchedFolders::start() {
  if (folders_.empty()) return;
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      look();
      lock.lock();
      wake_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
    }
  });
}

void WatchedFolders::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool WatchedFolders::is_stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void WatchedFolders::look() {
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    try {
      look_at(folders_[i], files_[i]);
    } catch (const std::exception& error) {
      base::log_warning("watched-folder", {{"folder", folders_[i].folder.string()}, {"why", error.what()}});
    }
  }
}

void WatchedFolders::look_at(const WatchedFolder& folder, Files& files) {
  Files seen;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(folder.folder, options);
       entry != fs::recursive_directory_iterator() && !is_stopping(); ++entry) {
    if (is_unfinished(entry->path().filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    const auto state = state_of(entry->path());
    if (!state) continue;
    auto known = files.find(entry->path().string());
    const bool is_new = known == files.end() || known->second.state != *state;
    File file = is_new ? File{.state = *state} : known->second;
    if (!is_new && !file.is_settled && file.not_before <= base::steady_micros()) take(folder, entry->path(), file);
    seen.insert_or_assign(entry->path().string(), std::move(file));
  }
  files = std::move(seen);
}

void WatchedFolders::take(const WatchedFolder& folder, const fs::path& path, File& file) {
  try {
    file.is_settled = put(folder, path, file.state);
  } catch (const Error& error) {
    file.is_settled = is_its_fault(error);
    file.not_before = base::steady_micros() + kBetweenTries;
    base::log_warning("watched-file", {{"file", path.string()}, {"why", error.message()}, {"again", !file.is_settled}});
  }
}

meta::BucketRow WatchedFolders::bucket_of(const WatchedFolder& folder) const {
  auto workspace = parts_.meta.accounts().find_workspace(folder.workspace);
  if (!workspace) throw Error(ErrorKind::not_found, "there is no workspace " + folder.workspace);
  return buckets_.find_or_create(*workspace, folder.bucket, triggers_.wants_default(*workspace, folder.bucket));
}

// False: it changed while it was read, or is gone.
bool WatchedFolders::put(const WatchedFolder& folder, const fs::path& path, const std::string& state) const {
  NewObject object{.key = folder.prefix + path.lexically_relative(folder.folder).generic_string(),
                   .by = {.principal = "system", .request = base::RequestId(base::uuid_v7()), .door = "folder"}};
  check_object_key(object.key);
  object.watched_state = state;
  const meta::BucketRow bucket = bucket_of(folder);
  if (parts_.meta.buckets().watched_state(bucket.id, object.key) == state) return true;

  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return false;
  if (!file) throw base::system_error(errno, "opening a watched file");
  if (state_of(file) != state) return false;
  ObjectWriter writer = objects_.begin(bucket, {});
  std::string piece(kPiece, '\0');
  while (const std::size_t got = base::read_some(file.get(), piece, "reading a watched file")) {
    if (is_stopping()) return false;
    writer.append(std::string_view(piece).substr(0, got));
  }
  if (state_of(file) != state) return false;
  writer.finish();
  const meta::ObjectRow row = objects_.finish(bucket, std::move(object), writer);
  base::log_info("watched-file-taken", {{"file", path.string()}, {"bucket", bucket.name}, {"key", row.key}});
  return true;
}

}  // namespace boathouse::core
