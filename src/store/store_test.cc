// SPDX-License-Identifier: Apache-2.0
// One suite over every ObjectStore, then what is particular to each.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "store/faulty_store.h"
#include "store/local_store.h"
#include "store/location.h"
#include "store/memory_store.h"
#include "store/parallel.h"

namespace boathouse::store {
namespace {
namespace fs = std::filesystem;
using base::ErrorKind;

template <class Call>
std::optional<ErrorKind> kind_of(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const base::Error& error) {
    return error.kind();
  }
}

fs::path temporary_parent() { return fs::canonical(fs::temp_directory_path()); }

class ObjectStoreTest : public testing::TestWithParam<bool> {
 protected:
  ObjectStoreTest() {
    if (GetParam()) {
      store = std::make_unique<LocalStore>(folder.path() / "root");
    } else {
      store = std::make_unique<MemoryStore>("file:///memory/root");
    }
  }
  std::string at(std::string_view name) const { return join(store->root(), name); }
  fs::path source(std::string_view bytes) const {
    fs::path path = folder.path() / "source";
    std::ofstream(path) << bytes;
    return path;
  }

  base::TemporaryFolder folder{temporary_parent(), "store-test-"};
  std::unique_ptr<ObjectStore> store;
};
INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Local" : "Memory"; });

TEST_P(ObjectStoreTest, KeepsWhatIsPut) {
  std::string bytes("a\0b\xff", 4);
  store->put(at("w/t/data/x"), bytes);
  EXPECT_EQ(store->get(at("w/t/data/x")), bytes);
  EXPECT_EQ(store->size(at("w/t/data/x")), 4U);
  EXPECT_TRUE(store->exists(at("w/t/data/x")));
  store->put(at("empty"), "", Durability::later);
  EXPECT_EQ(store->get(at("empty")), "");
}

TEST_P(ObjectStoreTest, AnObjectIsWrittenOnce) {
  store->put(at("x"), "first");
  EXPECT_EQ(kind_of([&] { store->put(at("x"), "second"); }), ErrorKind::already_exists);
  fs::path path = source("third");
  EXPECT_EQ(kind_of([&] { store->adopt(path, at("x")); }), ErrorKind::already_exists);
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(store->get(at("x")), "first");
}

TEST_P(ObjectStoreTest, SaysWhatIsMissing) {
  EXPECT_EQ(kind_of([&] { store->get(at("no/such")); }), ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { store->size(at("no/such")); }), ErrorKind::not_found);
  EXPECT_FALSE(store->exists(at("no/such")));
  EXPECT_FALSE(store->remove(at("no/such")));
  std::vector<std::string> missing{at("no/such")};
  EXPECT_EQ(kind_of([&] { store->sync_all(missing); }), ErrorKind::not_found);
  store->put(at("folder/x"), "1");
  EXPECT_FALSE(store->exists(at("folder")));
  EXPECT_FALSE(store->remove(at("folder")));
  EXPECT_EQ(kind_of([&] { store->get(at("folder")); }), ErrorKind::not_found);
}

TEST_P(ObjectStoreTest, AdoptsFiles) {
  fs::path path = source("content");
  store->adopt(path, at("a/b/x"));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(store->get(at("a/b/x")), "content");
}

TEST_P(ObjectStoreTest, ListsAFolderOrAnObject) {
  for (auto name : {"t/b", "t/a/x", "t/a/y", "t2/z", "t"}) {
    if (GetParam() && std::string_view(name) == "t") continue;  // a directory cannot hold both
    store->put(at(name), "12345");
  }
  auto names = [&](std::string_view prefix) {
    std::vector<std::string> found;
    for (const ObjectInfo& info : store->list(at(prefix))) found.push_back(info.location);
    return found;
  };
  EXPECT_EQ(names("t/a"), (std::vector{at("t/a/x"), at("t/a/y")}));
  EXPECT_EQ(names("t/a/x"), std::vector{at("t/a/x")});
  EXPECT_TRUE(names("none").empty());
  EXPECT_TRUE(names("t/a/x/deeper").empty());
  EXPECT_EQ(store->list(store->root()).size(), GetParam() ? 4U : 5U);
  ObjectInfo info = store->list(at("t2/z")).at(0);
  EXPECT_EQ(info.size, 5U);
  EXPECT_NEAR(static_cast<double>(info.modified), static_cast<double>(base::now_micros()), 60.0 * base::kSecond);
}

