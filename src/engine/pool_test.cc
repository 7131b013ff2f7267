// SPDX-License-Identifier: Apache-2.0
// Who gets a worker, and what stays of one.
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

class PoolTest : public EngineTest {
 protected:
  static void wait_until(const std::function<bool()>& done) {
    while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  static std::size_t open_files() {
    const fs::directory_iterator files("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  static bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1; }
};

TEST_F(PoolTest, KeepsAWorkerWarmForTheSameConfinement) {
  WorkerPool pool(options());
  for (int i = 0; i < 3; ++i) {
    Lease lease = take(pool, query_on());
    EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
  }
  EXPECT_EQ(pool.stats().started, 1U);
  // Another kind, another workspace or other folders are another confinement.
  take(pool, ingest_on());
  take(pool, query_on("other"));
  Confinement narrower = query_on();
  narrower.readable.clear();
  take(pool, narrower);
  EXPECT_EQ(pool.stats().started, 4U);
  EXPECT_EQ(pool.stats().idle, 4U);
}

TEST_F(PoolTest, AWorkerOfTheBackgroundHasOneThreadAndWrites) {
  WorkerPool pool(options());
  auto threads = [&](WorkerKind kind) {
    Confinement confinement = ingest_on();
    confinement.kind = kind;
    auto results = take(pool, confinement)
                       .execute({fmt::format("COPY (SELECT 1) TO '{}/a.parquet'", staging().string()),
                                 "SELECT current_setting('threads')"});
    return results.back().rows.at(0).at(0).to_number<int>();
  };
  EXPECT_EQ(threads(WorkerKind::ingest), 2);
  EXPECT_EQ(threads(WorkerKind::background), 1);
}

TEST_F(PoolTest, TheOrderOfWorkspacesDoesNotMatter) {
  WorkerPool pool(options());
  Confinement both = query_on();
  both.workspaces = {base::WorkspaceId("b"), base::WorkspaceId("a")};
  take(pool, both);
  std::swap(both.workspaces[0], both.workspaces[1]);
  take(pool, both);
  EXPECT_EQ(pool.stats().started, 1U);
}

TEST_F(PoolTest, TheLeastRecentlyUsedMakesRoom) {
  PoolOptions two = options();
  two.max_workers = 2;
  WorkerPool pool(two);
  take(pool, query_on("a"));
  take(pool, query_on("b"));
  take(pool, query_on("a"));
  take(pool, query_on("c"));  // b goes
  EXPECT_EQ(pool.stats().live, 2U);
  EXPECT_EQ(pool.stats().started, 3U);
  take(pool, query_on("a"));
  EXPECT_EQ(pool.stats().started, 3U);
  take(pool, query_on("b"));
  EXPECT_EQ(pool.stats().started, 4U);
}

TEST_F(PoolTest, OneWorkspaceNeverHoldsAll) {
  PoolOptions two = options();
  two.max_workers = 2;
  WorkerPool pool(two);
  Lease first = take(pool, query_on("a"));
  EXPECT_EQ(error_of([&] { take(pool, query_on("a"), 50 * base::kMillisecond); }).kind(), ErrorKind::timeout);
  Lease other = take(pool, query_on("b"));
  EXPECT_EQ(ask(other, "SELECT 1"), "[1]");
}

TEST_F(PoolTest, ServesWaitingWorkspacesInTurn) {
  PoolOptions one = options();
  one.max_workers = 1;
  WorkerPool pool(one);
  auto holding = std::make_unique<Lease>(take(pool, query_on("x")));
  std::mutex mutex;
  std::string order;
  std::vector<std::jthread> threads;
  for (const std::string who : {"a", "a", "a", "b", "c", "b"}) {
    const std::size_t waiting = pool.stats().waiting;
    threads.emplace_back([&, who] {
      Lease lease = take(pool, query_on(who));
      std::lock_guard lock(mutex);
      order += who;
    });
    wait_until([&] { return pool.stats().waiting > waiting; });
  }
  holding.reset();
  threads.clear();
  EXPECT_EQ(order, "abcaba");
}

TEST_F(PoolTest, AFullQueueRefusesItsWorkspaceOnly) {
  PoolOptions one = options();
  one.max_workers = 1;
  one.max_waiting_per_workspace = 1;
  WorkerPool pool(one);
  std::vector<std::jthread> threads;
  {
    Lease holding = take(pool, query_on("x"));
    threads.emplace_back([&] { take(pool, query_on("a")); });
    wait_until([&] { return pool.stats().waiting == 1; });
    EXPECT_EQ(error_of([&] { take(pool, query_on("a")); }).kind(), ErrorKind::too_many_requests);
    threads.emplace_back([&] { take(pool, query_on("b")); });
    wait_until([&] { return pool.stats().waiting == 2; });
  }
  threads.clear();
  EXPECT_EQ(pool.stats().waiting, 0U);
}

TEST_F(PoolTest, WaitingEndsWhenStopped) {
  PoolOptions one = options();
  one.max_workers = 1;
  WorkerPool pool(one);
  Lease holding = take(pool, query_on("x"));
  std::stop_source stop;
  std::jthread stopper([&] {
    wait_until([&] { return pool.stats().waiting == 1; });
    stop.request_stop();
  });
  const auto error =
      error_of([&] { pool.acquire(query_on("a"), base::WorkspaceId("a"), kNoDeadline, stop.get_token()); });
  EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  EXPECT_EQ(pool.stats().waiting, 0U);
}

TEST_F(PoolTest, ManyThreadsShareFewWorkers) {
  PoolOptions few = options();
  few.max_workers = 3;
  WorkerPool pool(few);
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 4; ++i) {
          Lease lease = take(pool, query_on("w" + std::to_string(t % 4)));
          if (ask(lease, "SELECT " + std::to_string(t * 100 + i)) == "[" + std::to_string(t * 100 + i) + "]") ++right;
        }
      });
    }
  }
  EXPECT_EQ(right, 32);
  EXPECT_LE(pool.stats().live, 3U);
}

