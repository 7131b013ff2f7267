// SPDX-License-Identifier: Apache-2.0
// Signed requests. The lines of the input are method, path, query, then headers as `name: value`. Whatever is claimed must
// not hold as it came; signed by us over what was read of it, it must, and no longer once a header is changed.
#include "auth/sigv4.h"

#include "base/encoding.h"
#include "base/error.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

namespace sigv4 = auth::sigv4;

constexpr std::string_view kSecret = "a secret that only the fuzzer knows";
constexpr std::string_view kHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string_view take_line(std::string_view& bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  return line;
}

bool holds(const sigv4::Request& request, const sigv4::Claim& claim, sigv4::PathStyle style) {
  try {
    sigv4::check(request, claim, kSecret, claim.service, style, kHash, claim.at);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  auto style = take_byte(bytes) % 2 == 0 ? sigv4::PathStyle::s3 : sigv4::PathStyle::other;
  std::string_view method = take_line(bytes), path = take_line(bytes), query = take_line(bytes);
  std::vector<std::pair<std::string, std::string>> headers;
  while (!bytes.empty()) {
    std::string_view line = take_line(bytes);
    std::size_t colon = std::min(line.find(':'), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  sigv4::Request request{method, path, query, headers};
  auto claim = sigv4::read_claim(request);
  if (!claim) return;
  require(!holds(request, *claim, style), "nobody signs but us");
  std::string canonical = sigv4::canonical_request(request, *claim, style, kHash);
  std::string text =
      "AWS4-HMAC-SHA256\n" + claim->timestamp + "\n" + claim->scope() + "\n" + base::to_hex(base::sha256(canonical));
  claim->signature = sigv4::sign(sigv4::signing_key(kSecret, *claim), text);
  require(holds(request, *claim, style), "what we sign holds");
  headers.emplace_back(claim->signed_headers.front(), "another");
  request.headers = headers;
  require(!holds(request, *claim, style), "a changed header does not hold");
}

}  // namespace boathouse::fuzz
