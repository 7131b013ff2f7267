// SPDX-License-Identifier: Apache-2.0
#include <unordered_set>

#include "base/encoding.h"
#include "base/names.h"
#include "batch/bits64.h"
#include "batch/record_reader.h"
#include "batch/staged_spec.h"
#include "batch/text_scanner.h"

namespace boathouse::batch {
namespace {

// The header's names as the options say: none is empty or reserved, and they differ by more than case.
std::vector<std::string> mended(std::vector<std::string> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = "Unnamed: " + std::to_string(i);
    if (is_reserved_column(names[i])) names[i] += "_1";
  }
  return base::unique_names(names);
}

// Follows quotes and record ends. Stretches of 64 bytes without a quote are counted by bits, all others event by event.
class CsvScanner final : public TextScanner {
 public:
  explicit CsvScanner(ScanOptions options) : TextScanner(std::move(options)) {}

 private:
  void scan(std::string_view chunk) override;
  void end() override;
  void describe(ScanSummary& summary) const override;

  void scan_plainly(std::size_t pos, std::uint64_t ends, std::uint64_t terminators);
  void scan_events(std::string_view chunk, std::size_t pos, std::uint64_t events);
  void on_quote(std::uint64_t at, char before);
  void on_terminator(std::string_view chunk, std::uint64_t at, char c, char before);
  void end_record(std::string_view chunk, std::uint64_t at, std::uint64_t next);
  void end_first_record(std::string_view chunk, std::uint64_t at, std::uint64_t next);
  void take_header(std::vector<std::string> fields, std::uint64_t next);
  bool is_header(std::string_view chunk, const CsvFields& first) const;
  void check_length(std::string_view chunk, std::uint64_t at) const;
  TextPosition begin_of_record(std::string_view chunk) const;

  static constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

  // Offsets are of the body.
  std::uint64_t record_begin_ = kNowhere;
  bool in_quotes_ = false;
  std::uint64_t quote_opened_ = 0;
  std::uint64_t quote_closed_ = kNowhere;
  char last_ = '\n';  // of the chunk before; a text begins as after a line end
  // Where the open quote begins, when that was in an earlier chunk. Where the open record began then is marked().
  TextPosition quote_position_;

