// SPDX-License-Identifier: Apache-2.0
// The examples that AWS publishes for requests to S3: headers, query, and bodies signed in chunks.
#include <gtest/gtest.h>

#include "auth/sigv4.h"
#include "auth/sigv4_chunks.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth::sigv4 {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr const char* kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr base::Micros kThen = 1'369'353'600 * base::kSecond;  // 2013-05-24T00:00:00Z

struct Example {
  std::string method;
  std::string path;
  std::string query;
  Headers headers;
  std::string names;
  std::string signature;
  std::string hash;
};

std::string judged(Example example, base::Micros now = kThen) {
  example.headers.emplace_back("x-amz-date", "20130524T000000Z");
  example.headers.emplace_back("x-amz-content-sha256", example.hash);
  example.headers.emplace_back("Authorization",
                               "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                               "SignedHeaders=" +
                                   example.names + ",Signature=" + example.signature);
  const Request request{example.method, example.path, example.query, example.headers};
  try {
    check(request, read_claim(request).value(), kSecret, "s3", PathStyle::s3, example.hash, now);
    return "";
  } catch (const base::Error& error) {
    return std::string(error.code());
  }
}

Claim claim_of(const std::string& signature) {
  Claim claim;
  claim.date = "20130524";
  claim.region = "us-east-1";
  claim.service = "s3";
  claim.signature = signature;
  claim.timestamp = "20130524T000000Z";
  return claim;
}

ChunkSignatures chunks_after(const std::string& seed) {
  const Claim claim = claim_of(seed);
  return {claim, signing_key(kSecret, claim)};
}

std::string hash_of(const std::string& bytes) { return base::to_hex(base::sha256(bytes)); }

const Example kGet{"GET",
                   "/test.txt",
                   "",
                   {{"Host", "examplebucket.s3.amazonaws.com"}, {"Range", "bytes=0-9"}},
                   "host;range;x-amz-content-sha256;x-amz-date",
                   "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                   kEmptyHash};

TEST(SigV4S3Test, TakesThePublishedExamples) {
  EXPECT_EQ(judged(kGet), "");
  EXPECT_EQ(judged({"PUT",
                    "/test%24file.text",
                    "",
                    {{"Host", "examplebucket.s3.amazonaws.com"},
                     {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                    "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
                    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}),
            "");
  const Headers host{{"Host", "examplebucket.s3.amazonaws.com"}};
  const std::string names = "host;x-amz-content-sha256;x-amz-date";
  EXPECT_EQ(judged({"GET", "/", "lifecycle", host, names,
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", kEmptyHash}),
            "");
  EXPECT_EQ(judged({"GET", "/", "max-keys=2&prefix=J", host, names,
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", kEmptyHash}),
            "");
}

TEST(SigV4S3Test, OneChangedByteOrAQuarterOfAnHourIsTooMuch) {
  Example changed = kGet;
  changed.headers[1].second = "bytes=0-8";
  EXPECT_EQ(judged(changed), "signature-mismatch");
  changed = kGet;
  changed.path = "/Test.txt";
  EXPECT_EQ(judged(changed), "signature-mismatch");
  EXPECT_EQ(judged(kGet, kThen + kMostSkew), "");
  EXPECT_EQ(judged(kGet, kThen - kMostSkew), "");
  EXPECT_EQ(judged(kGet, kThen + kMostSkew + 1), "signature-expired");
  EXPECT_EQ(judged(kGet, kThen - kMostSkew - 1), "signature-expired");
}

TEST(SigV4S3Test, TakesThePublishedPresignedUrlForItsTime) {
  const Headers headers{{"Host", "examplebucket.s3.amazonaws.com"}};
  const std::string query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_"
      "request"
      "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  const Request request{"GET", "/test.txt", query, headers};
  auto at = [&](base::Micros now) {
    check(request, read_claim(request).value(), kSecret, "s3", PathStyle::s3, kUnsignedPayload, now);
  };
  EXPECT_NO_THROW(at(kThen));
  EXPECT_NO_THROW(at(kThen + base::kDay));
  EXPECT_THROW(at(kThen + base::kDay + 1), base::Error);
}

TEST(SigV4S3Test, TakesThePublishedChunksInTheirOrderOnly) {
  const std::string seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  const std::string first = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
  const std::string second = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
  const std::string last = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
  ChunkSignatures chunks = chunks_after(seed);
  EXPECT_TRUE(chunks.is_next_chunk(hash_of(std::string(65536, 'a')), first));
  EXPECT_TRUE(chunks.is_next_chunk(hash_of(std::string(1024, 'a')), second));
  EXPECT_TRUE(chunks.is_next_chunk(kEmptyHash, last));
  ChunkSignatures again = chunks_after(seed);
  EXPECT_TRUE(again.is_next_chunk(hash_of(std::string(65536, 'a')), first));
  EXPECT_FALSE(again.is_next_chunk(hash_of(std::string(65536, 'a')), first));
  EXPECT_FALSE(chunks_after(seed).is_next_chunk(hash_of(std::string(65535, 'a')), first));
}

TEST(SigV4S3Test, TakesThePublishedTrailer) {
  ChunkSignatures chunks = chunks_after("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  EXPECT_TRUE(chunks.is_next_chunk(hash_of(std::string(65536, 'a')),
                                   "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"));
  EXPECT_TRUE(chunks.is_next_chunk(hash_of(std::string(1024, 'a')),
                                   "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"));
  EXPECT_TRUE(chunks.is_next_chunk(kEmptyHash, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"));
  EXPECT_TRUE(chunks.is_trailer("x-amz-checksum-crc32c:sOO8/Q==\n",
                                "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"));
}

}  // namespace
}  // namespace boathouse::auth::sigv4
