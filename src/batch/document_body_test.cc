// SPDX-License-Identifier: Apache-2.0
#include "batch/document_body.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace boathouse::batch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMost = 100;

std::string fault_of(std::string_view body) {
  try {
    split_documents(body, kMost);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

TEST(DocumentBody, LinesAndArrays) {
  EXPECT_THAT(split_documents("{\"a\":1}\n\n {\"b\":2} \r\n{}", kMost), ElementsAre(R"({"a":1})", R"({"b":2})", "{}"));
  EXPECT_THAT(split_documents(" [ {\"a\":1} ,\n{\"b\":[2]}] \n", kMost), ElementsAre(R"({"a":1})", R"({"b":[2]})"));
  EXPECT_THAT(split_documents("\xef\xbb\xbf{}", kMost), ElementsAre("{}"));
  EXPECT_THAT(split_documents("[]", kMost), IsEmpty());
}

TEST(DocumentBody, FaultsSayWhere) {
  EXPECT_THAT(fault_of("{}\n{\"a\":}\n"), testing::StartsWith("line 2, column 6: "));
  EXPECT_EQ(fault_of("{}\n1\n"), "line 2, column 1: a document is a JSON object");
  EXPECT_EQ(fault_of("{} {}"), "line 1, column 4: something follows the object");
  EXPECT_EQ(fault_of("[{},\n 1]"), "line 2, column 2: a document is a JSON object");
  EXPECT_EQ(fault_of("[{}] x"), "line 1, column 6: something follows the array");
  EXPECT_EQ(fault_of("{}\n{\"a\":\"\xff\"}"), "line 2, column 7: the bytes are no UTF-8");
  for (std::string_view wrong :
       {"", " \n ", "[", "[{}", "[{},]", "[{} {}]", "nul", "{", "\"x\"", "[[{}]]", "{\"a\":\"\x01\"}"}) {
    EXPECT_NE(fault_of(wrong), "") << wrong;
  }
}

TEST(DocumentBody, ADocumentHasAMostSize) {
  auto sized = [](std::size_t bytes) { return R"({"a":")" + std::string(bytes - 8, 'x') + "\"}"; };
  EXPECT_EQ(fault_of("{}\n" + sized(kMost)), "");
  EXPECT_EQ(fault_of("{}\n" + sized(kMost + 1)), "the document in line 2 has 101 bytes, and 100 are the most");
}

TEST(DocumentBody, OneDocument) {
  EXPECT_NO_THROW(check_one_document(" {\"a\":\n1} \n"));
  for (std::string_view wrong : {"", "[{}]", "{}{}", "{}\n{}", "{\"a\":\"\xc3\"}"}) {
    EXPECT_THROW(check_one_document(wrong), base::Error) << wrong;
  }
}

}  // namespace
}  // namespace boathouse::batch
