// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include "base/ids.h"
#include "net/on_pool.h"
#include "net/test_support.h"

namespace boathouse::net {
namespace {

using boost::asio::awaitable;
using testing::ask;
using testing::error_of;
using testing::RawClient;
using testing::RawResponse;
using testing::TestServer;

awaitable<Response> say_hello(Request& request) {
  co_return text_response(200, "hello " + std::string(request.query.get("name", "you")));
}
awaitable<Response> echo(Request& request) {
  std::string text = co_await request.body.text(1 << 20);
  co_return text_response(200, std::move(text));
}
awaitable<Response> throw_error(Request&) {
  throw base::Error(base::ErrorKind::conflict, "no").code("taken");
  co_return Response();
}
awaitable<Response> throw_other(Request&) {
  throw std::runtime_error("secret");
  co_return Response();
}
awaitable<Response> say_params(Request& request) {
  co_return text_response(200, request.param("x") + "|" + request.remote_address + "|" + request.route);
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    server.router.add("GET", "/hello", say_hello);
    server.router.add("POST", "/echo", echo);
    server.router.add("GET", "/error", throw_error);
    server.router.add("GET", "/other", throw_other);
    server.router.add("GET", "/params/{x}", say_params);
  }
  TestServer server;
};

TEST_F(ServerTest, AnswersOneRequestAfterTheOther) {
  server.start();
  RawClient client(server.address);
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello?name=ann HTTP/1.1\r\nHost: h\r\nX-Request-Id: r-" + std::to_string(i) + "\r\n\r\n");
    RawResponse response = client.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello ann");
    EXPECT_EQ(response.headers.get("X-Request-Id"), "r-" + std::to_string(i));
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(response.headers.has("Date"));
    EXPECT_FALSE(response.headers.has("Connection"));
  }
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  RawResponse last = client.read_response();
  EXPECT_EQ(last.headers.get("Connection"), "close");
  EXPECT_TRUE(base::is_uuid(last.headers.get("X-Request-Id")));
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  server.start();
  RawClient client(server.address);
  std::string many;
  for (int i = 0; i < 50; ++i) {
    many += "GET /hello?name=" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    many +=
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n";  // a stray line end, as some clients send
    many += "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n";
  }
  client.send(many);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.read_response().body, "hello " + std::to_string(i));
    EXPECT_EQ(client.read_response().body, "abc");
    EXPECT_EQ(client.read_response().body, "xy");
  }
}

