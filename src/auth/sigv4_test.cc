// SPDX-License-Identifier: Apache-2.0
// Requests signed by botocore with a clock that stood still, and AWS's own published examples.
#include "auth/sigv4.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth::sigv4 {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr base::Micros kJune = 1'717'245'000 * base::kSecond;    // 2024-06-01T12:30:00Z
constexpr base::Micros kAugust = 1'440'938'160 * base::kSecond;  // 2015-08-30T12:36:00Z
constexpr const char* kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// A signed request that owns its texts.
struct Signed {
  std::string method{};
  std::string path{};
  std::string query{};
  Headers headers{};
  std::string service{};
  PathStyle style = PathStyle::other;
  std::string hash = kEmptyHash;
  base::Micros now = kJune;

  Request request() const { return {method, path, query, headers}; }
  void set(const std::string& name, const std::string& value) {
    for (auto& [key, held] : headers) {
      if (key == name) held = value;
    }
  }
};

// "" for a request that passes; the code of what is wrong with it otherwise; "unsigned" where it claims nothing.
std::string judged(const Signed& given) {
  try {
    auto claim = read_claim(given.request());
    if (!claim) return "unsigned";
    check(given.request(), *claim, kSecret, given.service, given.style, given.hash, given.now);
    return "";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::unauthenticated);
    return std::string(error.code());
  }
}

std::string authorization(const std::string& scope, const std::string& headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=" + scope + "/aws4_request, SignedHeaders=" + headers +
         ", Signature=" + signature;
}

Signed cognito() {
  return {
      .method = "POST",
      .path = "/cognito-idp/",
      .headers = {{"Host", "127.0.0.1:8000"},
                  {"Content-Type", "application/x-amz-json-1.1"},
                  {"X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools"},
                  {"X-Amz-Date", "20240601T123000Z"},
                  {"Authorization", authorization("BHAKEXAMPLE/20240601/us-east-1/cognito-idp",
                                                  "content-type;host;x-amz-date;x-amz-target",
                                                  "36d7eb8eaefb1352c0a87f2c8570665df276968cf1ee379a1fa832b500eba993")}},
      .service = "cognito-idp",
      .hash = base::to_hex(base::sha256(R"({"MaxResults":10})"))};
}

Signed s3_put() {
  const std::string hash = base::to_hex(base::sha256("id\n1\n"));
  return {.method = "PUT",
          .path = "/bucket/a%20key//with%2Bplus/%C3%A4.csv",
          .headers = {{"Host", "127.0.0.1:9000"},
                      {"X-Amz-Date", "20240601T123000Z"},
                      {"X-Amz-Content-SHA256", hash},
                      {"Authorization",
                       authorization("BHAKEXAMPLE/20240601/us-east-1/s3", "host;x-amz-content-sha256;x-amz-date",
                                     "12958677538906b534f940e98ce5bdc10575d0dbbc535f312e6930668a969645")}},
          .service = "s3",
          .style = PathStyle::s3,
          .hash = hash};
}

Signed s3_presigned() {
  return {
      .method = "GET",
      .path = "/bucket/key%20one",
      .query =
          "response-content-type=text%2Fcsv&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=BHAKEXAMPLE%2F20240601%2F"
          "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20240601T123000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
          "X-Amz-Signature=98f7dca757af3ee24ce2d77abbe8510435563797e33328e487dc83eadd977531",
      .headers = {{"Host", "127.0.0.1:9000"}},
      .service = "s3",
      .style = PathStyle::s3,
      .hash = std::string(kUnsignedPayload)};
}

Signed published(const std::string& query, Headers extra, const std::string& names, const std::string& signature) {
  Signed made{
      .method = "GET", .path = "/", .query = query, .headers = std::move(extra), .service = "service", .now = kAugust};
  made.headers.insert(made.headers.end(),
                      {{"Host", "example.amazonaws.com"},
                       {"X-Amz-Date", "20150830T123600Z"},
                       {"Authorization", authorization("AKIDEXAMPLE/20150830/us-east-1/service", names, signature)}});
  return made;
}

TEST(SigV4Test, TakesWhatBotocoreSigns) {
  EXPECT_EQ(judged(cognito()), "");
  EXPECT_EQ(judged(s3_put()), "");
  EXPECT_EQ(judged(s3_presigned()), "");
  EXPECT_EQ(
      judged({.method = "GET",
              .path = "/bucket",
              .query = "prefix=data%2F&list-type=2&delimiter=%2F&continuation-token=a%2Bb%3D",
              .headers = {{"host", "127.0.0.1:9000"},
                          {"x-amz-date", "20240601T123000Z"},
                          {"x-amz-content-sha256", kEmptyHash},
                          {"authorization",
                           authorization("BHAKEXAMPLE/20240601/us-east-1/s3", "host;x-amz-content-sha256;x-amz-date",
                                         "9b50710e3a7021999ba683d63e90b59e1fbf27ee982e937163fce1b8f4c3a242")}},
              .service = "s3",
              .style = PathStyle::s3}),
      "");
}