TEST_F(PoolTest, AnIdleWorkerThatDiedIsNotHandedOut) {
  WorkerPool pool(options());
  take(pool, query_on());
  const pid_t idle = children().at(0);
  ::kill(idle, SIGKILL);
  // Until its last thread is gone the socket looks alive; whoever reaps it is not the test.
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(idle), &ended, WEXITED | WNOWAIT), 0);
  Lease lease = take(pool, query_on());
  EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
  EXPECT_EQ(pool.stats().started, 2U);
  EXPECT_EQ(pool.stats().ended_badly, 1U);
}

TEST_F(PoolTest, ALargeWorkerIsNotKeptWarm) {
  PoolOptions small = options();
  small.max_idle_bytes = 1;
  WorkerPool pool(small);
  take(pool, query_on());
  EXPECT_EQ(pool.stats().live, 0U);
  EXPECT_EQ(pool.stats().ended_badly, 0U);
}

TEST_F(PoolTest, AWorkerThatRestsIsEndedWhenItHoldsMuch) {
  PoolOptions soon = options();
  soon.rest = 0;
  {
    WorkerPool pool(soon);
    take(pool, query_on());
    pool.end_resting();
    EXPECT_EQ(pool.stats().live, 1U) << "one that holds little is left warm";
  }
  soon.max_resting_bytes = 0;
  WorkerPool pool(soon);
  take(pool, query_on());
  pool.end_resting();
  EXPECT_EQ(pool.stats().live, 0U);
  EXPECT_EQ(pool.stats().ended_badly, 0U);
  soon.rest = base::kHour;
  WorkerPool patient(soon);
  take(patient, query_on());
  patient.end_resting();
  EXPECT_EQ(patient.stats().live, 1U) << "it has not rested for long";
}

TEST_F(PoolTest, LeavesNothingBehind) {
  const std::size_t files = open_files();
  {
    WorkerPool pool(options());
    Lease first = take(pool, query_on("a"));
    Lease second = take(pool, query_on("b"));
    EXPECT_EQ(std::distance(fs::directory_iterator(root() / "spill"), fs::directory_iterator()), 2);
    ask(first, "SELECT 1", ResultFormat::parquet);
    EXPECT_EQ(error_of([&] { ask(second, "SELECT nope"); }).kind(), ErrorKind::invalid_argument);
  }
  EXPECT_EQ(open_files(), files);
  EXPECT_FALSE(has_children());
  EXPECT_TRUE(fs::is_empty(root() / "spill"));
}

