// SPDX-License-Identifier: Apache-2.0
#include "app/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
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
  // Not flock(): a worker that is being started has this file open until it is another program, and with it a lock that
  // would outlive a server killed in that moment. This kind of lock is never a child's.
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(file_.get(), F_SETLK, &whole) != 0) {
    if (errno != EACCES && errno != EAGAIN) throw base::system_error(errno, "locking the data folder");
    std::string holder = base::read_file(path);
    throw base::Error(base::ErrorKind::conflict,
                      fmt::format("the data folder {} is in use by the Boathouse process {}: stop it first",
                                  data.string(), net::trim(holder)));
  }
  // What the file says is for whoever finds it locked.
  if (::ftruncate(file_.get(), 0) != 0) throw base::system_error(errno, "writing the lock of the data folder");
  base::write_all(file_.get(), std::to_string(::getpid()));
}

}  // namespace boathouse::app
