// SPDX-License-Identifier: Apache-2.0
// What a confined process can no longer do, tried in a child that confines itself as a worker does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "engine/sandbox.h"

namespace boathouse::engine {
namespace {

namespace fs = std::filesystem;

class SandboxTest : public testing::Test {
 protected:
  SandboxTest() : folder_(fs::temp_directory_path(), "sandbox-test-") {
    fs::create_directory(readable());
    fs::create_directory(writable());
    base::write_all(base::create_file(readable() / "data").get(), "data");
    base::write_all(base::create_file(folder_.path() / "secret").get(), "secret");
    fs::create_symlink(folder_.path() / "secret", readable() / "link");
  }
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need what a confined process gave up";
#endif
  }
  fs::path readable() const { return folder_.path() / "readable"; }
  fs::path writable() const { return folder_.path() / "writable"; }
  fs::path secret() const { return folder_.path() / "secret"; }

  // The errno of `call` in a confined child: 0 when it succeeded there.
  int confined(const std::function<bool()>& call) const {
    pid_t child = ::fork();
    if (child == 0) {
      try {
        limit_resources({.memory_bytes = 1ULL << 30, .file_size_bytes = 1 << 20});
        confine({readable()}, {writable()}, true);
      } catch (const base::Error&) {
        ::_exit(200);
      }
      errno = 0;
      ::_exit(call() ? 0 : errno);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  int opening(const fs::path& path, int flags) const {
    return confined([&] { return ::open(path.c_str(), flags, 0600) >= 0; });
  }

 private:
  base::TemporaryFolder folder_;
};

TEST_F(SandboxTest, OpensOnlyItsFolders) {
  EXPECT_EQ(opening(readable() / "data", O_RDONLY), 0);
  EXPECT_EQ(opening(writable() / "new", O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(opening(writable(), O_RDONLY | O_DIRECTORY), 0);

  EXPECT_EQ(opening(readable() / "data", O_WRONLY), EACCES);
  EXPECT_EQ(opening(readable() / "data", O_RDONLY | O_TRUNC), EACCES);
  EXPECT_EQ(opening(readable() / "new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(opening(readable() / "link", O_RDONLY), EACCES);
  EXPECT_EQ(opening(readable() / ".." / "secret", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/etc/passwd", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/proc/self/environ", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/dev/null", O_RDONLY), EACCES);
  EXPECT_EQ(opening("/", O_RDONLY | O_DIRECTORY), EACCES);
}

TEST_F(SandboxTest, CannotMoveOrLinkItsWayOut) {
  EXPECT_NE(confined([&] { return ::rename(secret().c_str(), (writable() / "x").c_str()) == 0; }), 0);
  EXPECT_EQ(confined([&] { return ::symlink("/etc/passwd", (writable() / "x").c_str()) == 0; }), EPERM);
  EXPECT_EQ(confined([&] { return ::link(secret().c_str(), (writable() / "x").c_str()) == 0; }), EPERM);
  EXPECT_EQ(confined([&] { return ::chmod(secret().c_str(), 0777) == 0; }), EPERM);
  EXPECT_EQ(confined([&] { return ::truncate(secret().c_str(), 0) == 0; }), EPERM);
  EXPECT_EQ(confined([&] { return ::chroot("/") == 0; }), EPERM);
  EXPECT_TRUE(fs::exists(secret()));
}

TEST_F(SandboxTest, StartsNoProgramAndNoProcess) {
  EXPECT_EQ(confined([] {
              char* const none[] = {nullptr};
              return ::execve("/bin/true", none, none) == 0;
            }),
            EPERM);
  EXPECT_EQ(confined([] { return ::syscall(SYS_execveat, AT_FDCWD, "/bin/true", nullptr, nullptr, 0) == 0; }), EPERM);
  EXPECT_EQ(confined([] { return ::fork() >= 0; }), EPERM);
  EXPECT_EQ(confined([] { return ::syscall(SYS_clone3, nullptr, 0) >= 0; }), ENOSYS);
}

TEST_F(SandboxTest, OpensNoSocketAndTouchesNoOtherProcess) {
  EXPECT_EQ(confined([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }), EPERM);
  EXPECT_EQ(confined([] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }), EPERM);
  EXPECT_EQ(confined([] {
              int ends[2];
              return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
            }),
            EPERM);
  EXPECT_EQ(confined([] { return ::kill(::getppid(), 0) == 0; }), EPERM);
  EXPECT_EQ(confined([] { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0) == 0; }), EPERM);
  EXPECT_EQ(confined([] { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0; }), EPERM);
  for (long call : {SYS_process_vm_readv, SYS_pidfd_open, SYS_mount, SYS_unshare, SYS_setns, SYS_bpf,
                    SYS_io_uring_setup, SYS_keyctl, SYS_add_key, SYS_perf_event_open, SYS_open_by_handle_at,
                    SYS_userfaultfd, SYS_memfd_create, SYS_setuid, SYS_personality, SYS_shmget}) {
    EXPECT_EQ(confined([call] { return ::syscall(call, 0, 0, 0, 0, 0) >= 0; }), EPERM) << call;
  }
}

TEST_F(SandboxTest, CannotRaiseItsLimitsAgain) {
  EXPECT_EQ(confined([] {
              rlimit more{RLIM_INFINITY, RLIM_INFINITY};
              return ::setrlimit(RLIMIT_DATA, &more) == 0;
            }),
            EPERM);
  EXPECT_EQ(confined([] {
              void* volatile memory = ::malloc(2UL << 30);
              return memory != nullptr;
            }),
            ENOMEM);
  // Past the size of a file the write fails; the process goes on (a worker ignores the signal).
  EXPECT_EQ(confined([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              int file = ::open((writable() / "big").c_str(), O_WRONLY | O_CREAT, 0600);
              return ::pwrite(file, "x", 1, 2 << 20) == 1;
            }),
            EFBIG);
}

TEST_F(SandboxTest, StillMakesThreadsThatAreConfinedToo) {
  EXPECT_EQ(confined([&] {
              int failed = 0;
              std::thread([&] { failed = ::open(secret().c_str(), O_RDONLY) < 0 ? errno : 0; }).join();
              errno = failed;
              return failed == 0;
            }),
            EACCES);
}

TEST_F(SandboxTest, RefusesAProcessThatHasThreadsAlready) {
  EXPECT_EQ(confined([] { return true; }), 0);
  pid_t child = ::fork();
  if (child == 0) {
    std::thread([] { ::pause(); }).detach();
    try {
      confine({readable()}, {writable()}, true);
    } catch (const base::Error& error) {
      ::_exit(error.kind() == base::ErrorKind::unavailable ? 7 : 8);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(SandboxTest, NeedsFoldersThatExist) {
  pid_t child = ::fork();
  if (child == 0) {
    try {
      confine({readable() / "missing"}, {}, true);
    } catch (const base::Error& error) {
      ::_exit(7);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace boathouse::engine
