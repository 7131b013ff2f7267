// SPDX-License-Identifier: Apache-2.0
#include "net/request_head.h"

#include <set>

#include "base/ids.h"
#include "net/test_support.h"

namespace boathouse::net {
namespace {

using testing::error_of;

// Reads a head whose syntax is right; throws what read_head throws.
Request read(std::string head, Framing* framing = nullptr, const ServerLimits& limits = {}) {
  auto parser = make_request_parser(limits.header_bytes);
  boost::system::error_code ec;
  parser->put(std::span<const char>(head), ec);
  EXPECT_FALSE(ec) << ec.message() << " in " << head;
  Request request;
  Framing read = read_head(*parser, limits, request);
  if (framing) *framing = read;
  return request;
}

Request get(const std::string& target) { return read("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"); }
Request with(const std::string& headers) { return read("POST / HTTP/1.1\r\n" + headers + "\r\n"); }

TEST(RequestHead, SplitsAndDecodesTheTarget) {
  Request request = get("/v1/tables/a%2Fb/caf%C3%A9/?x=1&y=%20+");
  EXPECT_EQ(request.segments, (std::vector<std::string>{"v1", "tables", "a/b", "caf\xC3\xA9"}));
  EXPECT_TRUE(request.trailing_slash);
  EXPECT_EQ(request.path, "/v1/tables/a%2Fb/caf%C3%A9/");
  EXPECT_EQ(request.raw_query, "x=1&y=%20+");
  EXPECT_EQ(request.query.get("y"), "  ");
  EXPECT_TRUE(get("/").segments.empty());
  EXPECT_FALSE(get("/").trailing_slash);
  EXPECT_EQ(get("/a//b").segments, (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(get("http://h:80/a?b=c").target, "/a?b=c");
  EXPECT_EQ(get("https://h").path, "/");
  EXPECT_EQ(get("http://h?q=1").query.get("q"), "1");
  EXPECT_EQ(get("*").path, "*");
  EXPECT_EQ(get("/..a/.b./...").segments.size(), 3U);
}

TEST(RequestHead, ThePathIsAsciiWhateverIsSent) {
  EXPECT_EQ(get("/caf\xC3\xA9").path, "/caf%C3%A9");
  EXPECT_EQ(get("/caf\xC3\xA9").segments, (std::vector<std::string>{"caf\xC3\xA9"}));
}

TEST(RequestHead, RefusesBadTargets) {
  for (const char* bad : {"/%", "/%4", "/%zz", "/a/../b", "/..", "/.", "/%2e%2E/x", "/a%2F..%2Fb", "/..%2fx", "/%00",
                          "/%FF", "/x?a=%", "/x?a=%00", "/x#y", "x", "h:80", "ftp://h/x"}) {
    EXPECT_EQ(error_of([&] { get(bad); }).kind(), base::ErrorKind::invalid_argument) << bad;
  }
}

TEST(RequestHead, LimitsTargetAndHeaderCount) {
  ServerLimits limits;
  limits.target_bytes = 10;
  limits.header_count = 2;
  auto read_target = [&](const std::string& target) {
    return read("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n", nullptr, limits);
  };
  EXPECT_EQ(read_target("/123456789").path, "/123456789");
  EXPECT_EQ(status_of(error_of([&] { read_target("/1234567890"); })), 414);
  EXPECT_NO_THROW(read("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\n\r\n", nullptr, limits));
  EXPECT_EQ(status_of(error_of([&] { read("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\n\r\n", nullptr, limits); })),
            431);
}

TEST(RequestHead, WantsOneSaneHost) {
  for (const char* fine : {"Host: h\r\n", "Host: h:80\r\n", "Host: [::1]:80\r\n", "Host:\r\n"})
    EXPECT_NO_THROW(with(fine)) << fine;
  for (const char* bad :
       {"", "Host: a\r\nHost: a\r\n", "Host: a,b\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: a@b\r\n"}) {
    EXPECT_EQ(error_of([&] { with(bad); }).kind(), base::ErrorKind::invalid_argument) << bad;
  }
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n").http_minor, 0);
}

TEST(RequestHead, ReadsFraming) {
  Framing framing;
  read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n", &framing);
  EXPECT_EQ(framing.length, 12U);
  EXPECT_FALSE(framing.chunked);
  read("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n", &framing);
  EXPECT_TRUE(framing.chunked);
  EXPECT_FALSE(framing.length);
  EXPECT_TRUE(framing.expects_continue);
  read("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", &framing);
  EXPECT_EQ(framing.length, 0U);
  EXPECT_TRUE(framing.expects_continue);
}

TEST(RequestHead, RefusesDoubtfulFraming) {
  for (const char* bad :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n", "Content-Length: +1\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n"}) {
    auto attempt = [&] {
      auto parser = make_request_parser(65536);
      std::string head = std::string("POST / HTTP/1.1\r\nHost: h\r\n") + bad + "\r\n";
      boost::system::error_code ec;
      parser->put(std::span<const char>(head), ec);
      if (ec) throw base::Error(base::ErrorKind::invalid_argument, ec.message());
      Request request;
      read_head(*parser, {}, request);
    };
    EXPECT_EQ(error_of(attempt).kind(), base::ErrorKind::invalid_argument) << bad;
  }
  EXPECT_EQ(error_of([] { read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"); }).kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(status_of(error_of([] { with("Host: h\r\nExpect: miracle\r\n"); })), 417);
}

TEST(RequestHead, RefusesFoldedLines) {
  EXPECT_EQ(error_of([] { with("Host: h\r\nX-A: b\r\n c\r\n"); }).kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { with("Host: h\r\n\tX: c\r\n"); }).kind(), base::ErrorKind::invalid_argument);
  EXPECT_EQ(with("Host: h\r\nX-A: \tb c\r\n").headers.get("X-A"), "b c");
}

TEST(RequestId, TakesWellFormedOnesOnly) {
  Headers headers;
  auto chosen = [&](const std::string& sent) {
    headers.set("X-Request-Id", sent);
    return choose_request_id(headers);
  };
  EXPECT_EQ(chosen("job.7:a_b-C"), "job.7:a_b-C");
  EXPECT_EQ(chosen(std::string(128, 'a')).size(), 128U);
  for (const std::string& bad :
       {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\"b"), std::string("\xC3\xA9")}) {
    EXPECT_TRUE(base::is_uuid(chosen(bad))) << bad;
  }
}

TEST(Traceparent, ContinuesWellFormedOnesOnly) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  Headers headers;
  auto continued = [&](const std::string& sent) {
    headers.set("traceparent", sent);
    return continue_trace(headers);
  };
  std::string good = continued("00-" + trace + "-00f067aa0ba902b7-01");
  EXPECT_EQ(good.substr(0, 36), "00-" + trace + "-");
  EXPECT_EQ(good.substr(52), "-01");
  EXPECT_EQ(good.find("00f067aa0ba902b7"), std::string::npos);
  EXPECT_EQ(continued("cc-" + trace + "-00f067aa0ba902b7-01-more").substr(0, 36), "00-" + trace + "-");
  for (const std::string& bad :
       {"00-" + trace + "-00f067aa0ba902b7-01-more", "ff-" + trace + "-00f067aa0ba902b7-01",
        "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", "00-" + trace + "-0000000000000000-01",
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"), std::string("x")}) {
    std::string made = continued(bad);
    EXPECT_EQ(made.size(), 55U) << bad;
    EXPECT_EQ(made.find(trace), std::string::npos) << bad;
    EXPECT_NE(made.substr(3, 32), std::string(32, '0')) << bad;
  }
}

}  // namespace
}  // namespace boathouse::net
