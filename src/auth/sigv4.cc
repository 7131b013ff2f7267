// SPDX-License-Identifier: Apache-2.0
#include "auth/sigv4.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/hmac.h"
#include "auth/sigv4_canonical.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::auth::sigv4 {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kMostSignedHeaders = 100;
constexpr base::Micros kLongestLifetime = 7 * base::kDay;

Error malformed(std::string message) {
  return Error(ErrorKind::unauthenticated, std::move(message)).code("signature-malformed");
}

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "20240601T123000Z".
std::optional<base::Micros> parse_timestamp(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::string spelled(text.substr(0, 4));
  spelled.append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 5)).append(":");
  spelled.append(text.substr(11, 2)).append(":").append(text.substr(13, 3));
  return base::parse_rfc3339(spelled);
}

// Key id and scope.
void read_credential(std::string_view text, Claim& claim) {
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 5 || parts[0].empty() || parts[1].size() != 8 || parts[2].empty() || parts[3].empty() ||
      parts[4] != kTerminator) {
    throw malformed("The Credential of a signature is <access key id>/<YYYYMMDD>/<region>/<service>/aws4_request.");
  }
  claim.key = base::AccessKeyId(parts[0]);
  claim.date = parts[1];
  claim.region = parts[2];
  claim.service = parts[3];
}

void read_signed_headers(std::string_view text, Claim& claim) {
  claim.signed_headers = split(text, ';');
  if (claim.signed_headers.size() > kMostSignedHeaders ||
      !std::is_sorted(claim.signed_headers.begin(), claim.signed_headers.end())) {
    throw malformed("The SignedHeaders of a signature are at most 100 names in lower case, sorted.");
  }
}

bool covers(const Claim& claim, const std::string& header) {
  return std::binary_search(claim.signed_headers.begin(), claim.signed_headers.end(), header);
}

// What a request carries unsigned, anybody may have put there on its way.
void require_coverage(const Request& request, const Claim& claim) {
  if (!covers(claim, "host")) throw malformed("The signature does not cover the header host.");
  for (const auto& [name, value] : request.headers) {
    std::string folded = base::fold_case(name);
    if (folded.starts_with("x-amz-") && !covers(claim, folded)) {
      throw Error(ErrorKind::unauthenticated, "The signature does not cover the header " + folded + ".")
          .code("headers-not-signed");
    }
  }
}

void read_time(std::string_view text, Claim& claim) {
  auto at = parse_timestamp(text);
  if (!at) {
    throw Error(ErrorKind::unauthenticated, "A signed request needs X-Amz-Date, as YYYYMMDDTHHMMSSZ.")
        .code("signature-undated");
  }
  claim.timestamp = text;
  claim.at = *at;
}

// "AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..", in any order.
Claim read_header(const Request& request, std::string_view header) {
  Claim claim;
  std::string credential, signed_headers;
  for (const std::string& part : split(header.substr(kAlgorithm.size()), ',')) {
    std::string_view item = trim(part);
    std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) throw malformed("The Authorization header is not understood.");
    std::string_view name = item.substr(0, equals);
    std::string_view value = item.substr(equals + 1);
    if (name == "Credential") credential = value;
    if (name == "SignedHeaders") signed_headers = value;
    if (name == "Signature") claim.signature = value;
  }
  read_credential(credential, claim);
  read_signed_headers(signed_headers, claim);
  read_time(header_value(request, "x-amz-date").value_or(""), claim);
  return claim;
}

// X-Amz-Algorithm, X-Amz-Credential.. in the query.
Claim read_query(const Request& request) {
  Claim claim;
  auto value = [&](std::string_view name) { return query_value(request.query, name).value_or(""); };
  read_credential(value("X-Amz-Credential"), claim);
  read_signed_headers(value("X-Amz-SignedHeaders"), claim);
  read_time(value("X-Amz-Date"), claim);
  claim.signature = value("X-Amz-Signature");
  const std::int64_t seconds = base::parse_number<std::int64_t>(value("X-Amz-Expires")).value_or(0);
  if (seconds < 1 || seconds > kLongestLifetime / base::kSecond) {
    throw malformed("X-Amz-Expires must be from 1 to 604800 seconds.");
  }
  claim.lifetime = seconds * base::kSecond;
  return claim;
}

void check_time(const Claim& claim, base::Micros now) {
  bool early = claim.at > now + kMostSkew;
  bool late = now > claim.at + claim.lifetime.value_or(kMostSkew);
  if (!early && !late) return;
  if (late && claim.lifetime) {
    throw Error(ErrorKind::unauthenticated, fmt::format("Request has expired: it was signed at {} for {} seconds.",
                                                        claim.timestamp, *claim.lifetime / base::kSecond))
        .code("signature-expired");
  }
  throw Error(ErrorKind::unauthenticated, "The signature is of " + claim.timestamp +
                                              ", which is too far from the server's time, " + base::to_rfc3339(now) +
                                              ".")
      .code("signature-expired");
}

}  // namespace

std::optional<Claim> read_claim(const Request& request) {
  std::optional<Claim> claim;
  auto header = header_value(request, "authorization");
  if (header && header->starts_with(kAlgorithm)) {
    claim = read_header(request, *header);
  } else if (query_value(request.query, "X-Amz-Algorithm") == kAlgorithm) {
    claim = read_query(request);
  }
  if (!claim) return std::nullopt;
  if (!is_hex_digest(claim->signature)) throw malformed("The Signature must have 64 hex digits.");
  if (claim->date != claim->timestamp.substr(0, 8)) {
    throw malformed("The date of the Credential is not that of X-Amz-Date.");
  }
  require_coverage(request, *claim);
  return claim;
}

void check(const Request& request, const Claim& claim, std::string_view secret, std::string_view service,
           PathStyle style, std::string_view payload_hash, base::Micros now) {
  if (claim.service != service) {
    throw Error(ErrorKind::unauthenticated,
                "The signature is for the service " + claim.service + ", not " + std::string(service) + ".")
        .code("wrong-scope");
  }
  check_time(claim, now);
  std::string text = std::string(kAlgorithm) + "\n" + claim.timestamp + "\n" + claim.scope() + "\n" +
                     base::to_hex(base::sha256(canonical_request(request, claim, style, payload_hash)));
  if (is_same_secret(sign(signing_key(secret, claim), text), claim.signature)) return;
  throw Error(ErrorKind::unauthenticated,
              "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
              "Access Key and signing method.")
      .code("signature-mismatch");
}

std::string signing_key(std::string_view secret, const Claim& claim) {
  std::string key = hmac_sha256("AWS4" + std::string(secret), claim.date);
  key = hmac_sha256(key, claim.region);
  key = hmac_sha256(key, claim.service);
  return hmac_sha256(key, kTerminator);
}

std::string sign(std::string_view key, std::string_view text) { return base::to_hex(hmac_sha256(key, text)); }

std::string canonical_request(const Request& request, const Claim& claim, PathStyle style,
                              std::string_view payload_hash) {
  std::string headers, names;
  for (const std::string& name : claim.signed_headers) {
    headers += name + ":" + canonical_value(request, name) + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  std::string text(request.method);
  text.append("\n").append(canonical_path(request.path, style == PathStyle::s3));
  text.append("\n").append(canonical_query(request.query));
  text.append("\n").append(headers).append("\n").append(names).append("\n").append(payload_hash);
  return text;
}

}  // namespace boathouse::auth::sigv4
