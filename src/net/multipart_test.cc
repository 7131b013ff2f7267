// SPDX-License-Identifier: Apache-2.0
#include "net/multipart_parser.h"
#include "net/test_support.h"

namespace boathouse::net {
namespace {

using testing::error_of;

struct Part {
  PartHeader header;
  std::string data;
  bool ended = false;
};

struct Gather : MultipartConsumer {
  std::vector<Part> parts;
  void begin_part(const PartHeader& header) override { parts.push_back({header, "", false}); }
  void data(std::string_view bytes) override { parts.back().data += bytes; }
  void end_part() override { parts.back().ended = true; }
};

std::vector<Part> parse(std::string_view form, std::size_t step = 1 << 20, const MultipartLimits& limits = {}) {
  Gather gather;
  MultipartParser parser("b", limits, gather);
  for (std::size_t at = 0; at < form.size(); at += step) parser.feed(form.substr(at, step));
  parser.finish();
  for (const Part& part : gather.parts) EXPECT_TRUE(part.ended);
  return gather.parts;
}

std::string part(const std::string& disposition, const std::string& content) {
  return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

TEST(Multipart, ReadsFieldsAndFilesHoweverTheyArrive) {
  std::string content = "id,name\r\n1,--b\r\n\r\n--\r\n-b\r\r\n--";
  std::string form = "preamble\r\n" + part("name=\"user\"", "ann") + part("name=\"empty\"", "") +
                     "--b \t\r\nContent-Type: text/csv\r\nX-Other: 1\r\ncontent-disposition: form-data; name=file; "
                     "filename=\"a.csv\"\r\n\r\n" +
                     content + "\r\n--b--\r\nepilogue\r\n--b\r\n";
  for (std::size_t step = 1; step <= form.size(); ++step) {
    auto parts = parse(form, step);
    ASSERT_EQ(parts.size(), 3U) << step;
    EXPECT_EQ(parts[0].header.name, "user");
    EXPECT_FALSE(parts[0].header.filename);
    EXPECT_EQ(parts[0].data, "ann");
    EXPECT_EQ(parts[1].data, "");
    EXPECT_EQ(parts[2].header.name, "file");
    EXPECT_EQ(parts[2].header.filename, "a.csv");
    EXPECT_EQ(parts[2].header.content_type, "text/csv");
    EXPECT_EQ(parts[2].data, content);
  }
  EXPECT_TRUE(parse("--b--").empty());
  EXPECT_EQ(parse(part("name=x", "1") + "--b--").size(), 1U);
}

TEST(Multipart, ReadsFileNamesAsClientsWriteThem) {
  auto name_of = [](const std::string& disposition) {
    return *parse(part("name=f; " + disposition, "") + "--b--").at(0).header.filename;
  };
  EXPECT_EQ(name_of("filename=\"a;b.csv\""), "a;b.csv");
  EXPECT_EQ(name_of("filename=\"say %22hi%22.csv\""), "say \"hi\".csv");
  EXPECT_EQ(name_of("filename=\"say \\\"hi\\\".csv\""), "say \"hi\".csv");
  EXPECT_EQ(name_of("filename=\"C:\\new\\file.csv\""), "C:\\new\\file.csv");
  EXPECT_EQ(name_of("filename=\"100%25.csv\""), "100%25.csv");
  EXPECT_EQ(name_of("filename=\"caf\xC3\xA9.csv\""), "caf\xC3\xA9.csv");
  EXPECT_EQ(name_of("filename=\"x.csv\"; filename*=UTF-8''caf%C3%A9.csv"), "caf\xC3\xA9.csv");
  EXPECT_EQ(name_of("filename*=utf-8'en'a%20b"), "a b");
  EXPECT_EQ(name_of("filename=\"\""), "");
}

TEST(Multipart, RefusesMalformedForms) {
  for (const std::string& bad : {
           std::string(""),
           std::string("nothing here"),
           std::string("--b\nContent-Disposition: form-data; name=x\n\n1\n--b--\n"),
           std::string("--b\r\nContent-Disposition: form-data; name=x\n\n1\n--b--\n"),
           std::string("--c\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--c--\r\n"),
           part("name=x", "1"),
           part("name=x", "1") + "--b",
           part("name=x", "1") + "--b-",
           std::string("--bc\r\n\r\n--b--"),
           std::string("--b\r\n\r\n1\r\n--b--"),
           std::string("--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--"),
           std::string("--b\r\nContent-Disposition: attachment; name=x\r\n\r\n1\r\n--b--"),
           std::string("--b\r\nContent-Disposition: form-data; filename=x\r\n\r\n1\r\n--b--"),
           std::string("--b\r\nContent-Disposition: form-data; name=x\r\nno colon\r\n\r\n1\r\n--b--"),
           std::string("--b\r\nContent-Disposition: form-data; name=x\r\nContent-Disposition: form-data; "
                       "name=y\r\n\r\n1\r\n--b--"),
           std::string(
               "--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--b--"),
           part("name=\"\xFF\"", "1") + "--b--",
           part("name=x; filename*=latin1''x", "1") + "--b--",
           part("name=x; filename*=UTF-8''%zz", "1") + "--b--",
           part("name=x; filename*=UTF-8''%00", "1") + "--b--",
       }) {
    EXPECT_EQ(error_of([&] { parse(bad); }).kind(), base::ErrorKind::invalid_argument) << bad;
    EXPECT_EQ(error_of([&] { parse(bad, 1); }).kind(), base::ErrorKind::invalid_argument) << bad;
  }
}

TEST(Multipart, HoldsItsLimits) {
  MultipartLimits limits;
  limits.max_parts = 2;
  limits.max_field_bytes = 10;
  limits.max_part_header_bytes = 100;
  std::string one = part("name=x", std::string(10, 'a'));
  EXPECT_EQ(parse(one + one + "--b--", 7, limits).size(), 2U);
  auto kind = [&](const std::string& form) { return error_of([&] { parse(form, 7, limits); }).kind(); };
  EXPECT_EQ(kind(one + one + one + "--b--"), base::ErrorKind::too_large);
  EXPECT_EQ(kind(part("name=x", std::string(11, 'a')) + "--b--"), base::ErrorKind::too_large);
  EXPECT_EQ(parse(part("name=x; filename=f", std::string(5000, 'a')) + "--b--", 7, limits)[0].data.size(), 5000U);
  EXPECT_EQ(kind(part("name=" + std::string(200, 'x'), "") + "--b--"), base::ErrorKind::too_large);
}

TEST(Multipart, AConsumersErrorComesOut) {
  struct Fails : Gather {
    void data(std::string_view) override { throw base::Error(base::ErrorKind::conflict, "mine"); }
  } fails;
  MultipartParser parser("b", {}, fails);
  EXPECT_EQ(error_of([&] { parser.feed(part("name=x", "1") + "--b--"); }).kind(), base::ErrorKind::conflict);
}

TEST(Multipart, TakesTheBoundaryFromTheContentType) {
  auto boundary = [](const std::string& type) {
    Headers headers;
    headers.add("Content-Type", type);
    return boundary_of(headers);
  };
  EXPECT_EQ(boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), "a b");
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(70, 'x')).size(), 70U);
  EXPECT_EQ(error_of([&] { boundary("multipart/form-data; boundary=" + std::string(71, 'x')); }).kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { boundary("multipart/form-data"); }).kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { boundary("text/csv"); }).kind(), base::ErrorKind::unsupported_media);
  EXPECT_EQ(error_of([&] { boundary_of({}); }).kind(), base::ErrorKind::unsupported_media);
}

}  // namespace
}  // namespace boathouse::net
