// SPDX-License-Identifier: Apache-2.0
#include "auth/srp.h"

#include <openssl/bn.h>

#include <memory>

#include "auth/hmac.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

constexpr std::size_t kMostHexDigits = 768;  // 3072 bits
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kSecretBytes = 128;
constexpr std::size_t kKeyBytes = 16;
constexpr std::string_view kKeyInfo = "Caldera Derived Key";

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
struct FreeContext {
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
using Context = std::unique_ptr<BN_CTX, FreeContext>;

void must(bool done) {
  if (!done) throw base::Error(base::ErrorKind::internal, "OpenSSL cannot calculate.");
}

Number number() {
  Number made(BN_new());
  must(made != nullptr);
  return made;
}

Number from_bytes(std::string_view bytes) {
  Number made(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  must(made != nullptr);
  return made;
}

Number parse(std::string_view hex) {
  BIGNUM* made = nullptr;
  must(BN_hex2bn(&made, std::string(hex).c_str()) == static_cast<int>(hex.size()));
  return Number(made);
}

std::string bytes_of(const Number& value) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
  BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string hex_of(const Number& value) { return base::to_hex(bytes_of(value)); }

// The bytes with a zero before a first one that would read as a sign.
std::string padded(std::string bytes) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) >= 0x80) bytes.insert(bytes.begin(), '\0');
  return bytes;
}
std::string padded(const Number& value) { return padded(bytes_of(value)); }

// A hash of two numbers as a number.
Number hash_of(const Number& left, const Number& right) {
  return from_bytes(base::sha256(padded(left) + padded(right)));
}

// The group's arithmetic. Made for each calculation: it is cheap beside one power.
class Group {
 public:
  Group() : prime_(BN_get_rfc3526_prime_3072(nullptr)), generator_(parse("02")), context_(BN_CTX_new()) {
    must(prime_ != nullptr && context_ != nullptr);
    multiplier_ = hash_of(prime_, generator_);
  }

  const Number& prime() const { return prime_; }
  const Number& multiplier() const { return multiplier_; }  // k

  Number power(const Number& base, const Number& exponent) const {
    Number result = number();
    BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
    must(BN_mod_exp(result.get(), base.get(), exponent.get(), prime_.get(), context_.get()) == 1);
    return result;
  }
  Number generated(const Number& exponent) const { return power(generator_, exponent); }
  Number product(const Number& left, const Number& right) const {
    Number result = number();
    must(BN_mod_mul(result.get(), left.get(), right.get(), prime_.get(), context_.get()) == 1);
    return result;
  }
  Number sum(const Number& left, const Number& right) const {
    Number result = number();
    must(BN_mod_add(result.get(), left.get(), right.get(), prime_.get(), context_.get()) == 1);
    return result;
  }
  bool is_zero_in(const Number& value) const {
    Number rest = number();
    must(BN_mod(rest.get(), value.get(), prime_.get(), context_.get()) == 1);
    return BN_is_zero(rest.get());
  }

 private:
  Number prime_;
  Number generator_;
  Context context_;
  Number multiplier_;
};

std::string random_of(std::size_t size) {
  std::string bytes(size, '\0');
  base::random_bytes({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace

SrpVerifier make_srp_verifier(std::string_view pool, std::string_view user, std::string_view password) {
  // The client reads the salt as a number, so it has no zero in front.
  Number salt = from_bytes(random_of(kSaltBytes));
  std::string secret = std::string(pool) + std::string(user) + ":" + std::string(password);
  Number x = from_bytes(base::sha256(padded(salt) + base::sha256(secret)));
  return {.salt = hex_of(salt), .verifier = hex_of(Group().generated(x))};
}

SrpServerKey make_srp_server_key(const SrpVerifier& verifier) {
  Group group;
  Number secret = from_bytes(random_of(kSecretBytes));
  Number shown = group.sum(group.product(group.multiplier(), parse(verifier.verifier)), group.generated(secret));
  return {.secret = hex_of(secret), .shown = hex_of(shown)};
}

bool is_srp_client_key(std::string_view hex) {
  bool is_hex = hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (hex.empty() || hex.size() > kMostHexDigits || !is_hex) return false;
  Group group;
  Number key = parse(hex);
  return !group.is_zero_in(key) && BN_cmp(key.get(), group.prime().get()) < 0;
}

std::optional<std::string> srp_session_key(const SrpVerifier& verifier, const SrpServerKey& server,
                                           std::string_view client_key) {
  Group group;
  Number a = parse(client_key);
  Number u = hash_of(a, parse(server.shown));
  if (BN_is_zero(u.get())) return std::nullopt;
  Number shared = group.power(group.product(a, group.power(parse(verifier.verifier), u)), parse(server.secret));
  std::string extracted = hmac_sha256(padded(u), padded(shared));
  return hmac_sha256(extracted, std::string(kKeyInfo) + '\x01').substr(0, kKeyBytes);
}

std::string srp_claim(std::string_view session_key, std::string_view pool, std::string_view user,
                      std::string_view secret_block, std::string_view timestamp) {
  std::string message(pool);
  message.append(user).append(secret_block).append(timestamp);
  return hmac_sha256(session_key, message);
}

}  // namespace boathouse::auth
