// SPDX-License-Identifier: Apache-2.0
// How broken processes end, tried in children.
#include "engine/crash.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <new>
#include <thread>

#include "engine/engine_fixture.h"
#include "engine/worker_error.h"

namespace boathouse::engine {
namespace {

using base::ErrorKind;

// The error that the end of a child which does this becomes.
base::Error death_by(const std::function<void()>& call) {
  pid_t child = ::fork();
  if (child == 0) {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    watch_for_crashes();
    CrashStack crash_stack;
    call();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return death_error(status);
}

// Called through pointers, so that the compiler does not see what comes.
int recurse(volatile char* above);
int (*volatile recurse_again)(volatile char*) = recurse;
int recurse(volatile char* above) {
  volatile char frame[4096];
  frame[0] = *above;
  return recurse_again(frame) + frame[0];
}
void overflow() {
  volatile char first = 1;
  recurse(&first);
}

void throw_bad_alloc() { throw std::bad_alloc(); }
void throw_number() { throw 1; }
void (*volatile thrower)() = throw_bad_alloc;
void throw_where_none_may() noexcept { thrower(); }

class CrashTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers take the same signals";
#endif
  }
};

TEST_F(CrashTest, AFullStackIsTooLarge) {
  EXPECT_EQ(death_by(overflow).kind(), ErrorKind::too_large);
  const auto in_thread = death_by([] {
    std::thread([] {
      CrashStack crash_stack;
      overflow();
    }).join();
  });
  EXPECT_EQ(in_thread.kind(), ErrorKind::too_large);
}

TEST_F(CrashTest, NoMemoryIsTooLarge) {
  thrower = throw_bad_alloc;
  EXPECT_EQ(death_by(throw_where_none_may).kind(), ErrorKind::too_large);
}

TEST_F(CrashTest, AnyOtherEndIsTheStatementsFault) {
  const auto null = death_by([] { *reinterpret_cast<volatile int*>(8) = 1; });
  EXPECT_EQ(null.kind(), ErrorKind::unprocessable);
  EXPECT_EQ(null.trail().at(0), "engine: a worker ended with signal 11");
  EXPECT_EQ(death_by([] { ::abort(); }).kind(), ErrorKind::unprocessable);
  thrower = throw_number;
  EXPECT_EQ(death_by(throw_where_none_may).kind(), ErrorKind::unprocessable);
  EXPECT_EQ(death_by([] { ::_exit(1); }).trail().at(0), "engine: a worker ended with exit code 1");
}

TEST(WorkerErrorTest, SortsDuckDbsExceptions) {
  auto kind = [](const char* type, const char* message = "m") {
    return to_error({type, message, std::nullopt, false}, {}, "/spill").kind();
  };
  EXPECT_EQ(kind("Binder"), ErrorKind::invalid_argument);
  EXPECT_EQ(kind("Invalid Input"), ErrorKind::invalid_argument);
  EXPECT_EQ(kind("Permission"), ErrorKind::permission_denied);
  EXPECT_EQ(kind("Out of Memory"), ErrorKind::too_large);
  EXPECT_EQ(kind("IO", "Could not write: File too large"), ErrorKind::too_large);
  EXPECT_EQ(kind("IO", "Could not write: No space left on device"), ErrorKind::storage_full);
  EXPECT_EQ(kind("IO", "Cannot open file"), ErrorKind::unavailable);
  EXPECT_EQ(kind("INTERNAL"), ErrorKind::unprocessable);
}

TEST(WorkerErrorTest, OutOfMemoryEndsTheWorkerWhateverItsType) {
  auto read = [](const char* type, const char* message) {
    return read_worker_error(boost::json::serialize(boost::json::object{{"type", type}, {"message", message}}));
  };
  const WorkerError untyped = read("Unknown", "Out of Memory Error: Failed to allocate block of 32768 bytes");
  EXPECT_TRUE(untyped.fatal);
  EXPECT_EQ(to_error(untyped, {}, "/spill").kind(), ErrorKind::too_large);
  EXPECT_TRUE(read("Out of Memory", "failed to allocate data").fatal);
  EXPECT_FALSE(read("Binder", "no such column").fatal);
}

TEST(WorkerErrorTest, AdvisesOnlyWhatUsersCanDo) {
  auto words = [](const char* message) {
    return to_error({"Out of Memory", message, std::nullopt, false}, {}, "/spill").message();
  };
  const std::string memory =
      words("failed to allocate data of size 16 MiB\n\nPossible solutions:\n* SET memory_limit='...GB'");
  EXPECT_EQ(memory.find("SET "), std::string::npos);
  EXPECT_NE(memory.find("engine_memory"), std::string::npos);
  const std::string spill = words("failed to offload data block .. This limit was set by max_temp_directory_size");
  EXPECT_NE(spill.find("engine_max_spill"), std::string::npos);
}

TEST(WorkerErrorTest, TakesFoldersOutOfMessages) {
  const Confinement confinement{.kind = WorkerKind::query, .workspaces = {}, .readable = {"/a/b"}, .writable = {"/c"}};
  const auto error =
      to_error({"IO", "'/a/b/x.parquet' and '/c/y' and '/spill/z' and '/a/b/w'", 3, false}, confinement, "/spill");
  EXPECT_EQ(error.message(), "'/x.parquet' and '/y' and '/z' and '/w'");
  EXPECT_EQ(error.detail().at("position").as_int64(), 3);
  EXPECT_EQ(error.trail().at(0), "engine: IO: '/a/b/x.parquet' and '/c/y' and '/spill/z' and '/a/b/w'");
}

}  // namespace
}  // namespace boathouse::engine
