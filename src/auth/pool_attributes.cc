// SPDX-License-Identifier: Apache-2.0
#include "auth/pool_attributes.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostAttributes = 75;
constexpr std::size_t kMostNameBytes = 64;
constexpr std::size_t kMostValueBytes = 2048;

void check(const std::string& name, const std::string& value) {
  bool named = !name.empty() && name.size() <= kMostNameBytes;
  for (unsigned char c : name) named = named && c > 0x20 && c < 0x7f;
  if (!named)
    throw Error(ErrorKind::invalid_argument, "The name of an attribute has 1 to 64 visible ASCII characters.");
  if (name == "sub") throw Error(ErrorKind::invalid_argument, "The attribute sub cannot be set: it is the user's id.");
  if (value.size() > kMostValueBytes || !base::is_utf8(value)) {
    throw Error(ErrorKind::invalid_argument, "The attribute " + name + " has at most 2048 bytes of UTF-8.");
  }
}

}  // namespace

PoolAttributes attributes_of(const meta::UserRow& user) {
  auto attributes = json::value_to<PoolAttributes>(json::parse(user.attributes));
  attributes["sub"] = user.id.value;
  if (!user.email.empty()) attributes["email"] = user.email;
  return attributes;
}

KeptAttributes change_attributes(const PoolAttributes& now, const PoolAttributes& changes,
                                 const std::vector<std::string>& removed) {
  PoolAttributes after = now;
  after.erase("sub");
  for (const std::string& name : removed) {
    check(name, "");
    after.erase(name);
  }
  for (const auto& [name, value] : changes) {
    check(name, value);
    after[name] = value;
  }
  if (after.size() > kMostAttributes) throw Error(ErrorKind::invalid_argument, "A user has at most 75 attributes.");
  KeptAttributes kept{.email = after["email"]};
  after.erase("email");
  kept.json = json::serialize(json::value_from(after));
  return kept;
}

}  // namespace boathouse::auth
