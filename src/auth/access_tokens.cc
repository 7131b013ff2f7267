// SPDX-License-Identifier: Apache-2.0
#include "auth/access_tokens.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kLeastSecretBytes = 32;
constexpr std::size_t kMostTokenBytes = 8192;

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

void must(int code) {
  if (code != 0) throw base::system_error(code, "An access token cannot be made");
}

// Tells keys apart without telling anything of them.
std::string key_id(std::string_view secret) {
  return base::to_hex(base::sha256("boathouse access token key " + std::string(secret))).substr(0, 16);
}

const unsigned char* bytes_of(const std::string& secret) {
  return reinterpret_cast<const unsigned char*>(secret.data());
}

std::string text_grant(jwt_t* jwt, const char* name) {
  const char* text = jwt_get_grant(jwt, name);
  return text ? text : "";
}

// libjwt takes the algorithm from the token's header, so we look at what it took.
Jwt decode(const std::string& token, const std::string& secret, const std::string& id) {
  jwt_t* decoded = nullptr;
  if (jwt_decode(&decoded, token.c_str(), bytes_of(secret), static_cast<int>(secret.size())) != 0) return nullptr;
  Jwt jwt(decoded);
  const char* kid = jwt_get_header(decoded, "kid");
  bool ours = jwt_get_alg(decoded) == JWT_ALG_HS256 && kid && kid == id;
  return ours ? std::move(jwt) : nullptr;
}

std::string read_secret(const std::filesystem::path& file) {
  auto secret = base::from_hex(base::read_file(file));
  if (!secret) throw Error(ErrorKind::unavailable, "The file " + file.filename().string() + " in keys/ is damaged.");
  return *secret;
}

}  // namespace

AccessTokens::AccessTokens(std::vector<std::string> secrets) {
  for (std::string& secret : secrets) {
    if (secret.size() < kLeastSecretBytes) {
      throw Error(ErrorKind::invalid_argument,
                  "The secret that signs access tokens (BOATHOUSE_JWT_SECRET) needs at least 32 bytes; it has " +
                      std::to_string(secret.size()) + ".");
    }
    std::string id = key_id(secret);
    keys_.push_back({std::move(id), std::move(secret)});
  }
  if (keys_.empty()) throw Error(ErrorKind::invalid_argument, "There is no secret to sign access tokens with.");
}

std::string AccessTokens::issue(const base::UserId& user, std::string_view name, base::Micros now,
                                base::Micros lifetime) const {
  const Key& key = keys_.front();
  jwt_t* made = nullptr;
  must(jwt_new(&made));
  Jwt jwt(made);
  must(jwt_set_alg(made, JWT_ALG_HS256, bytes_of(key.secret), static_cast<int>(key.secret.size())));
  must(jwt_add_header(made, "kid", key.id.c_str()));
  must(jwt_add_grant(made, "sub", user.value.c_str()));
  must(jwt_add_grant(made, "name", std::string(name).c_str()));
  must(jwt_add_grant(made, "jti", base::uuid_v4().c_str()));
  must(jwt_add_grant_int(made, "iat", now / base::kSecond));
  must(jwt_add_grant_int(made, "exp", (now + lifetime) / base::kSecond));
  std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(made), std::free);
  if (!text) throw Error(ErrorKind::internal, "An access token cannot be signed.");
  return text.get();
}

std::optional<AccessClaims> AccessTokens::verify(std::string_view token, base::Micros now) const {
  if (token.size() > kMostTokenBytes || token.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string text(token);
  for (const Key& key : keys_) {
    Jwt jwt = decode(text, key.secret, key.id);
    if (!jwt) continue;
    AccessClaims claims{.user = base::UserId(text_grant(jwt.get(), "sub")),
                        .name = text_grant(jwt.get(), "name"),
                        .issued_at = jwt_get_grant_int(jwt.get(), "iat") * base::kSecond,
                        .expires_at = jwt_get_grant_int(jwt.get(), "exp") * base::kSecond};
    if (claims.user.empty() || claims.expires_at <= now) return std::nullopt;
    return claims;
  }
  return std::nullopt;
}

std::vector<std::string> load_signing_secrets(const std::string& configured, const std::filesystem::path& folder) {
  if (!configured.empty()) return {configured};
  base::make_directories_durably(folder);
  std::filesystem::path current = folder / "access-token.key";
  if (!std::filesystem::exists(current)) {
    std::string secret(kLeastSecretBytes, '\0');
    base::random_bytes({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
    base::replace_file_durably(current, base::to_hex(secret));
  }
  std::vector<std::string> secrets{read_secret(current)};
  if (auto previous = folder / "access-token.previous.key"; std::filesystem::exists(previous)) {
    secrets.push_back(read_secret(previous));
  }
  return secrets;
}

}  // namespace boathouse::auth
