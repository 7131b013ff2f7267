// SPDX-License-Identifier: Apache-2.0
#include "core/result_text.h"

#include <gtest/gtest.h>

#include "core/core_fixture.h"

namespace boathouse::core {
namespace {

// Every kind of value, and text that looks like the writing around it.
constexpr const char* kStatement =
    "SELECT 1 AS a, NULL AS a, 'x,\"y\\' || chr(10) || ']' AS \"q\"\"x,\", '' AS e, [1, NULL] AS l, {'k': 'v,]'} AS s, "
    "9007199254740993 AS big, 1.50::DECIMAL(6,2) AS d, 'NaN'::DOUBLE AS n, true AS b, '\\xAA'::BLOB AS bytes, 'null' "
    "AS t "
    "FROM range(3)";

class ResultTextTest : public CoreTest {
 protected:
  std::string written(engine::ResultFormat format, ResultAbout& about) {
    struct Text : engine::ResultConsumer {
      std::string text;
      std::vector<engine::Column> names;
      void on_columns(const std::vector<engine::Column>& columns) override { names = columns; }
      void on_bytes(std::string_view bytes) override { text += bytes; }
    } text;
    QueryRequest wanted;
    wanted.sql = kStatement;
    wanted.workspace = workspace_;
    wanted.format = format;
    queries_.run(wanted, text);
    about.columns = text.names;
    return text.text;
  }

  void same_as_the_engine(engine::ResultFormat format) {
    ResultAbout about;
    std::string lines = written(engine::ResultFormat::json_lines, about);
    ResultText text(about, format);
    std::string out = text.head();
    for (std::size_t at = 0; at < lines.size();) {
      std::size_t end = lines.find('\n', at);
      text.append_row(out, std::string_view(lines).substr(at, end - at));
      at = end + 1;
    }
    EXPECT_EQ(out, written(format, about));
  }
};

TEST_F(ResultTextTest, NdjsonIsWhatTheEngineWrites) { same_as_the_engine(engine::ResultFormat::ndjson); }
TEST_F(ResultTextTest, CsvIsWhatTheEngineWrites) { same_as_the_engine(engine::ResultFormat::csv); }

}  // namespace
}  // namespace boathouse::core
