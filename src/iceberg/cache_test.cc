// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;

using CacheTest = StoreTest;

TEST_F(CacheTest, IsBoundedAndShared) {
  MetadataCache small(store, 20'000);
  Table table(small, people());
  for (int i = 0; i < 50; ++i) {
    table.append({table.file(std::to_string(i))});
    EXPECT_LE(small.bytes(), 20'000U);
  }
  EXPECT_GT(small.bytes(), 0U);
  EXPECT_EQ(table.names().size(), 50U);
  MetadataPtr kept = cache.metadata(table.location());
  EXPECT_EQ(cache.metadata(table.location()), kept);
  cache.forget(table.location());
  EXPECT_NE(cache.metadata(table.location()), kept);
  MetadataCache none(store, 0);
  EXPECT_EQ(none.metadata(table.location())->snapshots.size(), 50U);
  EXPECT_EQ(none.bytes(), 0U);
}

TEST_F(CacheTest, ServesManyThreads) {
  Table table(cache, people());
  for (int i = 0; i < 20; ++i) table.append({table.file(std::to_string(i))});
  MetadataCache shared(store, 30'000);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        MetadataPtr metadata = shared.metadata(table.location());
        if (plan_scan(shared, metadata, metadata->current_snapshot()).files.size() != 20) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace boathouse::iceberg
