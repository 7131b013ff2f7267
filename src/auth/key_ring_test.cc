// SPDX-License-Identifier: Apache-2.0
#include "auth/key_ring.h"

#include <sys/stat.h>

#include <boost/json.hpp>
#include <thread>

#include "auth/auth_fixture.h"
#include "auth/key_files.h"

namespace boathouse::auth {
namespace {

namespace fs = std::filesystem;

class KeyRingTest : public testing::Test {
 protected:
  KeyRing open(const std::string& fixed = "") {
    return KeyRing({.folder = keys_, .fixed_token_secret = fixed, .overlap = base::kHour});
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(keys_)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  static mode_t mode(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 0777;
  }

  base::TemporaryFolder folder_{fs::temp_directory_path(), "keys-"};
  fs::path keys_ = folder_.path() / "keys";
};

TEST_F(KeyRingTest, MakesKeysOnceAndKeepsThemPrivate) {
  std::string token, sealing;
  {
    KeyRing ring = open();
    token = ring.newest(KeyKind::token).material;
    sealing = ring.newest(KeyKind::sealing).material;
    EXPECT_EQ(files().size(), 2u) << "an RSA key comes with its first use";
    EXPECT_EQ(ring.list().size(), 2u);
  }
  EXPECT_EQ(token.size(), 32u);
  EXPECT_NE(token, sealing);
  EXPECT_EQ(mode(keys_), 0700u);
  for (const auto& name : files()) EXPECT_EQ(mode(keys_ / name), 0600u) << name;
  KeyRing again = open();
  EXPECT_EQ(again.newest(KeyKind::token).material, token);
  EXPECT_EQ(again.newest(KeyKind::sealing).material, sealing);
}

TEST_F(KeyRingTest, ARotatedKeyWorksOnUntilTheOverlapHasPassed) {
  KeyRing ring = open();
  Key old = ring.newest(KeyKind::token);
  KeyFacts next = ring.rotate(KeyKind::token);
  EXPECT_TRUE(next.is_active);
  EXPECT_EQ(ring.newest(KeyKind::token).id, next.id);
  base::Micros end = next.created_at + base::kHour;
  EXPECT_TRUE(ring.find(KeyKind::token, old.id, end - 1));
  EXPECT_FALSE(ring.find(KeyKind::token, old.id, end));
  EXPECT_TRUE(ring.find(KeyKind::token, next.id, end));
  EXPECT_EQ(ring.list(end - 1).size(), 3u);
  EXPECT_EQ(ring.list(end).size(), 2u);
  KeyFacts told = ring.list(end - 1)[1];
  EXPECT_EQ(told.id, old.id);
  EXPECT_FALSE(told.is_active);
  EXPECT_EQ(told.ends, end);
  EXPECT_TRUE(open().find(KeyKind::token, old.id, end - 1)) << "also after a restart";
}

TEST_F(KeyRingTest, ARetiredKeysFileGoesWithTheNextStart) {
  std::string old = open().newest(KeyKind::token).id;
  KeyRing brief({.folder = keys_, .overlap = 0});
  brief.rotate(KeyKind::token);
  EXPECT_FALSE(fs::exists(keys_ / key_file_name(KeyKind::token, old)));
  open().rotate(KeyKind::token);
  EXPECT_EQ(files().size(), 3u);
  KeyRing({.folder = keys_, .overlap = 0});
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(KeyRingTest, SealingKeysNeverRetire) {
  KeyRing ring({.folder = keys_, .overlap = 0});
  std::string old = ring.newest(KeyKind::sealing).id;
  ring.rotate(KeyKind::sealing);
  ring.rotate(KeyKind::sealing);
  EXPECT_TRUE(ring.find(KeyKind::sealing, old, base::now_micros() + 1000 * base::kDay));
  EXPECT_TRUE(open().find(KeyKind::sealing, old));
}

TEST_F(KeyRingTest, AFixedSecretIsTheOnlyTokenKeyAndIsNotRotated) {
  open();
  KeyRing ring = open(std::string(32, 'f'));
  EXPECT_EQ(ring.keys(KeyKind::token).size(), 1u);
  EXPECT_EQ(ring.newest(KeyKind::token).material, std::string(32, 'f'));
  EXPECT_TRUE(ring.list()[0].is_fixed);
  EXPECT_EQ(code_of([&] { ring.rotate(KeyKind::token); }), "fixed-key");
  EXPECT_NO_THROW(ring.rotate(KeyKind::sealing));
  EXPECT_EQ(error_of([&] { open(std::string(31, 'f')); }), base::ErrorKind::invalid_argument);
}

TEST_F(KeyRingTest, TheSecretOfTheFirstReleasesIsAdopted) {
  fs::create_directories(keys_);
  base::replace_file_durably(keys_ / "access-token.key", base::to_hex(std::string(32, 'o')));
  EXPECT_EQ(open().newest(KeyKind::token).material, std::string(32, 'o'));
  EXPECT_FALSE(fs::exists(keys_ / "access-token.key"));
  EXPECT_EQ(open().newest(KeyKind::token).material, std::string(32, 'o'));
}

TEST_F(KeyRingTest, ARotationCutShortLosesNoKey) {
  std::string old = open().newest(KeyKind::token).id;
  // What a crash before the rename leaves behind, and a file of somebody else's.
  base::replace_file_durably(keys_ / "token-0123456789abcdef.key.some-uuid.tmp", "{\"created_at\":");
  base::replace_file_durably(keys_ / "README", "hello");
  EXPECT_EQ(open().newest(KeyKind::token).id, old);
}

TEST_F(KeyRingTest, ADamagedFileIsNamed) {
  open();
  fs::path file = keys_ / key_file_name(KeyKind::token, open().newest(KeyKind::token).id);
  const std::string whole = base::read_file(file);
  auto other = boost::json::parse(whole).as_object();
  other["material"] = base::to_hex(std::string(32, 'x'));
  for (const std::string& content :
       {std::string(), whole.substr(0, whole.size() / 2), std::string("[]"), boost::json::serialize(other)}) {
    base::replace_file_durably(file, content);
    try {
      open();
      ADD_FAILURE() << content;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::unavailable);
      EXPECT_THAT(error.message(), testing::HasSubstr(file.filename().string()));
      EXPECT_THAT(error.message(), testing::Not(testing::HasSubstr(base::to_hex(std::string(32, 'x')))));
    }
  }
  base::replace_file_durably(file, whole);
  EXPECT_NO_THROW(open());
}

TEST_F(KeyRingTest, ManyRotateAtOnce) {
  KeyRing ring = open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) ring.rotate(KeyKind::sealing);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ring.keys(KeyKind::sealing).size(), 41u);
  EXPECT_EQ(open().newest(KeyKind::sealing).id, ring.newest(KeyKind::sealing).id);
}

}  // namespace
}  // namespace boathouse::auth