TEST_F(PoolTest, AWorkerKilledBeforeItsCommandIsReplaced) {
  WorkerPool pool(options());
  Lease lease = take(pool, query_on());
  ::kill(children().at(0), SIGKILL);
  EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
  ::kill(children().at(0), SIGKILL);
  EXPECT_NE(lease.parse("SELECT 2"), "");
  EXPECT_EQ(pool.stats().ended_badly, 2U);
  EXPECT_EQ(pool.stats().live, 1U);
}

TEST_F(PoolTest, AWorkerThatHeldALeasesTablesIsNotReplaced) {
  WorkerPool pool(options());
  Lease lease = take(pool, ingest_on());
  lease.execute({"CREATE TEMP TABLE t AS SELECT 1"});
  ::kill(children().at(0), SIGKILL);
  EXPECT_EQ(error_of([&] { lease.execute({"FROM t"}); }).kind(), ErrorKind::unprocessable);
}

TEST_F(PoolTest, EmptiesItsSpillFolderAtTheStart) {
  fs::create_directories(root() / "spill" / "worker-of-a-dead-server");
  std::ofstream(root() / "spill" / "worker-of-a-dead-server" / "file") << "x";
  WorkerPool pool(options());
  EXPECT_TRUE(fs::is_empty(root() / "spill"));
}

TEST_F(PoolTest, WorkersInheritNothing) {
  ::setenv("BOATHOUSE_SECRET", "secret", 1);
  base::UniqueFd leaky(::open("/etc/passwd", O_RDONLY));  // not close-on-exec
  WorkerPool pool(options());
  Lease lease = take(pool, query_on());
  const std::string proc = "/proc/" + std::to_string(children().at(0));
  std::string environment;
  std::getline(std::ifstream(proc + "/environ"), environment);
  EXPECT_EQ(environment, "");
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(proc + "/fd")) files.insert(entry.path().filename());
  EXPECT_EQ(files, (std::set<std::string>{"0", "1", "2", "3"}));
  ::unsetenv("BOATHOUSE_SECRET");
}

TEST_F(PoolTest, WorkersDieWithTheServer) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t server = ::fork();
  if (server == 0) {
    WorkerPool pool(options());
    Lease lease = take(pool, query_on());
    pid_t worker = children().at(0);
    [[maybe_unused]] ssize_t wrote = ::write(ends[1], &worker, sizeof worker);
    QueryCommand endless;
    endless.sql = "SELECT count(*) FROM range(1000000000000)";
    Collected collected;
    lease.query(endless, collected);
    ::_exit(0);
  }
  pid_t worker = 0;
  ASSERT_EQ(::read(ends[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  EXPECT_EQ(::kill(worker, 0), 0);
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  // Gone, or a zombie of whoever adopts orphans here.
  wait_until([&] { return ::kill(worker, 0) != 0 || state_of(worker) == 'Z'; });
  ::close(ends[0]);
  ::close(ends[1]);
}

// A child in which the kernel knows no Landlock, as old ones do.
int without_landlock(const std::function<int()>& call) {
  pid_t child = ::fork();
  if (child == 0) {
    scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), 444, 0);  // landlock_create_ruleset
    ::seccomp_load(filter);
    int code = 99;
    try {
      code = call();
    } catch (const base::Error& error) {
      code = error.kind() == ErrorKind::unavailable ? 7 : 98;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(PoolTest, RefusesAKernelWithoutLandlockUnlessAllowed) {
  EXPECT_EQ(without_landlock([&] {
              WorkerPool pool(options());
              return 0;
            }),
            7);
  EXPECT_EQ(without_landlock([&] {
              PoolOptions unconfined = options();
              unconfined.allow_unconfined = true;
              WorkerPool pool(unconfined);
              Lease lease = take(pool, query_on());
              return ask(lease, "SELECT 1") == "[1]" ? 0 : 1;
            }),
            0);
}

TEST_F(PoolTest, SaysWhatIsMissing) {
  PoolOptions missing = options();
  missing.worker_executable = root() / "nothing";
  EXPECT_EQ(error_of([&] { WorkerPool pool(missing); }).kind(), ErrorKind::unavailable);
  WorkerPool pool(options());
  Confinement confinement = query_on();
  confinement.readable = {root() / "nothing"};
  EXPECT_EQ(error_of([&] { take(pool, confinement); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(pool.stats().live, 0U);
  take(pool, query_on());
}

}  // namespace
}  // namespace boathouse::engine
