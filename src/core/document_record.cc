// SPDX-License-Identifier: Apache-2.0
#include "core/document_record.h"

#include "base/error.h"
#include "landing/little_endian.h"

namespace boathouse::core {
namespace {

constexpr std::uint8_t kVersion = 1;

template <class Number>
void append_number(std::string& out, Number value) {
  std::size_t at = out.size();
  out.resize(at + sizeof value);
  landing::put_little_endian(out.data() + at, value);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  Number number() {
    return landing::get_little_endian<Number>(take(sizeof(Number)).data());
  }
  std::string_view text() { return take(number<std::uint32_t>()); }

 private:
  std::string_view take(std::size_t size) {
    if (bytes_.size() - at_ < size) {
      throw base::Error(base::ErrorKind::internal, "a record of the landing log does not hold documents");
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

DocumentHead read_head(Reader& reader) {
  if (reader.number<std::uint8_t>() != kVersion) {
    throw base::Error(base::ErrorKind::internal, "a record of the landing log is of a later version");
  }
  DocumentHead head;
  head.received_at = static_cast<base::Micros>(reader.number<std::uint64_t>());
  head.documents = reader.number<std::uint32_t>();
  for (std::string_view* text :
       {&head.workspace, &head.table, &head.principal, &head.request, &head.key_scope, &head.key, &head.body_hash}) {
    *text = reader.text();
  }
  return head;
}

}  // namespace

std::string encode(const DocumentRecord& record) {
  const DocumentHead& head = record.head;
  std::size_t size = 128;
  for (const StoredDocument& document : record.documents) size += document.id.size() + document.text.size() + 8;
  std::string out;
  out.reserve(size + head.table.size() + head.key_scope.size() + head.key.size() + head.body_hash.size());
  append_number(out, kVersion);
  append_number(out, static_cast<std::uint64_t>(head.received_at));
  append_number(out, static_cast<std::uint32_t>(record.documents.size()));
  for (std::string_view text :
       {head.workspace, head.table, head.principal, head.request, head.key_scope, head.key, head.body_hash}) {
    append_text(out, text);
  }
  for (const StoredDocument& document : record.documents) {
    append_text(out, document.id);
    append_text(out, document.text);
  }
  return out;
}

DocumentRecord decode(std::string_view payload) {
  Reader reader(payload);
  DocumentRecord record{.head = read_head(reader), .documents = {}};
  for (std::uint32_t i = 0; i < record.head.documents; ++i) {
    std::string_view id = reader.text();
    record.documents.push_back({.id = id, .text = reader.text()});
  }
  return record;
}

DocumentHead decode_head(std::string_view payload) {
  Reader reader(payload);
  return read_head(reader);
}

}  // namespace boathouse::core