TEST_P(ObjectStoreTest, RemovesObjectsAndEmptyFolders) {
  store->put(at("a/b/x"), "1");
  store->put(at("a/y"), "2");
  EXPECT_TRUE(store->remove(at("a/b/x")));
  EXPECT_FALSE(store->exists(at("a/b/x")));
  EXPECT_EQ(store->list(at("a")).size(), 1U);
  if (GetParam()) {
    EXPECT_FALSE(fs::exists(path_of(at("a/b"))));
    EXPECT_TRUE(fs::exists(path_of(at("a"))));
  }
  EXPECT_TRUE(store->remove(at("a/y")));
  store->put(at("a/b/x"), "again");
  EXPECT_EQ(store->get(at("a/b/x")), "again");
}

TEST_P(ObjectStoreTest, RefusesWhatLiesOutside) {
  fs::path path = source("1");
  for (std::string location :
       {std::string("file:///etc/passwd"), store->root(), store->root() + "/", store->root() + "/../x",
        store->root() + "/a/./b", store->root() + "/a//b", store->root() + "x/a", std::string("s3://bucket/x"),
        std::string("relative/x"), std::string("file://host/x"), std::string(""),
        store->root() + std::string("/a\0b", 4)}) {
    EXPECT_EQ(kind_of([&] { store->put(location, "x"); }), ErrorKind::invalid_argument) << location;
    EXPECT_EQ(kind_of([&] { store->get(location); }), ErrorKind::invalid_argument) << location;
    EXPECT_EQ(kind_of([&] { store->remove(location); }), ErrorKind::invalid_argument) << location;
    EXPECT_EQ(kind_of([&] { store->adopt(path, location); }), ErrorKind::invalid_argument) << location;
    EXPECT_EQ(kind_of([&] { store->local_path(location); }), ErrorKind::invalid_argument) << location;
  }
  EXPECT_TRUE(fs::exists(path));
  EXPECT_TRUE(store->list(store->root()).empty());
}

TEST_P(ObjectStoreTest, TakesNamesWordForWord) {
  for (std::string name : {"a%2Fb", "100%", "a b", "a[1]*?#b", "\xc3\xa4\xff", "a=b", "...", "..x"}) {
    store->put(at("names/" + name), name);
    EXPECT_EQ(store->get(at("names/" + name)), name);
    EXPECT_EQ(store->list(at("names/" + name)).at(0).location, at("names/" + name));
  }
  EXPECT_EQ(store->list(at("names")).size(), 8U);
}

TEST_P(ObjectStoreTest, SeveralSpellingsOfOneLocation) {
  store->put(at("x"), "1");
  EXPECT_EQ(store->get(path_of(at("x")).native()), "1");
  EXPECT_EQ(store->get("file:" + path_of(at("x")).native()), "1");
}

TEST_P(ObjectStoreTest, SyncsManyAtOnce) {
  std::vector<std::string> locations;
  for (int i = 0; i < 40; ++i) {
    locations.push_back(at("t/" + std::to_string(i % 7) + "/" + std::to_string(i)));
    store->put(locations.back(), "x", Durability::later);
  }
  store->sync_all(locations);
  store->sync_all({});
  EXPECT_EQ(store->list(at("t")).size(), 40U);
}