  bool first_done_ = false;
  std::string first_record_;
  std::size_t field_count_ = 0;
  bool has_header_ = false;
  std::vector<std::string> header_;
  std::uint64_t data_begin_ = 0;
};

void CsvScanner::scan(std::string_view chunk) {
  std::uint64_t base = position().offset();
  if (record_begin_ == kNowhere) record_begin_ = data_begin_ = text_begin();
  for (std::size_t pos = 0; pos < chunk.size(); pos += 64) {
    Bytes64 bytes = bytes64_at(chunk, pos);
    std::uint64_t quotes = bytes.equal('"');
    std::uint64_t cr = bytes.equal('\r');
    std::uint64_t lf = bytes.equal('\n');
    std::uint64_t stop = base + std::min(chunk.size(), pos + 64);
    if (quotes == 0 && in_quotes_) {
      // Whatever is here belongs to a quoted field.
    } else if (quotes == 0 && first_done_ && base + pos != data_begin_ &&
               stop - record_begin_ <= options().max_record_bytes) {
      char before = pos == 0 ? last_ : chunk[pos - 1];
      std::uint64_t ends = cr | (lf & ~(cr << 1 | (before == '\r' ? 1U : 0U)));
      std::uint64_t blank = ends & ((cr | lf) << 1 | (before == '\r' || before == '\n' ? 1U : 0U));
      scan_plainly(pos, ends & ~blank, cr | lf);
    } else {
      scan_events(chunk, pos, quotes | cr | lf);
    }
    check_length(chunk, stop);
  }
  if (!first_done_) {
    std::size_t begin = record_begin_ > base ? static_cast<std::size_t>(record_begin_ - base) : 0;
    first_record_.append(chunk.substr(begin));
  }
  // Kept only where they lie in this chunk: what began earlier is known already.
  if (in_quotes_ && quote_opened_ >= base) quote_position_ = position().at(chunk, quote_opened_ - base);
  if (record_begin_ >= base) mark(record_begin_ - base);
  last_ = chunk.back();
}

// No quote is near, and the header's line end is complete: record ends are counted, not visited.
void CsvScanner::scan_plainly(std::size_t pos, std::uint64_t ends, std::uint64_t terminators) {
  std::uint64_t base = position().offset() + pos;
  if (ends != 0) {
    blocks().add(record_begin_, base + static_cast<std::uint64_t>(highest_bit(ends)) + 1,
                 static_cast<std::uint64_t>(count_bits(ends)));
  }
  if (terminators != 0) record_begin_ = base + static_cast<std::uint64_t>(highest_bit(terminators)) + 1;
}

void CsvScanner::scan_events(std::string_view chunk, std::size_t pos, std::uint64_t events) {
  for (; events != 0; events &= events - 1) {
    std::size_t index = pos + static_cast<std::size_t>(lowest_bit(events));
    std::uint64_t at = position().offset() + index;
    char c = chunk[index];
    char before = index == 0 ? last_ : chunk[index - 1];
    if (c == '"') {
      on_quote(at, before);
    } else if (!in_quotes_) {
      on_terminator(chunk, at, c, before);
    }
  }
}

void CsvScanner::on_quote(std::uint64_t at, char before) {
  if (in_quotes_) {
    in_quotes_ = false;
    quote_closed_ = at;
  } else if (quote_closed_ != kNowhere && quote_closed_ + 1 == at) {
    in_quotes_ = true;  // the second of a doubled quote: the field goes on
  } else if (before == options().delimiter || at == record_begin_) {
    in_quotes_ = true;
    quote_opened_ = at;
  }
}

void CsvScanner::on_terminator(std::string_view chunk, std::uint64_t at, char c, char before) {
  if (at == record_begin_) {
    // An empty line, or the LF of a CRLF, which belongs to what the CR ended.
    bool second_half = c == '\n' && before == '\r';
    if (second_half && data_begin_ == at) data_begin_ = at + 1;
    record_begin_ = at + 1;
    return;
  }
  end_record(chunk, at, at + 1);
}

void CsvScanner::end_record(std::string_view chunk, std::uint64_t at, std::uint64_t next) {
  check_length(chunk, at);
  if (!first_done_) {
    std::uint64_t base = position().offset();
    std::uint64_t begin = std::max(record_begin_, base);
    if (at > begin) first_record_.append(chunk.substr(begin - base, at - begin));
    end_first_record(chunk, at, next);
  } else {
    blocks().add(record_begin_, next);
  }
  record_begin_ = next;
}

void CsvScanner::end_first_record(std::string_view chunk, std::uint64_t at, std::uint64_t next) {
  first_done_ = true;
  CsvFields first = split_csv_record(first_record_, options().max_columns, options().delimiter);
  first_record_ = {};
  if (first.count > options().max_columns) {
    throw error_at(begin_of_record(chunk), "this record has " + std::to_string(first.count) +
                                               " fields, more than the limit of " +
                                               std::to_string(options().max_columns));
  }
  field_count_ = first.count;
  if (is_header(chunk, first)) {
    take_header(std::move(first.fields), next);
  } else {
    blocks().add(record_begin_, std::max(at, next));
  }
}

bool CsvScanner::is_header(std::string_view chunk, const CsvFields& first) const {
  if (options().header == Header::present && first.malformed) {
    throw error_at(begin_of_record(chunk), "the header has text after a closing quote");
  }
  if (options().header != Header::by_names) return options().header == Header::present;
  return std::equal(
      first.fields.begin(), first.fields.end(), options().column_names.begin(), options().column_names.end(),
      [](const std::string& a, const std::string& b) { return base::fold_case(a) == base::fold_case(b); });
}

void CsvScanner::take_header(std::vector<std::string> fields, std::uint64_t next) {
  if (options().header_names == HeaderNames::mended) fields = mended(std::move(fields));
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string place = "column " + std::to_string(i + 1) + " of the header";
    if (fields[i].empty()) {
      throw base::Error(base::ErrorKind::invalid_argument, place + " has no name; give every column one")
          .with("field", i + 1);
    }
    if (!seen.insert(base::fold_case(fields[i])).second) {
      throw base::Error(base::ErrorKind::invalid_argument,
                        place + ", \"" + fields[i] + "\", is named twice; names differ by more than letter case")
          .with("field", i + 1);
    }
  }
  has_header_ = true;
  header_ = std::move(fields);
  data_begin_ = next;
}

TextPosition CsvScanner::begin_of_record(std::string_view chunk) const {
  std::uint64_t base = position().offset();
  return record_begin_ >= base ? position().at(chunk, record_begin_ - base) : marked().at({}, 0);
}

void CsvScanner::check_length(std::string_view chunk, std::uint64_t at) const {
  if (at <= record_begin_ || at - record_begin_ <= options().max_record_bytes) return;
  throw_record_too_long(begin_of_record(chunk), options().max_record_bytes,
                        in_quotes_ ? "; is one of its quotes not closed?" : "");
}

void CsvScanner::end() {
  if (in_quotes_) throw error_at(quote_position_, "this quote is not closed before the end of the file");
  std::uint64_t end = position().offset();
  if (record_begin_ != kNowhere && end > record_begin_) end_record({}, end, end);
  if (!first_done_) throw_empty_body();
}

void CsvScanner::describe(ScanSummary& summary) const {
  summary.data_begin = data_begin_;
  summary.has_header = has_header_;
  summary.delimiter = options().delimiter;
  summary.header = header_;
  summary.field_count = field_count_;
}

}  // namespace

std::unique_ptr<Scanner> make_csv_scanner(ScanOptions options) {
  return std::make_unique<CsvScanner>(std::move(options));
}

}  // namespace boathouse::batch
