// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <thread>

#include "net/test_support.h"
#include "net/url.h"

namespace boathouse::net {
namespace {

using boost::asio::awaitable;
using testing::error_of;
using testing::RawClient;
using testing::TestServer;
using namespace std::chrono_literals;

// A self-signed certificate for 127.0.0.1 and localhost, with its key.
void write_certificate(const std::string& certificate_file, const std::string& key_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  FILE* out = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

awaitable<Response> describe(Request& request) {
  std::string all;
  ChunkConsumer gather = [&all](std::string_view bytes) { all += bytes; };
  co_await request.body.receive(gather);
  std::string text = request.method + " " + request.target + " " + std::string(request.headers.get("X-Tag")) + " " +
                     (request.secure ? "tls " : "plain ") + std::to_string(all.size()) + " " +
                     std::to_string(std::hash<std::string>{}(all));
  co_return text_response(request.query.has("fail") ? 418 : 200, std::move(text));
}

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : folder(std::filesystem::temp_directory_path(), "net-test-") {
    server.router.add("GET", "/x", describe);
    server.router.add("POST", "/x", describe);
    server.router.add("PUT", "/x", describe);
  }
  std::string file(const std::string& name, const std::string& content) {
    std::string path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string hash(const std::string& text) {
    return std::to_string(text.size()) + " " + std::to_string(std::hash<std::string>{}(text));
  }

  base::TemporaryFolder folder;
  TestServer server;
};

TEST(Url, SplitsWhatItTakes) {
  Url url = parse_url("HTTP://h.example:8000/a%20b?c=d#e");
  EXPECT_FALSE(url.tls);
  EXPECT_EQ(url.host, "h.example");
  EXPECT_EQ(url.port, "8000");
  EXPECT_EQ(url.target, "/a%20b?c=d");
  EXPECT_EQ(url.authority(), "h.example:8000");
  EXPECT_EQ(parse_url("https://h").authority(), "h");
  EXPECT_EQ(parse_url("https://h").port, "443");
  EXPECT_EQ(parse_url("http://h?x").target, "/?x");
  EXPECT_EQ(parse_url("http://[::1]:81/").host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:81/").authority(), "[::1]:81");
  for (const char* bad : {"", "h", "ftp://h/", "http://", "http:///x", "http://h:x/", "http://h:1:2/", "http://u@h/",
                          "http://[::1", "http://h /", "http://h/\r\nX: y"}) {
    EXPECT_EQ(error_of([&] { parse_url(bad); }).kind(), base::ErrorKind::invalid_argument) << bad;
  }
}

TEST_F(ClientTest, SendsTextsAndFiles) {
  server.start();
  ClientRequest request{.method = "POST", .url = server.url("/x?a=b"), .headers = {}, .body = "hello"};
  request.headers.add("X-Tag", "tag");
  ClientResponse response = fetch(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.body, "POST /x?a=b tag plain " + hash("hello"));
  std::string content(7'654'321, 'x');
  request.method = "PUT";
  request.body = UploadFile{file("upload", content)};
  EXPECT_EQ(fetch(request).body, "PUT /x?a=b tag plain " + hash(content));
  EXPECT_EQ(fetch({.url = server.url("/x")}).body, "GET /x  plain " + hash(""));
  EXPECT_EQ(fetch({.method = "HEAD", .url = server.url("/x")}).body, "");
  EXPECT_EQ(fetch({.url = server.url("/nowhere")}).status, 404);
  request.headers.add("X-Bad", "a\r\nb");
  EXPECT_EQ(error_of([&] { fetch(request); }).kind(), base::ErrorKind::invalid_argument);
}

TEST_F(ClientTest, StreamsAnswersToASinkUnlessTheyAreErrors) {
  std::string big(3'000'000, 'y');
  server.router.add("GET", "/big", [&big](Request&) -> awaitable<Response> { co_return text_response(200, big); });
  server.start();
  std::string sunk;
  ResponseSink sink = [&sunk](std::string_view bytes) { sunk += bytes; };
  EXPECT_EQ(fetch({.url = server.url("/big")}, {}, sink).body, "");
  EXPECT_TRUE(sunk == big);
  sunk.clear();
  EXPECT_TRUE(fetch({.url = server.url("/x?fail")}, {}, sink).body.starts_with("GET /x?fail"));
  EXPECT_EQ(sunk, "");
  ResponseSink full = [](std::string_view) { throw base::Error(base::ErrorKind::storage_full, "full"); };
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/big")}, {}, full); }).kind(), base::ErrorKind::storage_full);
}

TEST_F(ClientTest, HearsARefusalWhileItIsStillSending) {
  server.router.add("POST", "/refuse", [](Request&) -> awaitable<Response> {
    throw base::Error(base::ErrorKind::permission_denied, "no");
    co_return Response();
  });
  server.start();
  EXPECT_EQ(fetch({.method = "POST", .url = server.url("/refuse"), .headers = {}, .body = std::string(30'000'000, 'z')})
                .status,
            403);
}

TEST_F(ClientTest, SaysWhyThereIsNoAnswer) {
  server.options.timeouts.write = 100ms;
  server.router.add("GET", "/slow", [](Request&) -> awaitable<Response> {
    struct Slow : BodySource {
      std::size_t read(std::span<char> into) override {
        std::this_thread::sleep_for(300ms);
        into[0] = 'x';
        return 1;
      }
    };
    co_return source_response(200, std::make_unique<Slow>(), "text/plain", 3);
  });
  server.router.add("GET", "/breaks", [](Request&) -> awaitable<Response> {
    struct Breaks : BodySource {
      std::size_t count = 0;
      std::size_t read(std::span<char> into) override {
        if (++count > 2) throw std::runtime_error("broken");
        return into.size();
      }
    };
    co_return source_response(200, std::make_unique<Breaks>(), "text/plain");
  });
  server.start();
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/slow")}, {.idle_timeout = 100ms}); }).kind(),
            base::ErrorKind::timeout);
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/breaks")}); }).kind(), base::ErrorKind::unavailable);
  std::string url = server.url("/x");
  server.server->stop(5s);
  base::Error gone = error_of([&] { fetch({.url = url}); });
  EXPECT_EQ(gone.kind(), base::ErrorKind::unavailable);
  EXPECT_NE(gone.message().find(server.address), std::string::npos) << gone.message();
  EXPECT_EQ(error_of([&] { fetch({.url = "http://no.such.host.invalid/"}); }).kind(), base::ErrorKind::unavailable);
}

TEST_F(ClientTest, SpeaksTlsAndVerifies) {
  std::string certificate = folder.path() / "cert.pem";
  std::string key = folder.path() / "key.pem";
  write_certificate(certificate, key);
  server.options.tls_cert = certificate;
  server.options.tls_key = key;
  server.start();
  std::string port = server.address.substr(server.address.rfind(':'));
  ClientOptions trusting{.ca_file = certificate};
  std::string content(2'000'000, 't');
  ClientRequest request{.method = "POST", .url = server.url("/x"), .headers = {}, .body = content};
  EXPECT_EQ(fetch(request, trusting).body, "POST /x  tls " + hash(content));
  EXPECT_EQ(fetch({.url = "https://localhost" + port + "/x"}, trusting).status, 200);
  EXPECT_EQ(fetch({.url = server.url("/x")}, {.verify_tls = false}).status, 200);
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/x")}); }).kind(), base::ErrorKind::unavailable);
  std::string other = folder.path() / "other.pem";
  write_certificate(other, folder.path() / "other.key");
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/x")}, {.ca_file = other}); }).kind(),
            base::ErrorKind::unavailable);
  EXPECT_EQ(error_of([&] { fetch({.url = server.url("/x")}, {.ca_file = file("none.pem", "")}); }).kind(),
            base::ErrorKind::invalid_argument);
  RawClient plain(server.address);
  plain.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.read_all().find("HTTP/"), std::string::npos);
}

TEST_F(ClientTest, TheServerRefusesTlsFilesThatAreWrong) {
  server.options.tls_cert = file("cert.pem", "no certificate");
  server.options.tls_key = server.options.tls_cert;
  EXPECT_EQ(error_of([&] { server.start(); }).kind(), base::ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace boathouse::net
