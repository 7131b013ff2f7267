// SPDX-License-Identifier: Apache-2.0
#include "base/murmur3.h"
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::ErrorKind;

std::string transformed(const char* transform, const char* type, const char* text) {
  return to_text(apply(Transform::parse(transform), type_of(type), value_of(type_of(type), text)));
}

// A bucket of 2^31 - 1 shows the hash itself, but for its sign.
std::int64_t hash_of(const char* type, const char* text) {
  Value value = apply({Transform::Kind::bucket, 2147483647, ""}, type_of(type), value_of(type_of(type), text));
  return std::get<std::int32_t>(value);
}
std::int64_t expected(std::int32_t hash) { return (hash & 0x7fffffff) % 2147483647; }

TEST(Transforms, HashAsTheSpecificationSays) {
  EXPECT_EQ(hash_of("int", "34"), expected(2017239379));
  EXPECT_EQ(hash_of("long", "34"), expected(2017239379));
  EXPECT_EQ(hash_of("decimal(9,2)", "14.20"), expected(-500754589));
  EXPECT_EQ(hash_of("date", "2017-11-16"), expected(-653330422));
  EXPECT_EQ(hash_of("time", "22:31:08"), expected(-662762989));
  EXPECT_EQ(hash_of("timestamp", "2017-11-16T22:31:08"), expected(-2047944441));
  EXPECT_EQ(hash_of("timestamptz", "2017-11-16T14:31:08-08:00"), expected(-2047944441));
  EXPECT_EQ(hash_of("string", "iceberg"), expected(1210000089));
  EXPECT_EQ(hash_of("uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7"), expected(1488055340));
  EXPECT_EQ(hash_of("binary", "00010203"), expected(-188683207));
  EXPECT_EQ(hash_of("fixed[4]", "00010203"), expected(-188683207));
  EXPECT_EQ(static_cast<std::uint32_t>(base::murmur3("")), 0U);
}

TEST(Transforms, GiveTheSpecificationsExamples) {
  EXPECT_EQ(transformed("truncate[10]", "int", "1"), "0");
  EXPECT_EQ(transformed("truncate[10]", "int", "-1"), "-10");
  EXPECT_EQ(transformed("truncate[10]", "long", "-11"), "-20");
  EXPECT_EQ(transformed("truncate[50]", "decimal(9,2)", "10.65"), "10.50");
  EXPECT_EQ(transformed("truncate[50]", "decimal(9,2)", "-0.05"), "-0.50");
  EXPECT_EQ(transformed("truncate[3]", "string", "iceberg"), "ice");
  EXPECT_EQ(transformed("truncate[1]", "string", "\xc3\xa4x"), "\xc3\xa4");
  EXPECT_EQ(transformed("truncate[2]", "binary", "000102"), "0001");
  EXPECT_EQ(transformed("year", "date", "1969-12-31"), "-1");
  EXPECT_EQ(transformed("month", "date", "1969-12-31"), "-1");
  EXPECT_EQ(transformed("month", "timestamp", "2017-11-16T22:31:08"), "574");
  EXPECT_EQ(transformed("day", "timestamp", "1969-12-31T23:59:59.999999"), "1969-12-31");
  EXPECT_EQ(transformed("day", "date", "2024-02-29"), "2024-02-29");
  EXPECT_EQ(transformed("hour", "timestamptz", "1969-12-31T23:59:59"), "-1");
  EXPECT_EQ(transformed("hour", "timestamp", "2017-11-16T22:31:08"), "419686");
  EXPECT_EQ(transformed("void", "int", "1"), "null");
  EXPECT_EQ(transformed("identity", "string", "x"), "x");
  EXPECT_TRUE(is_null(apply(Transform::parse("bucket[4]"), type_of("int"), Value())));
  EXPECT_EQ(transformed("truncate[10]", "int", "-2147483648"), "2147483646");
}

