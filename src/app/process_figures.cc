// SPDX-License-Identifier: Apache-2.0
#include "app/process_figures.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>

#include "base/time.h"

namespace boathouse::app {
namespace {

using Disk = struct statvfs;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / base::kSecond;
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code failed;
  std::filesystem::directory_iterator all("/proc/self/fd", failed);
  return failed ? 0 : static_cast<double>(std::distance(begin(all), end(all)));
}

double most_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double bytes_of_disk(const std::filesystem::path& folder, fsblkcnt_t Disk::*blocks) {
  Disk disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return 0;
  return static_cast<double>(disk.*blocks) * static_cast<double>(disk.f_frsize);
}

}  // namespace

void add_process_figures(net::Metrics& metrics, const std::filesystem::path& data) {
  double started = static_cast<double>(base::now_micros()) / base::kSecond;
  metrics.add_gauge("process_start_time_seconds", "When the server began, in seconds since 1970", {},
                    [started] { return started; });
  metrics.add_counter("process_cpu_seconds_total", "Processor time of the server", {}, cpu_seconds);
  metrics.add_gauge("process_resident_memory_bytes", "Memory of the server", {}, resident_bytes);
  metrics.add_gauge("process_open_fds", "File descriptors that the server has open", {}, open_files);
  metrics.add_gauge("process_max_fds", "File descriptors that it may have", {}, most_files);
  metrics.add_gauge("boathouse_data_disk_free_bytes", "Room on the disk of the data folder", {},
                    [data] { return bytes_of_disk(data, &Disk::f_bavail); });
  metrics.add_gauge("boathouse_data_disk_size_bytes", "Size of the disk of the data folder", {},
                    [data] { return bytes_of_disk(data, &Disk::f_blocks); });
}

}  // namespace boathouse::app