TEST_F(ServerTest, SpeaksHttp10) {
  server.start();
  RawClient client(server.address);
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read_response().headers.get("Connection"), "keep-alive");
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "hello you");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(ServerTest, RoutesAndRendersErrors) {
  server.start();
  EXPECT_EQ(ask(server, "GET /params/a%2Fb HTTP/1.1\r\nHost: h\r\n\r\n").body, "a/b|127.0.0.1|/params/{x}");
  RawResponse missing = ask(server, "GET /nowhere HTTP/1.1\r\nHost: h\r\nX-Request-Id: q\r\n\r\n");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(boost::json::parse(missing.body).at("request_id").as_string(), "q");
  RawResponse wrong = ask(server, "DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.get("Allow"), "OPTIONS, POST");
  EXPECT_EQ(ask(server, "BREW /hello HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
  RawResponse taken = ask(server, "GET /error HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(boost::json::parse(taken.body).at("type").as_string(), "/docs/errors/taken");
  RawResponse failed = ask(server, "GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body.find("secret"), std::string::npos);
}

TEST_F(ServerTest, TheRendererOfAPrefixSpeaksForNetToo) {
  server.router.render_errors("/s3", [](const Request& request, const base::Error& error) {
    return text_response(status_of(error), "s3 " + request.request_id);
  });
  server.start();
  RawResponse missing = ask(server, "GET /s3/x HTTP/1.1\r\nHost: h\r\nX-Request-Id: q\r\n\r\n");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "s3 q");
  EXPECT_EQ(ask(server, "GET /s3/x HTTP/1.1\r\n\r\n").body.substr(0, 3), "s3 ");
}

TEST_F(ServerTest, AnswersHeadAndOptions) {
  server.start();
  RawClient client(server.address);
  client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  RawResponse head = client.read_response(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.get("Content-Length"), "9");
  client.send("HEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_response(true).status, 404);
  client.send("OPTIONS /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  RawResponse options = client.read_response();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.get("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_FALSE(options.headers.has("Content-Length"));
  client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 204);
  client.send("GET * HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 400);
}

TEST_F(ServerTest, CorsComparesOriginsExactly) {
  server.options.cors_origins = {"https://a.example"};
  server.start();
  auto preflight = [&](const std::string& origin) {
    return ask(server,
               "OPTIONS /echo HTTP/1.1\r\nHost: h\r\nOrigin: " + origin +
                   "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n");
  };
  RawResponse allowed = preflight("https://a.example");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Methods"), "OPTIONS, POST");
  EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Headers"), "authorization");
  for (const char* other : {"https://a.example.evil", "http://a.example", "null"}) {
    RawResponse refused = preflight(other);
    EXPECT_FALSE(refused.headers.has("Access-Control-Allow-Origin")) << other;
    EXPECT_FALSE(refused.headers.has("Access-Control-Allow-Methods")) << other;
    EXPECT_EQ(refused.headers.get("Vary"), "Origin");
  }
  EXPECT_EQ(ask(server, "GET /hello HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\n\r\n")
                .headers.get("Access-Control-Allow-Origin"),
            "https://a.example");
  EXPECT_EQ(ask(server, "GET /error HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\n\r\n")
                .headers.get("Access-Control-Allow-Origin"),
            "https://a.example");
}

TEST_F(ServerTest, WithoutCorsOriginsNothingIsSaid) {
  server.start();
  RawResponse response = ask(server, "GET /hello HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\n\r\n");
  EXPECT_FALSE(response.headers.has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(response.headers.has("Vary"));
}

TEST_F(ServerTest, RefusesBrokenRequestsAndCloses) {
  server.start();
  const std::string host = "Host: h\r\n";
  const std::pair<std::string, int> cases[] = {
      {"GET /hello HTTP/1.1\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET /hello HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET /../x HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /%2e%2e/x HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /%00 HTTP/1.1\r\n" + host + "\r\n", 400},
      {std::string("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 28), 400},
      {std::string("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 35), 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a\x01\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Bad Name: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Name : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\n" + host + "\n", 400},
      {"nonsense\r\n\r\n", 400},
      {"\x16\x03\x01\x02 hello\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Expect: magic\r\n\r\n", 417},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 414},
      {"GET /" + std::string(70'000, 'a'), 414},
      {"GET / HTTP/1.1\r\nX: " + std::string(70'000, 'a'), 431},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient client(server.address);
    client.send(bytes);
    RawResponse response = client.read_response();
    EXPECT_EQ(response.status, status) << bytes.substr(0, 80);
    EXPECT_EQ(response.headers.get("Connection"), "close") << bytes.substr(0, 80);
    EXPECT_TRUE(response.headers.has("X-Request-Id")) << bytes.substr(0, 80);
    client.end();
    EXPECT_TRUE(client.closed_by_server()) << bytes.substr(0, 80);
  }
  EXPECT_EQ(ask(server, "GET /hello HTTP/1.1\r\n" + host + "\r\n").status, 200);
}

TEST_F(ServerTest, TakesHeadersUpToTheLimit) {
  server.start();
  std::string head = "GET /hello HTTP/1.1\r\nHost: h\r\nX: ";
  EXPECT_EQ(ask(server, head + std::string(60'000, 'a') + "\r\n\r\n").status, 200);
  std::string many = "GET /hello HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 99; ++i) many += "X: a\r\n";
  EXPECT_EQ(ask(server, many + "\r\n").status, 200);
  EXPECT_EQ(ask(server, many + "X: a\r\n\r\n").status, 431);
}

TEST_F(ServerTest, ResponseHeadersCannotBeInjected) {
  server.router.add("GET", "/inject", [](Request& request) -> awaitable<Response> {
    co_return text_response(200, "x").with("X-Name", std::string(request.query.get("v")));
  });
  server.start();
  EXPECT_EQ(ask(server, "GET /inject?v=fine HTTP/1.1\r\nHost: h\r\n\r\n").headers.get("X-Name"), "fine");
  for (const char* bad : {"a%0D%0ASet-Cookie:%20x", "a%0Ab", "a%01", "a%7F"}) {
    RawResponse response = ask(server, std::string("GET /inject?v=") + bad + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(response.status, 500) << bad;
    EXPECT_FALSE(response.headers.has("Set-Cookie")) << bad;
  }
}

TEST_F(ServerTest, WorkOnThePoolReturnsItsResultAndItsErrors) {
  server.router.add("GET", "/pool/{what}", [&pool = server.pool](Request& request) -> awaitable<Response> {
    auto on_thread = std::this_thread::get_id();
    auto work = [&] {
      if (request.param("what") == "fail") throw base::Error(base::ErrorKind::storage_full, "full");
      return std::this_thread::get_id() != on_thread ? std::string("elsewhere") : std::string("here");
    };
    std::string where = co_await on_pool(pool, work);
    bool ran = false;
    auto nothing = [&ran] { ran = true; };
    co_await on_pool(pool, nothing);
    bool back = std::this_thread::get_id() == on_thread;
    co_return text_response(200, where + (ran ? " ran" : "") + (back ? " back" : ""));
  });
  server.start();
  EXPECT_EQ(ask(server, "GET /pool/x HTTP/1.1\r\nHost: h\r\n\r\n").body, "elsewhere ran back");
  EXPECT_EQ(ask(server, "GET /pool/fail HTTP/1.1\r\nHost: h\r\n\r\n").status, 507);
}

TEST(ServerWithoutPool, SmallBodiesNeedNoneAndWorkIsRefused) {
  TestServer server(0);  // a pool that takes nothing
  server.router.add("POST", "/echo", echo);
  server.router.add("GET", "/pool", [&pool = server.pool](Request&) -> awaitable<Response> {
    auto work = [] { return 1; };
    co_await on_pool(pool, work);
    co_return empty_response();
  });
  server.start();
  EXPECT_EQ(ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{\"a\":1}").body, "{\"a\":1}");
  EXPECT_EQ(ask(server, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n").body,
            "a");
  RawResponse busy = ask(server, "GET /pool HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.get("Retry-After"), "1");
}

TEST_F(ServerTest, ListensOnIpv6AndRefusesWrongAddresses) {
  server.options.listen = "[::1]:0";
  server.start();
  EXPECT_TRUE(server.address.starts_with("[::1]:")) << server.address;
  EXPECT_EQ(ask(server, "GET /params/a HTTP/1.1\r\nHost: [::1]\r\n\r\n").body, "a|::1|/params/{x}");
  auto kind = [&](const std::string& listen, const std::string& cert = "") {
    ServerOptions options;
    options.listen = listen;
    options.tls_cert = cert;
    Server other(server.router, server.pool, options);
    return error_of([&] { other.start(); }).kind();
  };
  EXPECT_EQ(kind(server.address), base::ErrorKind::unavailable);
  EXPECT_EQ(kind("8000"), base::ErrorKind::invalid_argument);
  EXPECT_EQ(kind("host:"), base::ErrorKind::invalid_argument);
  EXPECT_EQ(kind("no.such.host.invalid:0"), base::ErrorKind::invalid_argument);
  EXPECT_EQ(kind("127.0.0.1:0", "/nonexistent"), base::ErrorKind::invalid_argument);
}

TEST_F(ServerTest, CountsWhatItDoes) {
  server.start();
  ask(server, "GET /params/secret-name HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  ask(server, "GET /nowhere/secret-name HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  ask(server, "BREW /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  server.server->stop(std::chrono::seconds(5));
  std::string text = server.metrics.render();
  EXPECT_NE(text.find("boathouse_http_requests_total{method=\"GET\",route=\"/params/{x}\",status=\"200\"} 1"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("boathouse_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1"),
            std::string::npos);
  EXPECT_NE(text.find("boathouse_http_requests_total{method=\"other\",route=\"none\",status=\"405\"} 1"),
            std::string::npos);
  EXPECT_NE(text.find("boathouse_http_request_duration_seconds_count{route=\"/params/{x}\"} 1"), std::string::npos);
  EXPECT_NE(text.find("boathouse_http_connections 0"), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.find("BREW"), std::string::npos);
}

}  // namespace
}  // namespace boathouse::net
