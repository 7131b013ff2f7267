// SPDX-License-Identifier: Apache-2.0
#include "core/installation_copy.h"

#include <boost/json/serialize.hpp>

#include "auth/passphrase_box.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/sha256.h"
#include "core/all_tables.h"
#include "core/backup_manifest.h"
#include "core/copied_files.h"
#include "meta/sqlite_store.h"
#include "store/location.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

using base::Error;
using base::ErrorKind;

constexpr base::Micros kSettling = base::kMinute;

void check_target(const Parts& parts, const CopyRequest& request) {
  auto refuse = [](const std::string& why) { throw Error(ErrorKind::invalid_argument, "the target " + why); };
  if (!request.to.is_absolute()) refuse("is a path on the server's machine, and begins with '/'");
  const fs::path to = fs::weakly_canonical(request.to);
  for (const fs::path& own : {fs::weakly_canonical(request.data), store::path_of(parts.store().root())}) {
    if (base::lies_in(to, own) || base::lies_in(own, to)) refuse("lies inside the installation, or around it");
  }
  if (fs::exists(to) && (!fs::is_directory(to) || !fs::is_empty(to))) refuse("exists and is no empty folder");
}

// A copy on its way; let go without commit(), it takes away what it made.
class Copying {
 public:
  Copying(const Parts& parts, store::ObjectStore& archive, const CopyRequest& request, Progress& progress)
      : parts_(parts), archive_(archive), request_(request), progress_(progress), made_(!fs::exists(request.to)) {
    copy_.folder = request.to;
    copy_.warehouse = parts.store().root();
    base::make_directories_durably(request.to);
  }
  ~Copying() {
    if (committed_) return;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(request_.to, ignored)) {
      fs::remove_all(entry.path(), ignored);
    }
    if (made_) fs::remove(request_.to, ignored);
  }
  Copying(const Copying&) = delete;
  Copying& operator=(const Copying&) = delete;

  InstallationCopy run() {
    const FileUses::Pause pause = parts_.uses.pause_removal();
    parts_.meta.copy_to(request_.to / "boathouse.db");
    copy_tables();
    copy_folder(store::path_of(archive_.root()), "backups");
    copy_folder(request_.data / "buckets", "buckets");
    seal_keys();
    add_sum("boathouse.db", base::to_hex(base::sha256_of_file(request_.to / "boathouse.db")));
    commit();
    return copy_;
  }

 private:
  void add_sum(const std::string& name, std::string sum) {
    copy_.bytes += static_cast<std::int64_t>(base::file_size(request_.to / name));
    ++copy_.files;
    sums_[name] = std::move(sum);
    progress_.advance(copy_.files, 0, "files");
  }

  // What vanishes meanwhile was never named by the metadata: a batch that was given up.
  void copy_folder(const fs::path& from, const std::string& name) {
    for (const fs::path& file : files_below(from)) {
      progress_.check();
      const std::string target = name + "/" + file.string();
      std::string sum = copy_synced(from / file, request_.to / target);
      if (!sum.empty()) add_sum(target, std::move(sum));
    }
  }

  // All tables that the copied metadata names.
  void copy_tables() {
    auto meta = meta::open_sqlite_store(request_.to / "boathouse.db");
    for_each_workspace(*meta, [&](const meta::WorkspaceRow& workspace) { copy_tables_of(*meta, workspace.id); });
  }

  void copy_tables_of(meta::MetaStore& meta, const base::WorkspaceId& workspace) {
    for_each_table(meta, workspace, {.quarantines = true}, [&](const meta::TableRow& table) { copy_table(table); });
  }

  void copy_table(const meta::TableRow& table) {
    const std::string root = parts_.store().root() + "/";
    const std::string name = "warehouse/" + table.location.substr(root.size());
    copy_folder(*parts_.store().local_path(table.location), name);
    if (!fs::exists(request_.to / ("warehouse/" + table.metadata_location.substr(root.size())))) {
      throw Error(ErrorKind::internal, "table \"" + table.name + "\" has lost its metadata file");
    }
    ++copy_.tables;
  }

  void seal_keys() {
    if (request_.passphrase.empty()) return;
    json::object keys;
    const fs::path folder = request_.data / "keys";
    for (const fs::path& file : files_below(folder)) {
      keys[file.string()] = base::to_base64(base::read_file(folder / file));
    }
    const std::string sealed = auth::seal_with_passphrase(json::serialize(keys), request_.passphrase);
    write_synced(request_.to / "keys.sealed", sealed);
    add_sum("keys.sealed", base::to_hex(base::sha256(sealed)));
    copy_.with_keys = true;
  }

  void commit() {
    progress_.check();
    base::sync_file(request_.to / "boathouse.db");
    json::object told = to_json(copy_);
    told.erase("path");
    told["format"] = "boathouse-installation";
    told["format_version"] = 1;
    told["at"] = base::to_rfc3339(base::now_micros());
    told["warehouse"] = copy_.warehouse;
    const std::string text = json::serialize(told) + "\n";
    sums_["installation.json"] = base::to_hex(base::sha256(text));
    write_synced(request_.to / kSumsFile, checksums_text(sums_));
    sync_folders(request_.to);
    base::replace_file_durably(request_.to / "installation.json", text);
    committed_ = true;
  }

  const Parts& parts_;
  store::ObjectStore& archive_;
  const CopyRequest& request_;
  Progress& progress_;
  const bool made_;
  InstallationCopy copy_;
  Checksums sums_;
  bool committed_ = false;
};

}  // namespace

json::object to_json(const InstallationCopy& copy) {
  return {{"path", copy.folder.string()},
          {"tables", copy.tables},
          {"files", copy.files},
          {"bytes", copy.bytes},
          {"keys", copy.with_keys}};
}

InstallationCopy copy_installation(const Parts& parts, store::ObjectStore& archive, const CopyRequest& request,
                                   Progress& progress) {
  check_target(parts, request);
  // What was acknowledged before the copy began is in it.
  if (parts.landed != nullptr) parts.landed->settle_all(base::steady_micros() + kSettling);
  return Copying(parts, archive, request, progress).run();
}

}  // namespace boathouse::core
