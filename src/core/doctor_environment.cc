// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>

#include <array>

#include "base/error.h"
#include "base/file.h"
#include "core/doctor_checks.h"
#include "engine/pool.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeastMemory = 1ULL << 30;
constexpr std::uint64_t kLeastOpenFiles = 4096;
constexpr std::uint64_t kLeastFree = 1ULL << 30;
constexpr double kLeastFreePart = 0.05;
constexpr std::uint64_t kLeastInodes = 10'000;
// Long before this was written, so a clock before it was never set.
constexpr base::Micros kEarliestNow = 1'735'689'600 * base::kSecond;  // 2025-01-01

struct FileSystem {
  std::uint64_t magic;
  const char* name;
  bool loses_locks;  // SQLite's log must not lie there
};
constexpr std::array kDoubtful = {FileSystem{0x6969, "NFS", true},       FileSystem{0xff534d42, "CIFS", true},
                                  FileSystem{0xfe534d42, "SMB2", true},  FileSystem{0x01021997, "9P", true},
                                  FileSystem{0x65735546, "FUSE", false}, FileSystem{0x01021994, "tmpfs", false}};

void check_file_system(Examination& examination, const fs::path& folder) {
  struct statfs told {};
  if (::statfs(folder.c_str(), &told) != 0) return;
  for (const FileSystem& doubtful : kDoubtful) {
    if (static_cast<std::uint64_t>(told.f_type) != doubtful.magic) continue;
    if (doubtful.loses_locks) {
      examination.add(Severity::error, "disk",
                      fmt::format("is on {}, whose locks and syncs cannot be relied on", doubtful.name),
                      folder.string(), "move the data folder to a local disk");
    } else {
      examination.add(Severity::warning, "disk",
                      fmt::format("is on {}, which may not keep what was synced", doubtful.name), folder.string(),
                      "move the data folder to a local disk");
    }
  }
}

void check_room(Examination& examination, const fs::path& folder) {
  struct statvfs told {};
  if (::statvfs(folder.c_str(), &told) != 0) return;
  const std::uint64_t free = told.f_bavail * told.f_frsize;
  const std::uint64_t all = told.f_blocks * told.f_frsize;
  if (free < kLeastFree || static_cast<double>(free) < kLeastFreePart * static_cast<double>(all)) {
    examination.add(Severity::warning, "disk", fmt::format("{} MiB are free", free >> 20), folder.string(),
                    "make room: when the disk is full, uploads are refused");
  }
  if (told.f_files > 0 && told.f_favail < kLeastInodes) {
    examination.add(Severity::warning, "disk", fmt::format("room for {} more files", told.f_favail), folder.string(),
                    "make a file system with more inodes, or let maintenance merge small files");
  }
  if ((told.f_flag & ST_RDONLY) != 0) {
    examination.add(Severity::error, "disk", "is mounted read-only", folder.string(),
                    "look into the kernel's log for the disk's errors, then mount it for writing");
  }
}

void check_memory(Examination& examination) {
  struct sysinfo told {};
  if (::sysinfo(&told) != 0) return;
  const std::uint64_t all = told.totalram * told.mem_unit;
  if (all < kLeastMemory) {
    examination.add(Severity::warning, "memory", fmt::format("{} MiB in all", all >> 20), "this machine",
                    "give it 1 GiB at least, or lower --workers and --engine-memory");
  }
}

void check_open_files(Examination& examination) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max >= kLeastOpenFiles) return;
  examination.add(Severity::warning, "open files", fmt::format("at most {} may be open", limit.rlim_max),
                  "this process; the server's own limit may differ",
                  fmt::format("raise it to {} (ulimit -n, LimitNOFILE=)", kLeastOpenFiles));
}

void check_clock(Examination& examination) {
  if (base::now_micros() >= kEarliestNow) return;
  examination.add(Severity::error, "clock", "says " + base::to_rfc3339(base::now_micros()), "this machine",
                  "set it: versions are told apart by time, and tokens expire by it");
}

// Tries the very thing: Landlock, seccomp and the executable are all needed for it.
void check_engine(Examination& examination) {
  try {
    base::TemporaryFolder spill(fs::temp_directory_path(), "boathouse-doctor-");
    engine::WorkerPool pool(
        {.worker_executable = examination.request.worker, .spill_root = spill.path(), .max_workers = 1});
    const base::WorkspaceId nobody("doctor");
    const engine::Confinement nothing{
        .kind = engine::WorkerKind::query, .workspaces = {nobody}, .readable = {}, .writable = {}};
    pool.acquire(nothing, nobody, base::steady_micros() + base::kMinute);
  } catch (const base::Error& error) {
    examination.add(Severity::error, "engine", "no confined worker starts: " + error.message(),
                    examination.request.worker.string(), "use a kernel with Landlock and seccomp (5.13 or later)");
  }
}

}  // namespace

void check_environment(Examination& examination) {
  check_clock(examination);
  check_memory(examination);
  check_open_files(examination);
  check_file_system(examination, examination.request.data);
  check_room(examination, examination.request.data);
  struct statvfs data {};
  struct statvfs warehouse {};
  const bool both = ::statvfs(examination.request.data.c_str(), &data) == 0 &&
                    ::statvfs(examination.request.warehouse.c_str(), &warehouse) == 0;
  if (both && data.f_fsid != warehouse.f_fsid) {
    check_file_system(examination, examination.request.warehouse);
    check_room(examination, examination.request.warehouse);
  }
  check_engine(examination);
}

}  // namespace boathouse::core
