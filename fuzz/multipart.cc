// SPDX-License-Identifier: Apache-2.0
// multipart/form-data with the boundary `b`, whole and in pieces. A byte of settings, then the body.
#include "base/encoding.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "net/multipart_parser.h"

namespace boathouse::fuzz {
namespace {

// What a consumer hears, written down; pieces of content are joined.
class Record : public net::MultipartConsumer {
 public:
  void begin_part(const net::PartHeader& part) override {
    require(!open_, "a part ends before the next begins");
    require(base::is_utf8(part.name) && base::is_utf8(part.filename.value_or("")), "names are UTF-8");
    open_ = true;
    text += "part " + base::to_hex(part.name) + " " + base::to_hex(part.filename.value_or("-")) + "\n";
  }
  void data(std::string_view bytes) override {
    require(open_ && !bytes.empty(), "content belongs to a part");
    text += base::to_hex(bytes);
  }
  void end_part() override {
    require(open_, "only a part that began ends");
    open_ = false;
    text += "\nend\n";
  }

  std::string text;

 private:
  bool open_ = false;
};

std::string outcome_of(std::string_view body, std::size_t piece) {
  Record record;
  net::MultipartLimits limits{.max_parts = 4, .max_part_header_bytes = 256, .max_field_bytes = 64, .body = {}};
  net::MultipartParser parser("b", limits, record);
  try {
    in_pieces(body, piece, [&](std::string_view bytes) { parser.feed(bytes); });
    parser.finish();
  } catch (const base::Error& error) {
    return "refused";
  }
  return record.text;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  std::size_t piece = 1U + take_byte(bytes) % 64U;
  std::string whole = outcome_of(bytes, std::max<std::size_t>(bytes.size(), 1));
  // Limits are held against what has come, so pieces may refuse what passes as a whole, and the other way about.
  std::string pieces = outcome_of(bytes, piece);
  require(whole == pieces || whole == "refused" || pieces == "refused", "pieces make no difference");
}

}  // namespace boathouse::fuzz
