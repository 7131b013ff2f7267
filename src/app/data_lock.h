// SPDX-License-Identifier: Apache-2.0
// One process at a time works on a data folder: held from here until destroyed, or until the process ends in whatever way,
// whatever becomes of its children. Once in a process: a second one for the same folder would not be refused.
#pragma once

#include <filesystem>

#include "base/file.h"

namespace boathouse::app {

class DataLock {
 public:
  // Makes the folder and `run/` in it (mode 0700) where they are missing. Error{conflict} that names the process that holds
  // the folder.
  explicit DataLock(const std::filesystem::path& data);

 private:
  base::UniqueFd file_;
};

}  // namespace boathouse::app
