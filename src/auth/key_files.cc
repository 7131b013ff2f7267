// SPDX-License-Identifier: Apache-2.0
#include "auth/key_files.h"

#include <boost/json.hpp>

#include "auth/rsa.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view kSuffix = ".key";

std::string_view label(KeyKind kind) {
  switch (kind) {
    case KeyKind::token: return "boathouse access token key ";
    case KeyKind::sealing: return "boathouse sealing key ";
    case KeyKind::rsa: return "boathouse rsa key ";
  }
  return "";
}

std::string to_text(KeyKind kind, const std::string& material) {
  return kind == KeyKind::rsa ? material : base::to_hex(material);
}

std::optional<std::string> from_text(KeyKind kind, std::string_view text) {
  if (kind != KeyKind::rsa) return base::from_hex(text);
  return is_rsa_key(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

std::optional<Key> parse(KeyKind kind, std::string_view content) {
  boost::system::error_code not_json;
  json::value parsed = json::parse(content, not_json);
  if (not_json || !parsed.is_object()) return std::nullopt;
  auto material = from_text(kind, text_of(parsed.get_object(), "material"));
  auto created_at = base::parse_rfc3339(text_of(parsed.get_object(), "created_at"));
  if (!material || material->size() < kLeastSecretBytes || !created_at) return std::nullopt;
  std::string id = key_id(kind, *material);
  return Key{.id = std::move(id), .material = *std::move(material), .created_at = *created_at};
}

}  // namespace

std::string make_key_material(KeyKind kind) {
  if (kind == KeyKind::rsa) return make_rsa_key();
  std::string secret(kLeastSecretBytes, '\0');
  base::random_bytes({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  return secret;
}

std::string key_id(KeyKind kind, std::string_view material) {
  return base::to_hex(base::sha256(std::string(label(kind)) + std::string(material))).substr(0, 16);
}

std::string key_file_name(KeyKind kind, std::string_view id) {
  return std::string(to_string(kind)) + "-" + std::string(id) + std::string(kSuffix);
}

std::optional<KeyKind> kind_of_key_file(const std::string& name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  return parse_key_kind(std::string_view(name).substr(0, name.find('-')));
}

void write_key_file(const std::filesystem::path& file, KeyKind kind, const Key& key) {
  json::object content{{"created_at", base::to_rfc3339(key.created_at)}, {"material", to_text(kind, key.material)}};
  base::replace_file_durably(file, json::serialize(content) + "\n");
}

Key read_key_file(const std::filesystem::path& file, KeyKind kind) {
  auto key = parse(kind, base::read_file(file));
  if (!key || key_file_name(kind, key->id) != file.filename()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "The file " + file.filename().string() + " in keys/ is damaged: put it back from a backup.");
  }
  return *std::move(key);
}

}  // namespace boathouse::auth
