// SPDX-License-Identifier: Apache-2.0
#include "core/document_keys.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace boathouse::core {
namespace {

using testing::ElementsAre;
using Ids = std::vector<std::string>;

IdempotencyKey key(std::string text, std::string body = "b1") {
  return {.scope = "s", .key = std::move(text), .body_hash = std::move(body)};
}

std::string refusal(DocumentKeys& keys, const IdempotencyKey& asked) {
  DocumentKeys::Claim claim;
  try {
    keys.find_or_claim(asked, {"id"}, claim);
  } catch (const base::Error& error) {
    return std::string(error.code());
  }
  return "";
}

TEST(DocumentKeys, AKeyIsClaimedOnceAndItsIdsComeAgain) {
  DocumentKeys keys;
  DocumentKeys::Claim first;
  EXPECT_FALSE(keys.find_or_claim(key("k"), {"a", "b"}, first));
  EXPECT_EQ(refusal(keys, key("k")), "idempotency-key-in-use");
  EXPECT_EQ(refusal(keys, key("k", "b2")), "idempotency-key-reused");
  first.landed();
  DocumentKeys::Claim second;
  EXPECT_THAT(keys.find_or_claim(key("k"), {"c"}, second), testing::Optional(ElementsAre("a", "b")));
  EXPECT_EQ(refusal(keys, key("k", "b2")), "idempotency-key-reused");
  keys.forget("s", "k");
  EXPECT_FALSE(keys.find_or_claim(key("k", "b2"), {"d"}, second)) << "the metadata store has it now";
}

TEST(DocumentKeys, AClaimThatDidNotLandFreesItsKey) {
  DocumentKeys keys;
  {
    DocumentKeys::Claim claim;
    EXPECT_FALSE(keys.find_or_claim(key("k"), {"a"}, claim));
  }
  EXPECT_EQ(refusal(keys, key("k", "b2")), "");
}

TEST(DocumentKeys, AsManyAsMayBeAndNoMore) {
  DocumentKeys keys(2);
  keys.add_landed(key("k1"), {"a"});
  DocumentKeys::Claim claim;
  EXPECT_FALSE(keys.find_or_claim(key("k2"), {"b"}, claim));
  EXPECT_EQ(refusal(keys, key("k3")), "landing-full");
  DocumentKeys::Claim again;
  EXPECT_THAT(keys.find_or_claim(key("k1"), {"x"}, again), testing::Optional(ElementsAre("a"))) << "known ones are";
  keys.forget("s", "k1");
  EXPECT_EQ(refusal(keys, key("k3")), "");
}

TEST(DocumentKeys, IdsAreKeptAsText) {
  EXPECT_EQ(ids_to_text({"a", "b"}), "a b");
  EXPECT_THAT(ids_of_text("a b"), ElementsAre("a", "b"));
  EXPECT_THAT(ids_of_text(""), testing::IsEmpty());
}

}  // namespace
}  // namespace boathouse::core
