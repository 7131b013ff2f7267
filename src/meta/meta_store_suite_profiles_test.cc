// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ProfilesSuite : public MetaStoreSuite {
 protected:
  ProfilesSuite() : table_(add_table(add_workspace("team"), "t")) {}

  ProfileStore& profiles() { return store().profiles(); }
  void put(base::SnapshotId version, base::Micros at, const ProfilesKept& kept = {}, const std::string& text = "{}") {
    profiles().put_profile({.table = table_, .version = version, .contract = "c", .profile = text, .at = at}, kept);
  }

  base::TableId table_;
};
INSTANTIATE_TEST_SUITE_P(Every, ProfilesSuite, every_backend(), backend_name);

TEST_P(ProfilesSuite, AProfileIsKeptAndReplaced) {
  put(7, 1, {}, R"({"rows":1})");
  put(7, 2, {}, R"({"rows":2})");
  restart();
  auto found = profiles().find_profile(table_, 7);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->profile, R"({"rows":2})");
  EXPECT_EQ(found->contract, "c");
  EXPECT_EQ(found->at, 2);
  EXPECT_EQ(found->table, table_);
  EXPECT_FALSE(profiles().find_profile(table_, 8));
  EXPECT_FALSE(profiles().find_profile(base::TableId("another"), 7));
}

TEST_P(ProfilesSuite, TheOldestMakeRoomByNumberAndSize) {
  for (int i = 1; i <= 4; ++i) put(i, i, {.count = 3, .bytes = 1000});
  EXPECT_THAT(profiles().profiled_versions(table_), ElementsAre(4, 3, 2));
  const std::string large(600, 'x');
  put(5, 5, {.count = 3, .bytes = 1000}, large);
  EXPECT_THAT(profiles().profiled_versions(table_), ElementsAre(5, 4, 3));
  put(6, 6, {.count = 3, .bytes = 1000}, large);
  EXPECT_THAT(profiles().profiled_versions(table_), ElementsAre(6));
  put(7, 7, {.count = 3, .bytes = 10}, large);
  EXPECT_THAT(profiles().profiled_versions(table_), ElementsAre(7));
}

TEST_P(ProfilesSuite, ProfilesGoByVersionAndWithTheirTable) {
  for (int i = 1; i <= 3; ++i) put(i, i);
  profiles().delete_profiles(table_, {1, 3, 9});
  EXPECT_THAT(profiles().profiled_versions(table_), ElementsAre(2));
  EXPECT_TRUE(catalog().drop_table(table_, std::nullopt));
  EXPECT_THAT(profiles().profiled_versions(table_), IsEmpty());
  put(4, 4);  // made while the table went
  EXPECT_THAT(profiles().profiled_versions(table_), IsEmpty());
}

}  // namespace
}  // namespace boathouse::meta
