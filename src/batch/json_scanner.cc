// SPDX-License-Identifier: Apache-2.0
#include "batch/json_text.h"
#include "batch/text_scanner.h"

namespace boathouse::batch {
namespace {

constexpr const char* kNoObject = "an object is expected here, as in {\"name\": value}: a row is an object";

// Keeps the record that a chunk broke off, checks whole records and counts them.
class RecordScanner : public TextScanner {
 protected:
  explicit RecordScanner(ScanOptions options) : TextScanner(std::move(options)) {}

  bool has_carry() const { return !carry_.empty(); }

  // The record goes on after this chunk; `begin` is where its bytes begin in it.
  void carry_on(std::string_view chunk, std::size_t begin) {
    if (carry_.empty()) carry_at_ = position().moved(chunk, begin);
    carry_.append(chunk.substr(begin));
    check_length(carry_.size(), carry_at_);
  }

  // The record's last bytes are chunk[begin, end).
  void end_record(std::string_view chunk, std::size_t begin, std::size_t end) {
    if (carry_.empty()) {
      std::string_view record = chunk.substr(begin, end - begin);
      if (record.size() > options().max_record_bytes) check_length(record.size(), position().moved(chunk, begin));
      check_record(record, position().offset() + begin, [&] { return position().moved(chunk, begin); });
      return;
    }
    carry_.append(chunk.substr(begin, end - begin));
    check_length(carry_.size(), carry_at_);
    std::string record = std::move(carry_);
    carry_.clear();
    check_record(record, carry_at_.offset(), [&] { return carry_at_; });
  }

  // The place of the record that was carried.
  TextPosition carry_position(std::size_t index) const { return carry_at_.at(carry_, index); }

 private:
  void check_length(std::uint64_t length, const PositionTracker& begin) const {
    if (length > options().max_record_bytes) throw_record_too_long(begin.at({}, 0), options().max_record_bytes, "");
  }

  // `where` gives a tracker that stands at the record's first byte.
  template <typename Where>
  void check_record(std::string_view record, std::uint64_t offset, const Where& where) {
    std::size_t pos = 0;
    skip_json_space(record, pos);
    if (pos == record.size()) return;
    std::size_t begin = pos;
    std::size_t members = 0;
    JsonFault fault;
    if (record[pos] != '{') throw error_at(where().at(record, pos), kNoObject);
    if (!skip_json_object(record, pos, members, fault)) throw error_at(where().at(record, fault.at), fault.what);
    if (members > options().max_columns) {
      throw error_at(where().at(record, begin), "this object has more than " + std::to_string(options().max_columns) +
                                                    " members, which is the limit");
    }
    std::size_t end = pos;
    skip_json_space(record, pos);
    if (pos != record.size()) throw error_at(where().at(record, pos), "the object has ended, nothing is expected here");
    blocks().add(offset + begin, offset + end);
  }

  std::string carry_;
  PositionTracker carry_at_;
};

// One object a line.
class NdjsonScanner final : public RecordScanner {
 public:
  explicit NdjsonScanner(ScanOptions options) : RecordScanner(std::move(options)) {}

 private:
  void scan(std::string_view chunk) override {
    std::size_t begin = 0;
    for (std::size_t end = chunk.find('\n'); end != std::string_view::npos; end = chunk.find('\n', begin)) {
      end_record(chunk, begin, end);
      begin = end + 1;
    }
    if (begin < chunk.size()) carry_on(chunk, begin);
  }

  void end() override {
    end_record({}, 0, 0);
    if (blocks().rows() == 0) throw_empty_body();
  }
};

// One object, or an array of objects, which is cut into its elements by counting brackets outside strings; what an
// element holds is checked when it is whole.
class JsonScanner final : public RecordScanner {
 public:
  explicit JsonScanner(ScanOptions options) : RecordScanner(std::move(options)) {}

 private:
  enum class State { start, first_element, element, in_element, after_element, done };

  void scan(std::string_view chunk) override {
    std::size_t pos = 0;
    while (pos < chunk.size()) {
      if (state_ == State::in_element) {
        std::size_t begin = pos;
        if (!skip_element(chunk, pos)) {
          carry_on(chunk, begin);
          return;
        }
        end_record(chunk, begin, pos);
        state_ = array_ ? State::after_element : State::done;
        continue;
      }
      skip_json_space(chunk, pos);
      if (pos < chunk.size()) take_token(chunk, pos);
    }
  }

  // One character outside the elements. An element's first bracket is left to skip_element().
  void take_token(std::string_view chunk, std::size_t& pos) {
    char c = chunk[pos];
    bool value_expected = state_ == State::start || state_ == State::first_element || state_ == State::element;
    if (value_expected && c == '{') {
      state_ = State::in_element;
      return;
    }
    if (state_ == State::start && c == '[') {
      array_ = true;
      state_ = State::first_element;
    } else if ((state_ == State::first_element || state_ == State::after_element) && c == ']') {
      state_ = State::done;
    } else if (state_ == State::after_element && c == ',') {
      state_ = State::element;
    } else {
      throw error_at(position().at(chunk, pos), what_is_expected());
    }
    ++pos;
  }

  const char* what_is_expected() const {
    switch (state_) {
      case State::start: return "an object or an array of objects is expected here";
      case State::after_element: return "a comma or ] is expected here";
      case State::done:
        return "the JSON text has ended, nothing is expected here (for one object a line send application/x-ndjson)";
      default: return kNoObject;
    }
  }

  // Moves past the element; false where the chunk ends in it.
  bool skip_element(std::string_view chunk, std::size_t& pos) {
    while (pos < chunk.size()) {
      if (escaped_) {
        escaped_ = false;
        ++pos;
        continue;
      }
      if (in_string_) {
        pos = find_json_special(chunk, pos);
        if (pos == chunk.size()) return false;
        escaped_ = chunk[pos] == '\\';
        in_string_ = chunk[pos] != '"';
        ++pos;
        continue;
      }
      char c = chunk[pos++];
      if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if ((c == '}' || c == ']') && --depth_ == 0) {
        return true;
      }
    }
    return false;
  }

  void end() override {
    if (state_ == State::start) throw_empty_body();
    if (state_ == State::in_element)
      throw error_at(carry_position(0), "this object is not closed before the end of the body");
    if (state_ != State::done) throw error_at(position().at({}, 0), "the array is not closed: ] is expected here");
  }

  State state_ = State::start;
  bool array_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  std::uint64_t depth_ = 0;
};

}  // namespace

std::unique_ptr<Scanner> make_json_scanner(ScanOptions options) {
  return std::make_unique<JsonScanner>(std::move(options));
}

std::unique_ptr<Scanner> make_ndjson_scanner(ScanOptions options) {
  return std::make_unique<NdjsonScanner>(std::move(options));
}

}  // namespace boathouse::batch
