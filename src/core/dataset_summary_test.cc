// SPDX-License-Identifier: Apache-2.0
// Summaries by a real worker. That their figures are pandas' is tests/flows/test_summary.py's to see.
#include "core/dataset_summary.h"

#include "core/core_fixture.h"

namespace boathouse::core {
namespace {

class DatasetSummaryTest : public CoreTest {
 protected:
  std::string summary(std::string_view csv) {
    const base::TemporaryFolder folder(parts_.layout.staging_of(workspace_.id));
    const std::filesystem::path file = folder.path() / "it's.csv";
    base::write_all(base::create_file(file).get(), csv);
    NoProgress nobody;
    return dataset_summary(parts_, workspace_.id, file, nobody);
  }
};

TEST_F(DatasetSummaryTest, NumbersComeFirstAsDescribeHasThemAndTextAfter) {
  EXPECT_EQ(summary("name,n\nAda L.,1\nbo,2\n,4\n"),
            R"({"n":{"count":3.0,"mean":2.3333333333333335,"std":1.5275252316519465,"min":1.0,"25%":1.5,"50%":2.0,)"
            R"("75%":3.0,"max":4.0},"name":{"avg_length":4.0,"avg_words":1.5,"avg_capitals":1.0,"avg_symbols":0.5}})");
}

TEST_F(DatasetSummaryTest, WhatThereIsNoneOfIsWrittenAsPythonDoes) {
  EXPECT_EQ(
      summary("n,i\n,inf\n"),
      R"({"n":{"count":0.0,"mean":NaN,"std":NaN,"min":NaN,"25%":NaN,"50%":NaN,"75%":NaN,"max":NaN},)"
      R"("i":{"count":1.0,"mean":Infinity,"std":NaN,"min":Infinity,"25%":NaN,"50%":NaN,"75%":NaN,"max":Infinity}})");
  EXPECT_EQ(summary("only\n"), R"({"only":{"avg_length":NaN,"avg_words":NaN,"avg_capitals":NaN,"avg_symbols":NaN}})");
}

TEST_F(DatasetSummaryTest, WhatIsNoCsvIsRefusedWithItsPlace) {
  const auto error = error_of([&] { summary("a,b\n1,2\n\"x\ny\",2\n1,2,3\n"); });
  EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(error.message(), "line 5: the record has 3 fields, where 2 are expected; put text with commas in quotes");
  EXPECT_EQ(error.detail().at("line"), 5);
  EXPECT_EQ(error.detail().at("byte"), 16);
  for (std::string_view nothing : {"", "\n\n", " \n", "\xef\xbb\xbf"}) {
    EXPECT_EQ(error_of([&] { summary(nothing); }).message(),
              "the file is empty: a CSV file begins with a line of names");
  }
  EXPECT_EQ(error_of([&] { summary("a,b\n1,\"2\n3\n"); }).message(),
            "line 2: this quote is not closed before the end of the file");
  EXPECT_EQ(error_of([&] { summary("a\n\xff\n"); }).kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { summary(std::string_view("a\n1\n\0\n", 6)); }).message(),
            "line 3: a NUL byte: this is no text");
}

TEST_F(DatasetSummaryTest, NothingStaysInStaging) {
  summary("a\n1\n");
  EXPECT_TRUE(std::filesystem::is_empty(parts_.layout.staging_of(workspace_.id)));
}

}  // namespace
}  // namespace boathouse::core
