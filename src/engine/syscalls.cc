// SPDX-License-Identifier: Apache-2.0
#include "engine/syscalls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/error.h"

namespace boathouse::engine {
namespace {

// Names that a machine's table does not have (aarch64 has no `open`) are left out there.
constexpr const char* kAllowed[] = {
    // files, within what Landlock leaves
    "read",
    "pread64",
    "readv",
    "preadv",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "open",
    "openat",
    "close",
    "lseek",
    "stat",
    "fstat",
    "lstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "getdents64",
    "readlink",
    "readlinkat",
    "getcwd",
    "ftruncate",
    "fallocate",
    "fadvise64",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "fcntl",
    "flock",
    "umask",
    "dup",
    "copy_file_range",
    // the socket that is open already
    "recvfrom",
    "recvmsg",
    "sendto",
    "sendmsg",
    "poll",
    "ppoll",
    // memory
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "mincore",
    "membarrier",
    "get_mempolicy",
    // threads and time
    "futex",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "getpriority",
    "gettid",
    "getpid",
    "getppid",
    "getcpu",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "times",
    "exit",
    "exit_group",
    "restart_syscall",
    // signals to itself
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "rt_sigtimedwait",
    // what it may know of itself and of the machine
    "getrandom",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrlimit",
    "getrusage",
    "sysinfo",
    "uname",
};

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &::seccomp_release) {
    if (!context_) fail(ENOMEM);
  }

  void allow(const char* name) { add(SCMP_ACT_ALLOW, name, {}); }
  void allow(const char* name, scmp_arg_cmp condition) { add(SCMP_ACT_ALLOW, name, {condition}); }
  void answer(const char* name, int error_number) {
    add(SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error_number)), name, {});
  }
  void load() {
    if (int failed = ::seccomp_load(context_.get()); failed < 0) fail(-failed);
  }

 private:
  void add(std::uint32_t action, const char* name, std::vector<scmp_arg_cmp> conditions) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0) return;
    int failed = ::seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(conditions.size()),
                                          conditions.data());
    if (failed < 0) fail(-failed);
  }
  [[noreturn]] static void fail(int error_number) {
    throw base::system_error(error_number, "confining the worker's system calls");
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

}  // namespace

void allow_only_needed_syscalls() {
  Filter filter;
  for (const char* name : kAllowed) filter.allow(name);
  // Threads, not processes. clone3 hides its flags in memory, where a filter cannot look; without it glibc takes clone.
  filter.allow("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  filter.answer("clone3", ENOSYS);
  // abort() and cancelled threads signal their own process.
  filter.allow("tgkill", SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
  // Limits may be read, not set.
  filter.allow("prlimit64", SCMP_A2(SCMP_CMP_EQ, 0));
  filter.allow("prctl", SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  filter.allow("prctl", SCMP_A0(SCMP_CMP_EQ, PR_SET_VMA));
  filter.load();
}

}  // namespace boathouse::engine