TEST(SigV4Test, OtherServicesNormalizePathsAndEncodeThemOnceMore) {
  EXPECT_EQ(
      judged({.method = "GET",
              .path = "/a%20b//c/../d/",
              .query = "b=2&a=%2F1&a=x%20y&empty=",
              .headers = {{"Host", "example.org"},
                          {"X-Amz-Meta", "  two   blanks  "},
                          {"X-Amz-Date", "20240601T123000Z"},
                          {"Authorization",
                           authorization("BHAKEXAMPLE/20240601/eu-west-1/execute-api", "host;x-amz-date;x-amz-meta",
                                         "83a16587361de1deecab1d43fdad0c810bbee631f1b06bcd3b8345e631dc0e4b")}},
              .service = "execute-api"}),
      "");
}

TEST(SigV4Test, TakesThePublishedExamples) {
  EXPECT_EQ(
      judged(published("", {}, "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")),
      "");
  EXPECT_EQ(judged(published("Param2=value2&Param1=value1", {}, "host;x-amz-date",
                             "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")),
            "");
  EXPECT_EQ(judged(published("", {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
                             "host;my-header1;my-header2;x-amz-date",
                             "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")),
            "");
}

TEST(SigV4Test, NothingThatIsSignedMayChange) {
  Signed changed = cognito();
  changed.method = "PUT";
  EXPECT_EQ(judged(changed), "signature-mismatch");
  changed = cognito();
  changed.path = "/cognito-idp";
  EXPECT_EQ(judged(changed), "signature-mismatch");
  changed = cognito();
  changed.query = "a=1";
  EXPECT_EQ(judged(changed), "signature-mismatch");
  for (const char* name : {"Host", "Content-Type", "X-Amz-Target"}) {
    changed = cognito();
    changed.set(name, "another");
    EXPECT_EQ(judged(changed), "signature-mismatch") << name;
  }
  changed = cognito();
  changed.hash = kEmptyHash;
  EXPECT_EQ(judged(changed), "signature-mismatch");
  changed = s3_presigned();
  changed.query += "&response-content-encoding=gzip";
  EXPECT_EQ(judged(changed), "signature-mismatch");
}

TEST(SigV4Test, HoldsForAQuarterOfAnHourEitherWayOrAsLongAsItWasPresigned) {
  Signed given = cognito();
  for (base::Micros off : {-kMostSkew, kMostSkew}) {
    given.now = kJune + off;
    EXPECT_EQ(judged(given), "") << off;
    given.now += off > 0 ? 1 : -1;
    EXPECT_EQ(judged(given), "signature-expired") << off;
  }
  given = s3_presigned();
  given.now = kJune + 900 * base::kSecond;
  EXPECT_EQ(judged(given), "");
  given.now += 1;
  EXPECT_EQ(judged(given), "signature-expired");
}

TEST(SigV4Test, IsForOneService) {
  Signed given = cognito();
  given.service = "s3";
  EXPECT_EQ(judged(given), "wrong-scope");
}

TEST(SigV4Test, WhatIsNotCoveredIsRefused) {
  Signed given = cognito();
  given.headers.emplace_back("X-Amz-Copy-Source", "/elsewhere");
  EXPECT_EQ(judged(given), "headers-not-signed");
  given = cognito();
  given.set("Authorization", authorization("BHAKEXAMPLE/20240601/us-east-1/cognito-idp", "x-amz-date;x-amz-target",
                                           std::string(64, 'a')));
  EXPECT_EQ(judged(given), "signature-malformed");
}

TEST(SigV4Test, WhatCannotBeUnderstoodIsSaid) {
  const std::string scope = "K/20240601/r/s", hex(64, 'a');
  for (const std::string& header :
       {std::string("AWS4-HMAC-SHA256"), std::string("AWS4-HMAC-SHA256 Credential"),
        authorization("K/20240601/r", "host", hex), authorization("/20240601/r/s", "host", hex),
        authorization(scope, "x;host", hex), authorization(scope, "host;x-amz-date", "short"),
        authorization(scope, "host;x-amz-date", std::string(64, 'G')),
        authorization("K/20240602/r/s", "host;x-amz-date;x-amz-target", hex)}) {
    Signed given = cognito();
    given.set("Authorization", header);
    EXPECT_EQ(judged(given), "signature-malformed") << header;
  }
  Signed given = cognito();
  given.set("X-Amz-Date", "yesterday");
  EXPECT_EQ(judged(given), "signature-undated");
  for (const char* seconds : {"", "0", "604801", "9x", "-5"}) {
    given = s3_presigned();
    given.query.replace(given.query.find("Expires=900"), 11, std::string("Expires=") + seconds);
    EXPECT_EQ(judged(given), "signature-malformed") << seconds;
  }
}

TEST(SigV4Test, OtherCredentialsAreNoClaim) {
  Signed given = cognito();
  given.set("Authorization", "Bearer abc");
  EXPECT_EQ(judged(given), "unsigned");
  given.headers.clear();
  EXPECT_EQ(judged(given), "unsigned");
}

}  // namespace
}  // namespace boathouse::auth::sigv4