TEST_P(ObjectStoreTest, ManyThreadsAtOnce) {
  // Folders come and go under each other's feet.
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        std::string location = at("shared/folder/" + std::to_string(t));
        store->put(location, std::to_string(i), Durability::later);
        if (store->get(location) != std::to_string(i) || !store->remove(location)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(store->list(store->root()).empty());
}

class LocalStoreTest : public testing::Test {
 protected:
  base::TemporaryFolder folder{temporary_parent(), "store-test-"};
  fs::path root = folder.path() / "deep" / "root";
  LocalStore store{root};
};

TEST_F(LocalStoreTest, LiesWhereItSays) {
  EXPECT_EQ(store.root(), "file://" + root.native());
  store.put(store.root() + "/a/x", "1");
  EXPECT_EQ(base::read_file(root / "a" / "x"), "1");
  EXPECT_EQ(store.local_path(store.root() + "/a/x"), root / "a" / "x");
  EXPECT_EQ(fs::status(root / "a" / "x").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(root / "a").permissions(), fs::perms::owner_all);
}

TEST_F(LocalStoreTest, NeverFollowsASymlink) {
  fs::path outside = folder.path() / "outside";
  fs::create_directory(outside);
  std::ofstream(outside / "secret") << "secret";
  fs::create_directory_symlink(outside, root / "link");
  fs::create_symlink(outside / "secret", root / "file");
  fs::create_directory(root / "real");
  fs::create_directory_symlink(outside, root / "real" / "link");
  for (auto name : {"/link/secret", "/real/link/secret", "/file"}) {
    EXPECT_EQ(kind_of([&] { store.get(store.root() + name); }), ErrorKind::invalid_argument) << name;
    EXPECT_EQ(kind_of([&] { store.size(store.root() + name); }), ErrorKind::invalid_argument) << name;
  }
  EXPECT_EQ(kind_of([&] { store.put(store.root() + "/link/new", "x"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { store.put(store.root() + "/file", "x"); }), ErrorKind::already_exists);
  EXPECT_EQ(kind_of([&] { store.remove(store.root() + "/link/secret"); }), ErrorKind::invalid_argument);
  EXPECT_TRUE(store.list(store.root()).empty());
  EXPECT_TRUE(store.list(store.root() + "/link").empty());
  EXPECT_EQ(kind_of([&] { store.list(store.root() + "/real/link/secret"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(base::read_file(outside / "secret"), "secret");
}

TEST_F(LocalStoreTest, AdoptsOnlyRegularFiles) {
  fs::create_symlink("/etc/hostname", folder.path() / "link");
  EXPECT_EQ(kind_of([&] { store.adopt(folder.path() / "link", store.root() + "/x"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { store.adopt(folder.path(), store.root() + "/x"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { store.adopt(folder.path() / "none", store.root() + "/x"); }), ErrorKind::unavailable);
}

TEST_F(LocalStoreTest, AdoptsAcrossFileSystems) {
  if (!fs::exists("/dev/shm")) GTEST_SKIP() << "no second file system";
  base::TemporaryFolder elsewhere("/dev/shm", "store-test-");
  std::string bytes(300'000, 'x');
  std::ofstream(elsewhere.path() / "x") << bytes;
  store.adopt(elsewhere.path() / "x", store.root() + "/t/x");
  EXPECT_EQ(store.get(store.root() + "/t/x"), bytes);
  EXPECT_FALSE(fs::exists(elsewhere.path() / "x"));
}

TEST_F(LocalStoreTest, AFileIsNoFolder) {
  store.put(store.root() + "/x", "1");
  EXPECT_EQ(kind_of([&] { store.put(store.root() + "/x/y", "2"); }), ErrorKind::invalid_argument);
}

TEST(FaultyStore, MeetsItsFaultsInTurn) {
  MemoryStore inner;
  FaultyStore store(inner);
  auto at = [&](std::string name) { return store.root() + "/" + name; };
  store.fail_write(2, Fault::fail);
  store.put(at("1"), "x");
  EXPECT_EQ(kind_of([&] { store.put(at("2"), "x"); }), ErrorKind::unavailable);
  EXPECT_FALSE(store.exists(at("2")));
  store.put(at("2"), "x");

  store.fail_write(1, Fault::disk_full, true);
  EXPECT_EQ(kind_of([&] { store.put(at("3"), "x"); }), ErrorKind::storage_full);
  EXPECT_EQ(kind_of([&] { store.put(at("4"), "x"); }), ErrorKind::storage_full);
  store.heal();
  store.put(at("3"), "x");

  store.fail_write(1, Fault::unknown_done);
  EXPECT_EQ(kind_of([&] { store.put(at("5"), "x"); }), ErrorKind::unknown_outcome);
  EXPECT_TRUE(store.exists(at("5")));
  store.fail_write(1, Fault::unknown_not_done);
  EXPECT_EQ(kind_of([&] { store.put(at("6"), "x"); }), ErrorKind::unknown_outcome);
  EXPECT_FALSE(store.exists(at("6")));

  std::vector<std::string> locations{at("1")};
  store.fail_sync(1, Fault::fail);
  EXPECT_EQ(kind_of([&] { store.sync_all(locations); }), ErrorKind::unavailable);
  store.sync_all(locations);
  store.fail_read(1, Fault::fail);
  EXPECT_EQ(kind_of([&] { store.get(at("1")); }), ErrorKind::unavailable);
  store.fail_remove(1, Fault::unknown_done);
  EXPECT_EQ(kind_of([&] { store.remove(at("1")); }), ErrorKind::unknown_outcome);
  EXPECT_FALSE(store.exists(at("1")));
  store.fail_remove(1, Fault::fail, true);
  remove_all_quietly(store, locations);
}

TEST(Location, AndPathAreTheSameBytes) {
  EXPECT_EQ(location_of("/a/b%20c"), "file:///a/b%20c");
  EXPECT_EQ(path_of("file:///a/b%20c"), "/a/b%20c");
  EXPECT_EQ(path_of("file:/a"), "/a");
  EXPECT_EQ(path_of("/a"), "/a");
  EXPECT_EQ(location_of("/"), "file:///");
  for (auto bad : {"file://a", "file:a", "", "a", "file:///a/../b", "file:///a/", "file:////a", "http:///a", "//a"}) {
    EXPECT_EQ(kind_of([&] { path_of(bad); }), ErrorKind::invalid_argument) << bad;
  }
  EXPECT_EQ(kind_of([&] { location_of("a"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { location_of("/a/../b"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(join("file:///a/", "/b"), "file:///a/b");
  EXPECT_EQ(join("file:///a", "b/c"), "file:///a/b/c");
}

TEST(Location, SegmentsAreSafeAndDistinct) {
  EXPECT_EQ(path_segment("2024-01-01"), "2024-01-01");
  EXPECT_EQ(path_segment("12.50"), "12.50");
  EXPECT_EQ(path_segment("a/b=c%"), "a%2Fb%3Dc%25");
  EXPECT_EQ(path_segment(".."), "%2E%2E");
  EXPECT_EQ(path_segment("."), "%2E");
  EXPECT_EQ(path_segment(""), "empty~");
  EXPECT_EQ(path_segment("a..b"), "a.%2Eb");
  EXPECT_EQ(path_segment("\xc3\xa4"), "%C3%A4");
  std::string longer = path_segment(std::string(1000, 'a') + "1");
  EXPECT_EQ(longer.size(), 160U);
  EXPECT_NE(longer, path_segment(std::string(1000, 'a') + "2"));
  EXPECT_EQ(path_segment(std::string(160, 'a')), std::string(160, 'a'));
  EXPECT_EQ(path_segment(std::string(50, 'a'), 50), std::string(50, 'a'));
  EXPECT_EQ(path_segment(std::string(51, 'a'), 50).size(), 50U);
}

TEST(Parallel, RunsEachTaskOnceAndTellsTheFirstError) {
  base::ThreadPool pool(3, 10);
  std::atomic<int> ran{0};
  std::vector<std::function<void()>> tasks(100, [&] { ++ran; });
  run_parallel(pool, 3, tasks);
  EXPECT_EQ(ran, 100);
  tasks[50] = [] { throw base::Error(ErrorKind::storage_full, "full"); };
  EXPECT_EQ(kind_of([&] { run_parallel(pool, 3, tasks); }), ErrorKind::storage_full);
  EXPECT_EQ(ran, 199);
  run_parallel(pool, 3, {});
}

}  // namespace
}  // namespace boathouse::store