TEST(Transforms, SayWhatDoesNotFit) {
  for (auto [transform, type] : {std::pair{"hour", "date"},
                                 {"day", "string"},
                                 {"year", "time"},
                                 {"bucket[4]", "double"},
                                 {"bucket[4]", "boolean"},
                                 {"truncate[4]", "date"},
                                 {"truncate[4]", "uuid"},
                                 {"weird", "int"}}) {
    EXPECT_EQ(kind_of([&] { result_type(Transform::parse(transform), type_of(type)); }), ErrorKind::invalid_argument)
        << transform << type;
  }
  EXPECT_EQ(kind_of([] { apply(Transform::parse("day"), type_of("date"), Value(1)); }), ErrorKind::invalid_argument);
  for (auto text : {"bucket", "bucket[0]", "bucket[-1]", "bucket[]", "bucket[x]", "truncate[1", "Day", ""}) {
    EXPECT_EQ(Transform::parse(text).kind, Transform::Kind::unknown) << text;
  }
}

TEST(PartitionSpecs, AreReadFromAContract) {
  PartitionSpec spec = parse_partition_spec({"day(at)", " bucket[8]( ID ) ", "name", "truncate[2](name)"}, people());
  ASSERT_EQ(spec.fields.size(), 4U);
  EXPECT_EQ(spec.fields[0], (PartitionField{3, 1000, "at_day", Transform::parse("day")}));
  EXPECT_EQ(spec.fields[1], (PartitionField{1, 1001, "id_bucket_8", Transform::parse("bucket[8]")}));
  EXPECT_EQ(spec.fields[2], (PartitionField{2, 1002, "name", Transform::parse("identity")}));
  EXPECT_EQ(spec.fields[3].name, "name_trunc_2");
  EXPECT_EQ(contract_spelling(spec.fields[0], people()), "day(at)");
  EXPECT_EQ(contract_spelling(spec.fields[2], people()), "name");
  EXPECT_FALSE(spec.unpartitioned());
  EXPECT_TRUE(PartitionSpec{}.unpartitioned());
  std::vector<Field> types = partition_fields(spec, people());
  EXPECT_EQ(types[0].type, type_of("date"));
  EXPECT_EQ(types[1].type, type_of("int"));
  EXPECT_EQ(types[2].type, type_of("string"));

  for (auto bad : {"none", "day(none)", "day(name)", "week(at)", "bucket[0](id)", "", "day()", "void(id)"}) {
    EXPECT_EQ(kind_of([&] { parse_partition_spec({bad}, people()); }), ErrorKind::invalid_argument) << bad;
  }
  EXPECT_EQ(kind_of([] { parse_partition_spec({"id", "ID"}, people()); }), ErrorKind::invalid_argument);
}

TEST(PartitionSpecs, NamesDoNotCollideWithColumns) {
  Schema schema(0, {{1, "at", type_of("date"), false, ""},
                    {2, "at_day", type_of("int"), false, ""},
                    {3, "day(at)", type_of("int"), false, ""}});
  PartitionSpec spec = parse_partition_spec({"day(at)", "at_day", "bucket[2](day(at))"}, schema);
  EXPECT_EQ(spec.fields[0].name, "at_day_2");
  EXPECT_EQ(spec.fields[1].name, "at_day");
  EXPECT_EQ(spec.fields[2].source_id, 3);
}

TEST(PartitionSpecs, GoThroughJson) {
  PartitionSpec spec = parse_partition_spec({"day(at)", "name"}, people());
  spec.id = 4;
  spec.fields.push_back({1, 1002, "odd", Transform::parse("zorder[1,2]")});
  EXPECT_EQ(spec_from_json(parse_json(spec_to_json(spec))), spec);
  for (auto bad : {"{}", R"({"spec-id":0,"fields":[{}]})", R"({"spec-id":0,"fields":{}})"}) {
    EXPECT_TRUE(is_damaged([&] { spec_from_json(parse_json(bad)); })) << bad;
  }
}

}  // namespace
}  // namespace boathouse::iceberg
