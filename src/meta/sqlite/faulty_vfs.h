// SPDX-License-Identifier: Apache-2.0
// A file layer for SQLite that fails when told to, for tests: the default one with a switch before writes and one
// before fsyncs. Registered once for the process under kFaultyVfs.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace boathouse::meta::sqlite {

inline constexpr const char* kFaultyVfs = "boathouse-faulty";

struct Faults {
  static inline std::atomic<bool> disk_full = false;
  static inline std::atomic<bool> sync_fails = false;
  static inline std::atomic<bool> database_hangs = false;  // writes of the database itself, not of its log, wait
  static inline std::atomic<int> syncs = 0;                // counted, failing or not
};

namespace faulty {

// What SQLite allocates for a file of ours: our header, then the default layer's file.
struct File {
  sqlite3_file base;
  bool is_database;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
inline sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

template <auto Member, class... Arguments>
int forward(sqlite3_file* file, Arguments... arguments) {
  return (real(file)->pMethods->*Member)(real(file), arguments...);
}
inline int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (Faults::disk_full) return SQLITE_FULL;
  if (reinterpret_cast<File*>(file)->is_database) Faults::database_hangs.wait(true);
  return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}
inline int sync(sqlite3_file* file, int flags) {
  ++Faults::syncs;
  if (Faults::sync_fails) return SQLITE_IOERR_FSYNC;
  return real(file)->pMethods->xSync(real(file), flags);
}
inline void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }

using Methods = sqlite3_io_methods;
inline const Methods kMethods = {.iVersion = 2,
                                 .xClose = forward<&Methods::xClose>,
                                 .xRead = forward<&Methods::xRead, void*, int, sqlite3_int64>,
                                 .xWrite = write,
                                 .xTruncate = forward<&Methods::xTruncate, sqlite3_int64>,
                                 .xSync = sync,
                                 .xFileSize = forward<&Methods::xFileSize, sqlite3_int64*>,
                                 .xLock = forward<&Methods::xLock, int>,
                                 .xUnlock = forward<&Methods::xUnlock, int>,
                                 .xCheckReservedLock = forward<&Methods::xCheckReservedLock, int*>,
                                 .xFileControl = forward<&Methods::xFileControl, int, void*>,
                                 .xSectorSize = forward<&Methods::xSectorSize>,
                                 .xDeviceCharacteristics = forward<&Methods::xDeviceCharacteristics>,
                                 .xShmMap = forward<&Methods::xShmMap, int, int, int, void volatile**>,
                                 .xShmLock = forward<&Methods::xShmLock, int, int, int>,
                                 .xShmBarrier = barrier,
                                 .xShmUnmap = forward<&Methods::xShmUnmap, int>,
                                 .xFetch = nullptr,
                                 .xUnfetch = nullptr};

inline int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* below = static_cast<sqlite3_vfs*>(vfs->pAppData);
  sqlite3_file* opened = real(file);
  std::memset(opened, 0, static_cast<std::size_t>(below->szOsFile));
  reinterpret_cast<File*>(file)->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  int code = below->xOpen(below, name, opened, flags, out_flags);
  file->pMethods = opened->pMethods ? &kMethods : nullptr;
  return code;
}

}  // namespace faulty

inline void register_faulty_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs* below = sqlite3_vfs_find(nullptr);
    sqlite3_vfs made = *below;
    made.szOsFile += static_cast<int>(sizeof(faulty::File));
    made.zName = kFaultyVfs;
    made.pAppData = below;
    made.pNext = nullptr;
    made.xOpen = faulty::open;
    return made;
  }();
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace boathouse::meta::sqlite
