// SPDX-License-Identifier: Apache-2.0
#include "app/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "net/headers.h"

namespace boathouse::app {
namespace fs = std::filesystem;

DataLock::DataLock(const fs::path& data) {
  base::make_directories_durably(data / "run");
  fs::path path = data / "run" / "lock";
  file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) throw base::system_error(errno, "opening the lock of the data folder");
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    std::string holder = base::read_file(path);
    throw base::Error(base::ErrorKind::conflict,
                      fmt::format("the data folder {} is in use by the Boathouse process {}: stop it first",
                                  data.string(), net::trim(holder)));
  }
  // The lock is flock's; what the file says is for whoever finds it taken.
  if (::ftruncate(file_.get(), 0) != 0) throw base::system_error(errno, "writing the lock of the data folder");
  base::write_all(file_.get(), std::to_string(::getpid()));
}

}  // namespace boathouse::app
