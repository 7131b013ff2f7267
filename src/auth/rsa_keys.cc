// SPDX-License-Identifier: Apache-2.0
#include "auth/rsa_keys.h"

#include <boost/json/array.hpp>

#include "auth/rsa.h"

namespace boathouse::auth {

RsaSigningKey RsaKeys::signing_key() const {
  Key key = keys_.newest(KeyKind::rsa);
  return {.id = std::move(key.id), .private_pem = std::move(key.material)};
}

std::optional<std::string> RsaKeys::verifying_key(std::string_view id) const {
  auto key = keys_.find(KeyKind::rsa, id);
  return key ? std::optional(rsa_public_pem(key->material)) : std::nullopt;
}

boost::json::object RsaKeys::jwks() const {
  boost::json::array list;
  for (const Key& key : keys_.keys(KeyKind::rsa)) list.push_back(rsa_jwk(key.material, key.id));
  return {{"keys", std::move(list)}};
}

}  // namespace boathouse::auth
