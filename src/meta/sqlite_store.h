// SPDX-License-Identifier: Apache-2.0
// The metadata store in one SQLite file (WAL, synchronous=FULL): the embedded default. Writes of all threads are
// joined: those that wait go into one transaction and share its fsync, and an answer comes only after it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/figures.h"
#include "meta/meta_store.h"

namespace boathouse::meta {

struct SqliteOptions {
  std::size_t readers = 4;  // read connections kept
  std::string vfs{};        // SQLite's file layer; empty: the default one. For tests that need a failing disk.
  base::Durations* commit_times = nullptr;  // told how long each commit took; outlives the store
};

// Opens or makes the file (mode 0600) and brings its schema up to date. Error{conflict} when it was written by a newer
// Boathouse; unavailable or storage_full when it cannot be opened or written.
std::unique_ptr<MetaStore> open_sqlite_store(const std::filesystem::path& file, const SqliteOptions& options = {});

}  // namespace boathouse::meta
