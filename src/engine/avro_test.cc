// SPDX-License-Identifier: Apache-2.0
// Results as Avro: what the bytes are, byte by byte. That other readers get the right values is seen in tests/.
#include <gmock/gmock.h>

#include "base/avro_writer.h"
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {
using testing::HasSubstr;

class AvroResultTest : public EngineTest {
 protected:
  WorkerPool pool_{options()};
  Lease lease_{take(pool_, query_on())};
};

TEST_F(AvroResultTest, SaysEachColumnsTypeInItsSchema) {
  const std::string bytes = ask(lease_,
                                "SELECT 1 AS i, 2::BIGINT AS b, 1.5::DECIMAL(9,2) AS d, 'x' AS s, UUID() AS u, "
                                "TIMESTAMP '2024-01-01 00:00:00' AS t, now() AS z, 'q' AS \"a b\"",
                                ResultFormat::avro);
  EXPECT_EQ(bytes.substr(0, 4), base::kAvroMagic);
  for (const char* part : {
           R"({"name":"i","type":["null","int"],"default":null})",
           R"({"name":"b","type":["null","long"],"default":null})",
           R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})",
           R"({"name":"s","type":["null","string"],"default":null})",
           R"({"type":"string","logicalType":"uuid"})",
           R"({"type":"long","logicalType":"local-timestamp-micros"})",
           R"({"type":"long","logicalType":"timestamp-micros"})",
           R"({"name":"a_x20b","type":["null","string"],"default":null,"iceberg-field-name":"a b"})",
       }) {
    EXPECT_THAT(bytes, HasSubstr(part));
  }
}

TEST_F(AvroResultTest, HoldsRowsToTheirLimitAndStreamsManyBlocks) {
  QueryCommand command;
  command.sql = "SELECT x, md5(x::VARCHAR) FROM range(200000) t(x)";
  command.format = ResultFormat::avro;
  Collected whole;
  EXPECT_EQ(lease_.query(command, whole).row_count, 200'000U);
  EXPECT_GT(whole.bytes.size(), 3U << 20);
  command.row_limit = 10;
  Collected cut;
  const QueryResult result = lease_.query(command, cut);
  EXPECT_EQ(result.row_count, 10U);
  EXPECT_TRUE(result.truncated);
}

TEST_F(AvroResultTest, RefusesWhatAvroCannotHold) {
  const auto error = error_of([&] { ask(lease_, "SELECT [1, 2] AS l", ResultFormat::avro); });
  EXPECT_THAT(error.message(), HasSubstr("column \"l\" has the type INTEGER[]"));
}

}  // namespace
}  // namespace boathouse::engine
