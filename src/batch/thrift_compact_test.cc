// SPDX-License-Identifier: Apache-2.0
#include "batch/thrift_compact.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::batch {
namespace {

using namespace std::string_literals;

ThriftStruct every_type() {
  ThriftStruct inner;
  inner.set(-3, std::string("before the first"));
  inner.set(2, std::int32_t{INT32_MIN});
  ThriftStruct tree;
  tree.set(1, true);
  tree.set(2, false);
  tree.set(3, ThriftByte{-7});
  tree.set(4, ThriftInt16{INT16_MIN});
  tree.set(5, std::int32_t{INT32_MAX});
  tree.set(6, std::int64_t{INT64_MIN});
  tree.set(7, -0.5);
  tree.set(8, std::string("a\0b", 3));
  tree.set(9, ThriftList{.of = 1, .is_set = false, .items = {true, false, true}});
  tree.set(10, ThriftList{.of = 5, .is_set = true, .items = std::vector<ThriftValue>(20, std::int32_t{9})});
  tree.set(11, ThriftMap{.keys = 8, .values = 12, .items = {{std::string("k"), inner}}});
  tree.set(12, inner);
  tree.set(13, ThriftUuid{std::string(16, 'u')});
  tree.set(14, ThriftList{.of = 12, .is_set = false, .items = {}});
  tree.set(15, ThriftMap{});
  tree.set(4000, std::int64_t{1});
  return tree;
}

std::string refusal(std::string_view bytes, const ThriftLimits& limits = {}) {
  try {
    read_thrift(bytes, limits);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
  return "";
}

TEST(ThriftCompact, EveryTypeComesBackAsItWas) {
  const std::string bytes = write_thrift(every_type());
  const ThriftStruct back = read_thrift(bytes);
  EXPECT_EQ(write_thrift(back), bytes);
  EXPECT_EQ(*back.get<bool>(1), true);
  EXPECT_EQ(*back.get<bool>(2), false);
  EXPECT_EQ(back.get<ThriftByte>(3)->value, -7);
  EXPECT_EQ(back.get<ThriftInt16>(4)->value, INT16_MIN);
  EXPECT_EQ(*back.get<std::int32_t>(5), INT32_MAX);
  EXPECT_EQ(*back.get<std::int64_t>(6), INT64_MIN);
  EXPECT_EQ(*back.get<double>(7), -0.5);
  EXPECT_EQ(*back.get<std::string>(8), "a\0b"s);
  EXPECT_EQ(back.get<ThriftList>(10)->items.size(), 20U);
  EXPECT_EQ(*back.get<ThriftStruct>(12)->get<std::int32_t>(2), INT32_MIN);
  EXPECT_EQ(back.get<std::int32_t>(6), nullptr) << "another type";
  EXPECT_EQ(back.find(16), nullptr);
}

TEST(ThriftCompact, TheWireIsTheOneOfTheProtocol) {
  ThriftStruct tree;
  tree.set(1, std::int32_t{1});
  tree.set(2, std::string("PAR"));
  tree.set(20, true);
  EXPECT_EQ(write_thrift(tree), "\x15\x02\x18\x03PAR\x01\x28\x00"s);
}

TEST(ThriftCompact, FieldsAreSetAndErased) {
  ThriftStruct tree;
  tree.set(5, std::int32_t{1});
  tree.set(2, std::int32_t{2});
  tree.set(5, std::int32_t{3});
  EXPECT_EQ(*tree.get<std::int32_t>(5), 3);
  tree.erase(5);
  tree.erase(7);
  EXPECT_EQ(tree.find(5), nullptr);
  EXPECT_EQ(*tree.get<std::int32_t>(2), 2);
}

TEST(ThriftCompact, BytesThatBreakOffAreRefused) {
  const std::string bytes = write_thrift(every_type());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(refusal(std::string_view(bytes).substr(0, size)), "") << size;
  }
}

TEST(ThriftCompact, CountsThatTheBytesCannotHoldAreRefused) {
  EXPECT_NE(refusal("\x18\xff\xff\xff\xff\x0f"s), "") << "text of 4 GiB";
  EXPECT_NE(refusal("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), "") << "text of 2^64 bytes";
  EXPECT_NE(refusal("\x19\xf5\xff\xff\xff\xff\x0f\x02"s), "") << "a list of 4 billion";
  EXPECT_NE(refusal("\x1b\xff\xff\xff\xff\x0f\x55\x02"s), "") << "a map of 4 billion";
  EXPECT_NE(refusal("\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), "") << "a number of 11 bytes";
  EXPECT_NE(refusal("\x15\xff\xff\xff\xff\x7f\x00"s), "") << "33 bits for an i32";
}

TEST(ThriftCompact, UnknownTypesAndDoubleFieldsAreRefused) {
  EXPECT_NE(refusal("\x1e\x00"s), "");
  EXPECT_NE(refusal("\x19\x10\x00"s), "") << "a list of ends";
  EXPECT_NE(refusal("\x15\x02\x05\x02\x02\x00"s), "") << "field 1 twice";
}

TEST(ThriftCompact, DepthAndNumberHaveLimits) {
  auto nested = [](std::size_t depth) {
    ThriftStruct tree;
    for (std::size_t i = 0; i < depth; ++i) {
      ThriftStruct outer;
      outer.set(1, std::move(tree));
      tree = std::move(outer);
    }
    return write_thrift(tree);
  };
  EXPECT_EQ(refusal(nested(10), {.depth = 10, .values = 100}), "");
  EXPECT_NE(refusal(nested(11), {.depth = 10, .values = 100}), "");
  EXPECT_NE(refusal(std::string(100'000, '\x1c')), "") << "nested as deep as it is long";

  ThriftStruct tree;
  tree.set(1, ThriftList{.of = 5, .is_set = false, .items = std::vector<ThriftValue>(99, std::int32_t{1})});
  EXPECT_EQ(refusal(write_thrift(tree), {.depth = 10, .values = 100}), "");
  EXPECT_NE(refusal(write_thrift(tree), {.depth = 10, .values = 99}), "");

  auto fields = [](int count) {
    ThriftStruct many;
    for (int i = 1; i <= count; ++i) many.set(static_cast<std::int16_t>(i), true);
    return write_thrift(many);
  };
  EXPECT_EQ(refusal(fields(1000)), "");
  EXPECT_NE(refusal(fields(1001)), "");
}

}  // namespace
}  // namespace boathouse::batch
