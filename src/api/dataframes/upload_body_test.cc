// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/upload_body.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"

namespace boathouse::api::dataframes {
namespace {

struct Read {
  std::string frame;
  bool is_json;
  boost::json::object fields;
};

// The body given in pieces of `piece` bytes.
Read read(std::string_view text, std::size_t piece = 1000) {
  UploadBody body(std::filesystem::temp_directory_path());
  for (std::size_t at = 0; at < text.size(); at += piece) body.feed(text.substr(at, piece));
  body.finish();
  Read out{{}, body.is_json(), body.fields()};
  body.frame().replay([&](std::string_view bytes) { out.frame += bytes; });
  return out;
}

std::string error_of(std::string_view text) {
  try {
    read(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
  return "none";
}

TEST(UploadBody, TakesFramesApartWhateverThePieces) {
  std::string_view text =
      R"( {"a": {"x": ["}", "\"]"]}, "dataframe" : [{"k": "]\"["}, {"k": [1]}] ,"n":12, "t":true,"z": null,"s":"\u00fc"} )";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Read got = read(text, piece);
    EXPECT_EQ(got.frame, R"([{"k": "]\"["}, {"k": [1]}])");
    EXPECT_TRUE(got.is_json);
    EXPECT_EQ(got.fields,
              boost::json::parse(R"({"a":{"x":["}","\"]"]},"n":12,"t":true,"z":null,"s":"ü"})").as_object());
  }
}

TEST(UploadBody, UnescapesTextWhateverThePieces) {
  std::string_view text =
      R"({"dataframe":"[{\"a\":\"\\u00e9\\n\"},\t{\"b\":\"\u00fc\u20ac\ud83d\ude00\/\"}]\b\f\r\n"})";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Read got = read(text, piece);
    EXPECT_EQ(got.frame, "[{\"a\":\"\\u00e9\\n\"},\t{\"b\":\"ü€\xF0\x9F\x98\x80/\"}]\b\f\r\n");
    EXPECT_TRUE(got.is_json);
  }
}

TEST(UploadBody, OtherTextIsCsv) {
  EXPECT_FALSE(read(R"({"dataframe":"a,b\n[1],2"})").is_json);
  EXPECT_TRUE(read(R"({"dataframe":"  \n [1]"})").is_json);
}

TEST(UploadBody, SaysWhatIsWrong) {
  for (const char* text : {"",
                           "{",
                           "[]",
                           "{\"dataframe\"",
                           "{\"dataframe\":",
                           "{\"dataframe\":\"a",
                           "{\"dataframe\":[",
                           "{\"dataframe\":\"a\"} x",
                           "{\"dataframe\":\"a\",}",
                           "{\"dataframe\":\"\\x\"}",
                           "{\"dataframe\":\"\\u12g4\"}",
                           "{dataframe:1}",
                           "{\"dataframe\":\"\\ud83d\"}",
                           "{\"dataframe\":\"\\ude00\"}",
                           "{\"dataframe\":\"\\ud83dx\"}",
                           "{\"dataframe\":\"\\ud83d\\n\"}",
                           "{\"dataframe\":\"a\nb\"}",
                           "{\"a\":tru,\"dataframe\":\"a\"}",
                           "{\"a\":[1,,2],\"dataframe\":\"a\"}",
                           "{\"dataframe\" \"a\"}"}) {
    EXPECT_NE(error_of(text).find("no valid JSON"), std::string::npos) << text;
  }
  for (const char* text : {"{}", "{\"a\":1}", "{\"dataframe\":\"\"}", "{\"dataframe\":\" \"}",
                           "{\"dataframe\":{\"a\":1}}", "{\"dataframe\":null}", "{\"dataframe\":\"{}\"}"}) {
    EXPECT_NE(error_of(text).find("\"dataframe\""), std::string::npos) << text;
  }
  EXPECT_NE(error_of("{\"dataframe\":\"a\",\"dataframe\":\"b\"}").find("twice"), std::string::npos);
}

}  // namespace
}  // namespace boathouse::api::dataframes
