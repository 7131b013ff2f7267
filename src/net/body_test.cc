// SPDX-License-Identifier: Apache-2.0
// Bodies through a running server, both ways.
#include <zlib.h>

#include <fstream>
#include <thread>

#include "net/multipart.h"
#include "net/test_support.h"

namespace boathouse::net {
namespace {

using boost::asio::awaitable;
using testing::ask;
using testing::RawClient;
using testing::RawResponse;
using testing::run;
using testing::TestServer;

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + i * 7 % 26);
  return out;
}

std::string gzip(const std::string& text) {
  std::string out(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A source of `size` bytes of pattern() that may fail at one of them.
class PatternSource : public BodySource {
 public:
  PatternSource(std::size_t size, std::size_t fails_at) : size_(size), fails_at_(fails_at) {}
  std::size_t read(std::span<char> into) override {
    if (at_ >= fails_at_) throw base::Error(base::ErrorKind::internal, "the source broke");
    std::size_t count = std::min({into.size(), size_ - at_, std::size_t{100'000}});
    for (std::size_t i = 0; i < count; ++i) into[i] = static_cast<char>('a' + (at_ + i) * 7 % 26);
    at_ += count;
    return count;
  }

 private:
  const std::size_t size_;
  const std::size_t fails_at_;
  std::size_t at_ = 0;
};

class BodyTest : public ::testing::Test {
 protected:
  BodyTest() {
    server.router.add("POST", "/receive", [this](Request& request) -> awaitable<Response> {
      auto io_thread = std::this_thread::get_id();
      std::string all;
      int running = 0;
      bool apart = true;
      ChunkConsumer gather = [&](std::string_view bytes) {
        apart = apart && ++running == 1 && std::this_thread::get_id() != io_thread && bytes.size() <= 1 << 20;
        all += bytes;
        --running;
      };
      BodyLimits limits;
      limits.max_bytes = max_bytes;
      co_await request.body.receive(gather, limits);
      co_return text_response(apart ? 200 : 500, std::move(all));
    });
    server.router.add("POST", "/picky", [](Request& request) -> awaitable<Response> {
      ChunkConsumer refuse = [](std::string_view) { throw base::Error(base::ErrorKind::unprocessable, "not this"); };
      co_await request.body.receive(refuse);
      co_return empty_response();
    });
    server.router.add("POST", "/ignore",
                      [](Request&) -> awaitable<Response> { co_return text_response(200, "ignored"); });
    server.router.add("POST", "/text", [](Request& request) -> awaitable<Response> {
      std::string text = co_await request.body.text(1000);
      co_return text_response(200, std::move(text));
    });
    server.router.add("GET", "/source/{size}/{fails}/{length}", [](Request& request) -> awaitable<Response> {
      auto number = [&](const char* name) { return static_cast<std::size_t>(std::stoul(request.param(name))); };
      auto source = std::make_unique<PatternSource>(number("size"), number("fails"));
      std::optional<std::uint64_t> length;
      if (request.param("length") != "0") length = number("length");
      co_return source_response(200, std::move(source), "text/plain", length);
    });
  }

  static std::string post(const std::string& path, const std::string& headers, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  static std::string chunked(const std::string& path, const std::string& headers, const std::string& body,
                             std::size_t step) {
    std::string out = "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += step) {
      std::string piece = body.substr(at, step);
      out += fmt::format("{:x};name=value\r\n", piece.size()) + piece + "\r\n";
    }
    return out + "0\r\nX-Trailer: t\r\n\r\n";
  }
  // Sends while reading, as the answer may come back while the request is still on its way.
  RawResponse exchange(const std::string& bytes) {
    RawClient client(server.address);
    std::jthread sender([&] { client.send(bytes); });
    return client.read_response();
  }

  std::uint64_t max_bytes = std::uint64_t{1} << 30;
  TestServer server;
};

TEST_F(BodyTest, ReceivesBodiesOfAnySizeOnThePool) {
  server.start();
  for (std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20, (std::size_t{1} << 20) + 1, std::size_t{5'000'000}}) {
    std::string body = pattern(size);
    EXPECT_TRUE(exchange(post("/receive", "", body)).body == body) << size;
    EXPECT_TRUE(exchange(chunked("/receive", "", body, 70'001)).body == body) << size;
  }
  std::string small = pattern(3000);
  EXPECT_TRUE(exchange(chunked("/receive", "", small, 1)).body == small);
}

TEST_F(BodyTest, UnfoldsCompressedBodies) {
  server.start();
  std::string body = pattern(4'000'000);
  EXPECT_TRUE(exchange(post("/receive", "Content-Encoding: gzip\r\n", gzip(body))).body == body);
  EXPECT_TRUE(exchange(chunked("/receive", "Content-Encoding: gzip\r\n", gzip(body), 999)).body == body);
  EXPECT_EQ(exchange(post("/text", "Content-Encoding: gzip\r\n", gzip("abc"))).body, "abc");
  EXPECT_EQ(exchange(post("/receive", "Content-Encoding: br\r\n", "abc")).status, 415);
  EXPECT_EQ(exchange(post("/receive", "Content-Encoding: gzip\r\n", "abc")).status, 400);
  std::string cut = gzip(body);
  cut.pop_back();
  EXPECT_EQ(exchange(post("/receive", "Content-Encoding: gzip\r\n", cut)).status, 400);
  EXPECT_EQ(exchange(post("/receive", "Content-Encoding: gzip\r\n", gzip(std::string(100 << 20, '\0')))).status, 413);
}

TEST_F(BodyTest, LimitsBodiesOnBothSides) {
  max_bytes = 2'000'000;
  server.start();
  EXPECT_EQ(exchange(post("/receive", "", pattern(2'000'000))).status, 200);
  EXPECT_EQ(exchange(post("/receive", "", pattern(2'000'001))).status, 413);
  EXPECT_EQ(exchange(chunked("/receive", "", pattern(2'000'000), 50'000)).status, 200);
  EXPECT_EQ(exchange(chunked("/receive", "", pattern(2'000'001), 50'000)).status, 413);
  EXPECT_EQ(exchange(post("/text", "", pattern(1000))).body, pattern(1000));
  EXPECT_EQ(exchange(post("/text", "", pattern(1001))).status, 413);
  EXPECT_EQ(exchange(chunked("/text", "", pattern(1000), 10)).body, pattern(1000));
  EXPECT_EQ(exchange(chunked("/text", "", pattern(1001), 10)).status, 413);
  EXPECT_EQ(exchange(post("/text", "Content-Encoding: gzip\r\n", gzip(pattern(1000)))).status, 200);
  EXPECT_EQ(exchange(post("/text", "Content-Encoding: gzip\r\n", gzip(pattern(1001)))).status, 413);
}

TEST_F(BodyTest, ChunkSyntaxIsLimitedToo) {
  server.start();
  std::string head = "POST /receive HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(exchange(head + "1;" + std::string(300'000, 'x')).status, 400);
  EXPECT_EQ(exchange(head + "0\r\nX: " + std::string(300'000, 'x')).status, 400);
  EXPECT_EQ(exchange(head + "fffffffffffffffff\r\n").status, 400);
}

TEST_F(BodyTest, AnErrorOfTheConsumerReachesAClientThatIsStillSending) {
  server.start();
  RawResponse refused = exchange(post("/picky", "", pattern(20'000'000)));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.headers.get("Connection"), "close");
  EXPECT_EQ(exchange(post("/picky", "Content-Encoding: gzip\r\n", gzip(pattern(5'000'000)))).status, 422);
}

TEST_F(BodyTest, UnreadBodiesAreDrainedOrTheConnectionCloses) {
  server.start();
  RawClient client(server.address);
  client.send(post("/ignore", "", pattern(200'000)) + post("/text", "", "next"));
  EXPECT_EQ(client.read_response().body, "ignored");
  EXPECT_EQ(client.read_response().body, "next");
  EXPECT_EQ(exchange(post("/ignore", "", pattern(20'000'000))).headers.get("Connection"), "close");
  EXPECT_EQ(exchange(chunked("/ignore", "", pattern(100), 10)).headers.get("Connection"), "close");
}

TEST_F(BodyTest, SaysContinueOnlyWhenTheBodyIsWanted) {
  server.start();
  RawClient client(server.address);
  client.send("POST /text HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_response().body, "abc");
  client.send("POST /text HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  RawResponse refused = client.read_response();
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.headers.get("Connection"), "close");
}

TEST_F(BodyTest, ASecondReadingIsABug) {
  server.router.add("POST", "/twice", [](Request& request) -> awaitable<Response> {
    std::string once = co_await request.body.text(10);
    std::string twice = co_await request.body.text(10);
    co_return text_response(200, once + twice);
  });
  server.start();
  EXPECT_EQ(ask(server, post("/twice", "", "abc")).status, 500);
}

TEST_F(BodyTest, StreamsSourcesWithAndWithoutLength) {
  server.start();
  RawClient client(server.address);
  const std::string never = "/999999999";
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}, std::size_t{1'234'567}}) {
    client.send("GET /source/" + std::to_string(size) + never + "/0 HTTP/1.1\r\nHost: h\r\n\r\n");
    RawResponse response = client.read_response();
    EXPECT_EQ(response.headers.get("Transfer-Encoding"), "chunked");
    EXPECT_TRUE(response.body == pattern(size));
  }
  client.send("GET /source/500000" + never + "/500000 HTTP/1.1\r\nHost: h\r\n\r\n");
  RawResponse sized = client.read_response();
  EXPECT_EQ(sized.headers.get("Content-Length"), "500000");
  EXPECT_TRUE(sized.body == pattern(500'000));
  client.send("HEAD /source/500000" + never + "/500000 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_response(true).headers.get("Content-Length"), "500000");
  client.send("GET /source/500000" + never + "/0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  RawResponse old = client.read_response();
  EXPECT_EQ(old.headers.get("Connection"), "close");
  EXPECT_TRUE(old.body == pattern(500'000));
}

TEST_F(BodyTest, ASourceThatFailsIsSeenToHaveFailed) {
  server.start();
  EXPECT_EQ(ask(server, "GET /source/1000/0/0 HTTP/1.1\r\nHost: h\r\n\r\n").status, 500);
  for (const char* target : {"/source/1000000/500000/0", "/source/1000000/500000/1000000",
                             "/source/500000/999999999/500001", "/source/500000/999999999/499999"}) {
    RawClient client(server.address);
    client.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    bool broken = false;
    std::string all = client.read_all(&broken);
    EXPECT_TRUE(broken) << target;
    EXPECT_TRUE(all.empty() || all.starts_with("HTTP/1.1 200")) << target;
    EXPECT_FALSE(all.ends_with("\r\n0\r\n\r\n")) << target;
  }
}

TEST_F(BodyTest, SendsFilesAndPartsOfThem) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "net-test-");
  std::filesystem::path file = folder.path() / "file";
  std::string content = pattern(3'000'000);
  std::ofstream(file, std::ios::binary) << content;
  server.router.add("GET", "/file",
                    [file](Request&) -> awaitable<Response> { co_return file_response(file, "text/csv"); });
  server.router.add("GET", "/part", [file](Request&) -> awaitable<Response> {
    co_return Response{206, {}, FileBody{base::open_for_read(file), 1'000'000, 1'000'000}};
  });
  server.start();
  RawClient client(server.address);
  client.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\nGET /part HTTP/1.1\r\nHost: h\r\n\r\n");
  RawResponse whole = client.read_response();
  EXPECT_EQ(whole.headers.get("Content-Type"), "text/csv");
  EXPECT_TRUE(whole.body == content);
  RawResponse part = client.read_response();
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == content.substr(1'000'000, 1'000'000));
}

TEST_F(BodyTest, AFileThatBecameShorterBreaksItsAnswerOff) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "net-test-");
  std::filesystem::path file = folder.path() / "file";
  std::ofstream(file, std::ios::binary) << pattern(1'000'000);
  server.router.add("GET", "/file", [file](Request&) -> awaitable<Response> {
    co_return Response{200, {}, FileBody{base::open_for_read(file), 0, 2'000'000}};
  });
  server.start();
  RawClient client(server.address);
  client.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  bool broken = false;
  client.read_all(&broken);
  EXPECT_TRUE(broken);
}

TEST_F(BodyTest, APeerMayLeaveInTheMiddleOfAFile) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "net-test-");
  std::filesystem::path file = folder.path() / "file";
  const std::string content = pattern(50'000'000);
  std::ofstream(file, std::ios::binary) << content;
  server.router.add("GET", "/file",
                    [file](Request&) -> awaitable<Response> { co_return file_response(file, "text/csv"); });
  server.start();
  for (int i = 0; i < 5; ++i) {
    RawClient leaves(server.address);
    leaves.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  RawClient stays(server.address);
  stays.send("GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(stays.read_response().body == content);
}

struct Gather : MultipartConsumer {
  std::string all;
  void begin_part(const PartHeader& part) override { all += "<" + part.name + "," + part.filename.value_or("-") + ">"; }
  void data(std::string_view bytes) override { all += bytes; }
  void end_part() override { all += "</>"; }
};

awaitable<Response> gather_form(Request& request) {
  Gather gather;
  MultipartLimits limits;
  co_await receive_multipart(request, limits, gather);
  co_return text_response(200, std::move(gather.all));
}

TEST_F(BodyTest, ReceivesForms) {
  server.router.add("POST", "/form", gather_form);
  server.start();
  std::string file = pattern(2'500'000);
  std::string form =
      "--B\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n--B\r\nContent-Disposition: form-data; "
      "name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n" +
      file + "\r\n--B--\r\n";
  const std::string type = "Content-Type: multipart/form-data; boundary=B\r\n";
  std::string expected = "<user,->ann</><file,a.csv>" + file + "</>";
  EXPECT_TRUE(exchange(post("/form", type, form)).body == expected);
  EXPECT_TRUE(exchange(chunked("/form", type, form, 4096)).body == expected);
  EXPECT_EQ(exchange(post("/form", "", form)).status, 415);
  EXPECT_EQ(exchange(post("/form", type, form.substr(0, form.size() - 6))).status, 400);
  EXPECT_EQ(exchange(post("/form", type, "")).status, 400);
}

TEST(TextBody, ServesHandlersWithoutAServer) {
  Request request;
  request.headers.add("Content-Type", "multipart/form-data; boundary=B");
  request.body = Body("--B\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--B--");
  Response response = run(gather_form(request));
  EXPECT_EQ(std::get<std::string>(response.body), "<x,->1</>");
  Body small("abc");
  EXPECT_EQ(small.content_length(), 3U);
  EXPECT_EQ(run(small.text(3)), "abc");
  EXPECT_EQ(testing::error_of([] { run(Body("abcd").text(3)); }).kind(), base::ErrorKind::too_large);
  EXPECT_EQ(run(Body().text(0)), "");
}

}  // namespace
}  // namespace boathouse::net
