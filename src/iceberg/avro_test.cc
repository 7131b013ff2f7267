// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"
#include "iceberg/avro_codec.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/test_support.h"

namespace boathouse::iceberg {
namespace {
using namespace testing;
using base::deflate_block;
using base::ErrorKind;
using base::zstd_block;

constexpr std::string_view kPair =
    R"({"type":"record","name":"pair","fields":[{"name":"a","type":"long","field-id":1},{"name":"b","type":["null","string"],"field-id":2}]})";

std::string pairs(int count, AvroCodec codec) {
  AvroFileWriter writer(kPair, {{"content", "data"}}, codec);
  for (int i = 0; i < count; ++i) {
    writer.encoder().varint(i - 5);
    writer.encoder().present(i % 2 == 0);
    if (i % 2 == 0) writer.encoder().bytes("text of record " + std::to_string(i));
    writer.end_record();
  }
  return writer.finish();
}

int count_pairs(std::string_view bytes) {
  AvroFile file(bytes);
  int count = 0;
  file.for_each([&](AvroDecoder& decoder) {
    const auto& fields = file.schema().fields;
    EXPECT_EQ(decoder.read_integer(*fields[0].schema), count - 5);
    auto text = decoder.read_binary(*fields[1].schema);
    EXPECT_EQ(text.has_value(), count % 2 == 0);
    EXPECT_EQ(text.value_or(""), count % 2 == 0 ? "text of record " + std::to_string(count) : "");
    ++count;
  });
  return count;
}

TEST(Avro, GoesThroughEveryCodec) {
  for (AvroCodec codec : {AvroCodec::null, AvroCodec::deflate, AvroCodec::zstandard}) {
    for (int count : {0, 1, 1000, 100'000}) EXPECT_EQ(count_pairs(pairs(count, codec)), count);
  }
}

TEST(Avro, NumbersAreExact) {
  AvroEncoder encoder;
  const std::int64_t kNumbers[] = {0,
                                   -1,
                                   1,
                                   63,
                                   -64,
                                   64,
                                   1LL << 62,
                                   std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()};
  for (std::int64_t number : kNumbers) encoder.varint(number);
  AvroDecoder decoder(encoder.out());
  for (std::int64_t number : kNumbers) EXPECT_EQ(decoder.read_varint(), number);
  EXPECT_TRUE(decoder.at_end());
  EXPECT_TRUE(
      is_damaged([] { AvroDecoder(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")).read_varint(); }));
  EXPECT_TRUE(is_damaged([] { AvroDecoder(std::string_view("\x80")).read_varint(); }));
}

TEST(Avro, CutShortIsDamaged) {
  for (AvroCodec codec : {AvroCodec::null, AvroCodec::deflate, AvroCodec::zstandard}) {
    std::string bytes = pairs(20, codec);
    AvroFile whole(bytes);
    std::size_t header = bytes.find("avro.schema");
    ASSERT_NE(header, std::string::npos);
    int damaged_at_all = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      bool bad = is_damaged([&] {
        AvroFile file(std::string_view(bytes).substr(0, size));
        file.for_each([&](AvroDecoder& decoder) { decoder.skip(file.schema()); });
      });
      damaged_at_all += bad ? 1 : 0;
    }
    // All but the prefix that ends right after the header, which is a file without records.
    EXPECT_EQ(damaged_at_all, static_cast<int>(bytes.size()) - 1);
  }
}

// Whatever a flipped byte does, it is an error that says so or other values, never anything worse.
TEST(Avro, AnyByteMayBeWrong) {
  for (AvroCodec codec : {AvroCodec::null, AvroCodec::deflate, AvroCodec::zstandard}) {
    const std::string bytes = pairs(20, codec);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (unsigned flip : {0x01U, 0x80U, 0xffU}) {
        std::string bad = bytes;
        bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
        try {
          AvroFile file(bad);
          file.for_each([&](AvroDecoder& decoder) { decoder.skip(file.schema()); });
        } catch (const base::Error& error) {
          EXPECT_EQ(error.code(), "damaged-metadata");
        }
      }
    }
  }
}

std::string with_block(std::string_view schema, std::string_view block) {
  std::string bytes = AvroFileWriter(schema, {}, AvroCodec::null).finish();
  std::string sync = bytes.substr(bytes.size() - 16);
  AvroEncoder encoder;
  encoder.varint(1);
  encoder.bytes(block);
  return bytes + encoder.out() + sync;
}

TEST(Avro, LyingLengthsAreDamaged) {
  auto read = [](std::string_view bytes) {
    AvroFile file(bytes);
    file.for_each([&](AvroDecoder& decoder) { decoder.skip(file.schema()); });
  };
  AvroEncoder huge;
  huge.varint(std::numeric_limits<std::int64_t>::max());
  AvroEncoder negative;
  negative.varint(-5);
  AvroEncoder least;
  least.varint(std::numeric_limits<std::int64_t>::min());
  least.varint(0);
  std::string array = R"({"type":"array","items":"null"})";
  EXPECT_TRUE(is_damaged([&] { read(with_block("\"bytes\"", huge.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block("\"bytes\"", negative.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block(array, huge.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block(array, least.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block(R"(["null","int"])", huge.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block(R"(["null","int"])", negative.out())); }));
  EXPECT_TRUE(is_damaged([&] { read(with_block("\"int\"", std::string("\x02\x02", 2))); }));
  EXPECT_FALSE(is_damaged([&] { read(with_block("\"int\"", std::string("\x02", 1))); }));
  EXPECT_FALSE(
      is_damaged([&] { read(with_block(R"({"type":"array","items":"int"})", std::string("\x01\x02\x02\0", 4))); }));
}

TEST(Avro, SchemasThatAreNone) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"type":"array","items":)";
  deep += "\"int\"" + std::string(100, '}');
  for (std::string bad :
       {std::string(""), std::string("[]"), std::string("\"number\""), std::string(R"({"type":"record","name":"r"})"),
        std::string(R"({"type":"record","name":"r","fields":[{"name":"a","type":"r"}]})"),
        std::string(R"({"type":"fixed","name":"f","size":-1})"),
        std::string(R"({"type":"fixed","name":"f","size":99999999999})"), deep}) {
    EXPECT_TRUE(is_damaged([&] { parse_avro_schema(bad); })) << bad;
  }
  EXPECT_EQ(
      parse_avro_schema(
          R"({"type":"record","name":"r","fields":[{"name":"a","type":{"type":"fixed","name":"f","size":2}},{"name":"b","type":"f"}]})")
          ->fields[1]
          .schema->size,
      2U);
}

TEST(Avro, BlocksDoNotUnfoldWithoutEnd) {
  constexpr std::size_t kLimit = 1 << 20;
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, kLimit - 1, kLimit}) {
    std::string zeros(size, '\0');
    EXPECT_EQ(unzstd_block(zstd_block(zeros), kLimit), zeros);
    EXPECT_EQ(inflate_block(deflate_block(zeros), kLimit), zeros);
  }
  for (std::size_t size : {kLimit + 1, 2 * kLimit, 20 * kLimit}) {
    std::string zeros(size, '\0');
    EXPECT_TRUE(is_damaged([&] { unzstd_block(zstd_block(zeros), kLimit); })) << size;
    EXPECT_TRUE(is_damaged([&] { inflate_block(deflate_block(zeros), kLimit); })) << size;
  }
  EXPECT_TRUE(is_damaged([] { inflate_block(""); }));
}

ManifestHeader partitioned_header() {
  Schema schema(2, {{1, "b", type_of("boolean"), false, ""},
                    {2, "i", type_of("int"), false, ""},
                    {3, "l", type_of("long"), false, ""},
                    {4, "f", type_of("float"), false, ""},
                    {5, "d", type_of("double"), false, ""},
                    {6, "de", type_of("decimal(9,2)"), false, ""},
                    {7, "da", type_of("date"), false, ""},
                    {8, "ti", type_of("time"), false, ""},
                    {9, "ts", type_of("timestamp"), false, ""},
                    {10, "tz", type_of("timestamptz"), false, ""},
                    {11, "s \xc3\xa4\"", type_of("string"), false, ""},
                    {12, "u", type_of("uuid"), false, ""},
                    {13, "fi", type_of("fixed[3]"), false, ""},
                    {14, "bi", type_of("binary"), false, ""},
                    {15, "de38", type_of("decimal(38,0)"), false, ""}});
  std::vector<std::string> entries;
  for (const Field& field : schema.fields()) entries.push_back(field.name);
  PartitionSpec spec = parse_partition_spec(entries, schema);
  return {FileContent::data, schema, spec, partition_fields(spec, schema)};
}

PartitionTuple one_of_each() {
  PartitionTuple tuple;
  const char* kTexts[] = {"true",
                          "-3",
                          "9223372036854775807",
                          "1.5",
                          "-2.5",
                          "-1234567.89",
                          "1969-12-31",
                          "23:59:59.999999",
                          "1969-12-31T23:59:59",
                          "2024-01-01T00:00:00",
                          "a/b=\xc3\xa4",
                          "f79c3e09-677c-4bbd-a479-3f349cb785e7",
                          "00ff01",
                          "00",
                          "-99999999999999999999999999999999999999"};
  std::vector<Field> fields = partitioned_header().partition;
  for (std::size_t i = 0; i < fields.size(); ++i) tuple.push_back(value_of(fields[i].type, kTexts[i]));
  return tuple;
}

ManifestFile manifest_file() {
  ManifestFile file;
  file.path = "file:///x";
  file.spec_id = 7;
  file.sequence_number = 5;
  file.added_snapshot_id = 77;
  return file;
}

TEST(Manifests, GoThroughAvroUnchanged) {
  ManifestHeader header = partitioned_header();
  std::vector<ManifestEntry> entries(3);
  entries[0].snapshot_id = 77;
  entries[0].file.path = "file:///data/a%2Fb.parquet";
  entries[0].file.partition = one_of_each();
  entries[0].file.record_count = 12;
  entries[0].file.file_size = 3'000'000'000;
  entries[0].file.columns = {{1, 10, 12, 0, std::nullopt, std::string("\0", 1), std::string("\1", 1)},
                             {4, std::nullopt, 12, 1, 2, std::nullopt, std::nullopt}};
  entries[0].file.split_offsets = {4, 1LL << 40};
  entries[0].file.sort_order_id = 0;
  entries[0].file.key_metadata = std::string("k\0", 2);
  entries[1].status = EntryStatus::existing;
  entries[1].snapshot_id = 3;
  entries[1].sequence_number = 2;
  entries[1].file_sequence_number = 4;
  entries[1].file.path = "file:///data/second.parquet";
  entries[1].file.partition.resize(15);
  entries[2] = entries[1];
  entries[2].status = EntryStatus::deleted;
  for (AvroCodec codec : {AvroCodec::null, AvroCodec::deflate, AvroCodec::zstandard}) {
    Manifest back = manifest_from_avro(manifest_to_avro(header, entries, codec), manifest_file());
    ASSERT_EQ(back.entries.size(), 3U);
    EXPECT_EQ(back.schema_id, 2);
    const ManifestEntry& first = back.entries[0];
    EXPECT_EQ(first.sequence_number, 5);
    EXPECT_EQ(first.file_sequence_number, 5);
    EXPECT_EQ(first.snapshot_id, 77);
    EXPECT_EQ(first.file.path, entries[0].file.path);
    EXPECT_EQ(first.file.partition, entries[0].file.partition);
    EXPECT_EQ(first.file.record_count, 12);
    EXPECT_EQ(first.file.file_size, 3'000'000'000);
    EXPECT_EQ(first.file.columns, entries[0].file.columns);
    EXPECT_EQ(first.file.split_offsets, entries[0].file.split_offsets);
    EXPECT_EQ(first.file.sort_order_id, 0);
    EXPECT_EQ(first.file.key_metadata, entries[0].file.key_metadata);
    EXPECT_EQ(first.file.spec_id, 7);
    EXPECT_EQ(back.entries[1].sequence_number, 2);
    EXPECT_EQ(back.entries[1].file_sequence_number, 4);
    EXPECT_EQ(back.entries[1].snapshot_id, 3);
    EXPECT_EQ(back.entries[1].file.partition, PartitionTuple(15));
    EXPECT_EQ(back.entries[2].status, EntryStatus::deleted);
  }
}

TEST(Manifests, RefusePartitionsThatDoNotFit) {
  ManifestHeader header = partitioned_header();
  std::vector<ManifestEntry> entries(1);
  entries[0].file.path = "file:///x";
  EXPECT_EQ(kind_of([&] { manifest_to_avro(header, entries); }), ErrorKind::invalid_argument);
  entries[0].file.partition = one_of_each();
  entries[0].file.partition[0] = Value(1);
  EXPECT_EQ(kind_of([&] { manifest_to_avro(header, entries); }), ErrorKind::invalid_argument);
  entries[0].file.partition = one_of_each();
  entries[0].file.partition[12] = Value(Bytes{"toolong"});
  EXPECT_EQ(kind_of([&] { manifest_to_avro(header, entries); }), ErrorKind::invalid_argument);
}

TEST(Manifests, AnyByteMayBeWrong) {
  ManifestHeader header = partitioned_header();
  std::vector<ManifestEntry> entries(2);
  for (ManifestEntry& entry : entries) {
    entry.file.path = "file:///data/x.parquet";
    entry.file.partition = one_of_each();
    entry.file.columns = {{1, 10, 12, 0, 0, "a", "b"}};
  }
  const std::string bytes = manifest_to_avro(header, entries, AvroCodec::null);
  int damaged_at_all = 0;
  // Every byte of the records, and a sample of the much longer header.
  std::size_t records = bytes.size() - 1000;
  for (std::size_t at = 0; at < bytes.size(); at += at < records ? 5 : 1) {
    std::string bad = bytes;
    bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ (at % 2 == 0 ? 0x01U : 0x80U));
    try {
      manifest_from_avro(bad, manifest_file());
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), "damaged-metadata") << error.message();
      ++damaged_at_all;
    }
  }
  EXPECT_GT(damaged_at_all, 500);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_TRUE(is_damaged([&] { manifest_from_avro(bytes.substr(0, size), manifest_file()); })) << size;
  }
}

TEST(ManifestLists, GoThroughAvroUnchanged) {
  std::vector<ManifestFile> files(2);
  files[0] = manifest_file();
  files[0].length = 1LL << 33;
  files[0].content = FileContent::position_deletes;
  files[0].min_sequence_number = 2;
  files[0].added_files = 1;
  files[0].existing_files = 2;
  files[0].deleted_files = 3;
  files[0].added_rows = 1LL << 40;
  files[0].existing_rows = 5;
  files[0].deleted_rows = 6;
  files[0].partitions = {{true, false, "a", "b"}, {false, std::nullopt, std::nullopt, std::nullopt}};
  files[0].key_metadata = "k";
  files[1].path = "file:///y";
  for (AvroCodec codec : {AvroCodec::null, AvroCodec::deflate, AvroCodec::zstandard}) {
    std::string bytes = manifest_list_to_avro({1, std::nullopt, 2}, files, codec);
    EXPECT_EQ(manifest_list_from_avro(bytes), files);
    EXPECT_EQ(AvroFile(bytes).need_header("parent-snapshot-id"), "null");
  }
  EXPECT_TRUE(is_damaged([] { manifest_list_from_avro("not avro"); }));
}

TEST(Manifests, ForeignHeadersAreRead) {
  // Another writer's names, order, ints for longs, extra fields, a plain map; without field ids for what it need not have.
  std::string schema = R"({"type":"record","name":"e","fields":[
    {"name":"more","type":{"type":"map","values":"long"}},
    {"name":"file","type":{"type":"record","name":"f","fields":[
      {"name":"rows","type":"int","field-id":103},{"name":"bytes","type":"int","field-id":104},
      {"name":"p","type":"string","field-id":100},{"name":"fmt","type":"string","field-id":101},
      {"name":"part","type":{"type":"record","name":"pp","fields":[]},"field-id":102},
      {"name":"new","type":["null","double"],"field-id":999}]},"field-id":2},
    {"name":"st","type":"int","field-id":0}]})";
  AvroFileWriter writer(schema, {{"schema", people().json()}, {"partition-spec", "[]"}}, AvroCodec::null);
  AvroEncoder& encoder = writer.encoder();
  encoder.varint(1);
  encoder.bytes("key");
  encoder.varint(5);
  encoder.varint(0);
  encoder.varint(42);
  encoder.varint(1000);
  encoder.bytes("file:///p");
  encoder.bytes("PARQUET");
  encoder.varint(1);
  encoder.raw("12345678");
  encoder.varint(1);
  writer.end_record();
  Manifest manifest = manifest_from_avro(writer.finish(), manifest_file());
  ASSERT_EQ(manifest.entries.size(), 1U);
  EXPECT_EQ(manifest.entries[0].file.record_count, 42);
  EXPECT_EQ(manifest.entries[0].file.path, "file:///p");
  EXPECT_EQ(manifest.entries[0].snapshot_id, 77);
}

}  // namespace
}  // namespace boathouse::iceberg
