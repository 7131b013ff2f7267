// SPDX-License-Identifier: Apache-2.0
#include "app/data_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/error.h"

namespace boathouse::app {
namespace {

// Runs `work` in another process, which then ends at once; its exit status.
template <class Work>
int in_another_process(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum Tried { broken = 1, taken = 10, free_now = 11 };

Tried try_lock(const std::filesystem::path& data) {
  try {
    DataLock lock(data);
    return free_now;
  } catch (const base::Error& error) {
    return error.kind() == base::ErrorKind::conflict &&
                   error.message().find(std::to_string(::getppid())) != std::string::npos
               ? taken
               : broken;
  }
}

TEST(DataLock, ASecondHolderIsToldWhoHoldsTheFolder) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "lock-");
  const std::filesystem::path data = folder.path() / "new" / "data";
  {
    DataLock lock(data);
    EXPECT_EQ(in_another_process([&] { return try_lock(data); }), taken);
  }
  EXPECT_EQ(in_another_process([&] { return try_lock(data); }), free_now);
}

TEST(DataLock, AChildThatOutlivesItsParentHoldsNothing) {
  base::TemporaryFolder data(std::filesystem::temp_directory_path(), "lock-");
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  EXPECT_EQ(in_another_process([&] {
              DataLock lock(data.path());
              if (::fork() == 0) {
                // With every file of its parent open, until the test ends.
                ::close(pipe[1]);
                char end = 0;
                ::_exit(static_cast<int>(::read(pipe[0], &end, 1)));
              }
              ::_exit(free_now);  // the lock is not let go: as if killed
              return 0;
            }),
            free_now);
  EXPECT_EQ(in_another_process([&] { return try_lock(data.path()); }), free_now);
  ::close(pipe[1]);
  ::close(pipe[0]);
}

}  // namespace
}  // namespace boathouse::app
