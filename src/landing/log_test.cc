// SPDX-License-Identifier: Apache-2.0
#include "landing/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <random>

#include "landing/log_fixture.h"

namespace boathouse::landing {
namespace {

using base::Error;
using base::ErrorKind;
using testing::ElementsAre;
using testing::IsEmpty;

using LandingLogTest = LogFixture;

TEST_F(LandingLogTest, WhatWasAppendedIsReadAgainInOrder) {
  Log log(settings());
  EXPECT_EQ(append(log, "one"), 1U);
  EXPECT_EQ(append(log, "two"), 2U);
  EXPECT_EQ(append(log, std::string(100'000, 'x')), 3U);
  EXPECT_THAT(payloads(log, 0), ElementsAre("one", "two", std::string(100'000, 'x')));
  EXPECT_THAT(payloads(log, 1), ElementsAre("two", std::string(100'000, 'x')));
  EXPECT_THAT(payloads(log, 3), IsEmpty());
  EXPECT_EQ(log.durable(), 3U);
}

TEST_F(LandingLogTest, ItIsThereAfterARestart) {
  {
    Log log(settings());
    append(log, "one");
    append(log, "two");
  }
  Log log(settings());
  EXPECT_THAT(payloads(log, 0), ElementsAre("one", "two"));
  EXPECT_EQ(append(log, "three"), 3U);
  EXPECT_THAT(payloads(log, 0), ElementsAre("one", "two", "three"));
  EXPECT_THAT(log.damages(), IsEmpty());
}

TEST_F(LandingLogTest, RefusesWhatIsNoRecord) {
  Log log(settings());
  EXPECT_EQ(error_of([&] { log.append("", [](Position, const Error*) {}); }), "invalid-argument");
}

TEST_F(LandingLogTest, AppendsOfManyThreadsShareSyncsAndAreAllThere) {
  constexpr int kThreads = 8;
  constexpr int kEach = 500;
  std::atomic<int> syncs = 0;
  LogSettings counted = settings();
  counted.segment_bytes = 64 << 10;
  counted.sync = [&](int fd) {
    ++syncs;
    base::sync_data(fd);
  };
  std::vector<std::vector<Position>> given(kThreads);
  {
    Log log(counted);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) given[t].push_back(append(log, fmt::format("{}:{}", t, i)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_LE(syncs, kThreads * kEach);
  Log log(settings());
  std::map<Position, std::string> read;
  Cursor cursor = log.read(0);
  while (const Record* record = cursor.next()) read.emplace(record->position, record->payload);
  ASSERT_EQ(read.size(), static_cast<std::size_t>(kThreads) * kEach);
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) EXPECT_EQ(read.at(given[t][i]), fmt::format("{}:{}", t, i));
  }
}

TEST_F(LandingLogTest, SegmentsAreRemovedOnceReleased) {
  LogSettings small = settings();
  small.segment_bytes = 1000;
  {
    Log log(small);
    for (int i = 0; i < 50; ++i) append(log, std::string(100, 'a'));
    std::size_t before = segments().size();
    EXPECT_GT(before, 5U);
    log.release(25);
    EXPECT_LT(segments().size(), before);
    EXPECT_EQ(payloads(log, 25).size(), 25U);
    std::uint64_t kept = log.figures().kept_bytes;
    log.release(50);
    EXPECT_EQ(segments().size(), 1U);
    EXPECT_LT(log.figures().kept_bytes, kept);
    EXPECT_EQ(append(log, "next"), 51U);
  }
  Log log(small);
  EXPECT_EQ(append(log, "after"), 52U);
}

TEST_F(LandingLogTest, PositionsGoOnBehindWhatIsReleasedElsewhere) {
  LogSettings later = settings();
  later.released = 1000;
  Log log(later);
  EXPECT_EQ(append(log, "x"), 1001U);
}

TEST_F(LandingLogTest, ARecordLargerThanASegmentHasOneOfItsOwn) {
  LogSettings small = settings();
  small.segment_bytes = 1000;
  Log log(small);
  append(log, "a");
  append(log, std::string(5000, 'b'));
  append(log, "c");
  EXPECT_THAT(payloads(log, 0), ElementsAre("a", std::string(5000, 'b'), "c"));
  EXPECT_EQ(segments().size(), 3U);
}

TEST_F(LandingLogTest, AnotherNodesSegmentsAreRefused) {
  {
    Log log(settings());
    append(log, "mine");
  }
  LogSettings other = settings();
  other.node = "11111111-2222-4333-8444-555555555555";
  EXPECT_EQ(error_of([&] { Log log(other); }), "conflict");
}

TEST_F(LandingLogTest, PastTheLimitOnDiskNothingIsTakenUntilSomethingIsReleased) {
  LogSettings small = settings();
  small.segment_bytes = 1000;
  small.max_kept_bytes = 10 * record_size(100);
  Log log(small);
  for (int i = 0; i < 10; ++i) append(log, std::string(100, 'a'));
  EXPECT_EQ(error_of([&] { append(log, std::string(100, 'a')); }), "landing-full");
  log.release(10);
  EXPECT_EQ(append(log, std::string(100, 'a')), 11U);
}

TEST_F(LandingLogTest, ARecordPastTheLimitInMemoryIsTakenAlone) {
  Gate gate;
  LogSettings small = settings();
  small.max_waiting_bytes = record_size(100);
  small.sync = [&](int fd) {
    gate.pass();
    base::sync_data(fd);
  };
  Log log(small);
  EXPECT_EQ(append(log, std::string(1000, 'a')), 1U);
  gate.close();
  std::atomic<int> told = 0;
  auto count = [&](Position, const Error* error) { told += error == nullptr ? 1 : 0; };
  log.append("x", count);
  EXPECT_EQ(error_of([&] { log.append(std::string(1000, 'a'), count); }), "landing-full");
  gate.open();
  wait_until([&] { return told == 1; });
  EXPECT_EQ(append(log, std::string(1000, 'a')), 3U);
}

TEST_F(LandingLogTest, PastTheLimitInMemoryNothingIsTaken) {
  Gate gate;
  LogSettings slow = settings();
  slow.max_waiting_bytes = 3 * record_size(100);
  slow.sync = [&](int fd) {
    gate.pass();
    base::sync_data(fd);
  };
  Log log(slow);
  gate.close();
  std::atomic<int> told = 0;
  auto count = [&](Position, const Error* error) { told += error == nullptr ? 1 : 0; };
  for (int i = 0; i < 3; ++i) log.append(std::string(100, 'a'), count);
  EXPECT_EQ(error_of([&] { log.append(std::string(100, 'a'), count); }), "landing-full");
  EXPECT_EQ(told, 0);
  gate.open();
  wait_until([&] { return told == 3; });
  EXPECT_EQ(append(log, std::string(100, 'a')), 4U);
}

TEST_F(LandingLogTest, NobodyIsToldBeforeTheSync) {
  Gate gate;
  LogSettings slow = settings();
  slow.sync = [&](int fd) {
    gate.pass();
    base::sync_data(fd);
  };
  Log log(slow);
  gate.close();
  std::atomic<bool> told = false;
  log.append("x", [&](Position, const Error*) { told = true; });
  gate.wait_for_visitor();
  EXPECT_FALSE(told);
  EXPECT_EQ(log.durable(), 0U);
  EXPECT_THAT(payloads(log, 0), IsEmpty());
  gate.open();
  wait_until([&] { return told.load(); });
  EXPECT_THAT(payloads(log, 0), ElementsAre("x"));
}

TEST_F(LandingLogTest, AfterAFailedSyncNothingIsTakenUntilARestart) {
  bool fail = false;
  {
    LogSettings faulty = settings();
    faulty.sync = [&](int fd) {
      if (fail) throw Error(ErrorKind::unavailable, "syncing a file: input/output error");
      base::sync_data(fd);
    };
    Log log(faulty);
    append(log, "before");
    fail = true;
    EXPECT_EQ(error_of([&] { append(log, "lost"); }), "landing-failed");
    fail = false;
    EXPECT_EQ(error_of([&] { append(log, "after"); }), "landing-failed");
    EXPECT_TRUE(log.figures().failed);
    EXPECT_THAT(payloads(log, 0), ElementsAre("before"));
  }
  Log log(settings());
  EXPECT_EQ(payloads(log, 0).front(), "before");
  append(log, "again");
  EXPECT_EQ(payloads(log, 0).back(), "again");
}

TEST_F(LandingLogTest, WhatCouldNotBeWrittenDoesNotComeBack) {
  LogSettings small = settings();
  small.segment_bytes = 1000;
  {
    Log log(small);
    append(log, "before");
    // The next segment cannot be made: its place is taken.
    std::filesystem::create_directory(folder() / segment_name(2));
    EXPECT_EQ(error_of([&] { append(log, std::string(2000, 'x')); }), "unavailable");
    std::filesystem::remove(folder() / segment_name(2));
    EXPECT_EQ(append(log, "after"), 2U);
  }
  Log log(small);
  EXPECT_THAT(payloads(log, 0), ElementsAre("before", "after"));
}

}  // namespace
}  // namespace boathouse::landing
