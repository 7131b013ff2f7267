// SPDX-License-Identifier: Apache-2.0
// Files copied with their checksums, for core/installation_copy. One thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/progress.h"

namespace boathouse::core {

// Name below the copy's folder -> SHA-256 in hex.
using Checksums = std::map<std::string, std::string>;

// Copies one file, folders made as needed, and syncs it; gives its SHA-256 in hex, empty when `from` is no file any more.
std::string copy_synced(const std::filesystem::path& from, const std::filesystem::path& to);

// Every regular file below `folder`, by its name relative to it; symlinks are not followed.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

void write_synced(const std::filesystem::path& path, std::string_view bytes);
// `folder` and all folders below it.
void sync_folders(const std::filesystem::path& folder);

std::string checksums_text(const Checksums& sums);
// Error{unprocessable, "damaged-backup"} that names the first file that is not as SHA256SUMS in `folder` says.
void check_files(const std::filesystem::path& folder, Progress& progress);

}  // namespace boathouse::core
