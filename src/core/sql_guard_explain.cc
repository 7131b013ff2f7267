// SPDX-License-Identifier: Apache-2.0
// The one place that looks at SQL as text: EXPLAIN and its options, with the white space and comments before and
// between them. Should it see less than DuckDB's lexer does, the statement keeps its EXPLAIN and has no parse tree; it
// cannot see more in a way that matters, since what follows is parsed on its own and the prefix is not the user's text.
#include <fmt/format.h>

#include <cctype>

#include "base/encoding.h"
#include "core/sql_guard.h"

namespace boathouse::core {
namespace {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }

  // A word in lower case, empty when something else comes next.
  std::string word() {
    skip_blanks();
    std::size_t start = at_;
    while (at_ < text_.size() && (std::isalpha(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return base::fold_case(text_.substr(start, at_ - start));
  }

  bool symbol(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size()) {
      std::string_view rest = text_.substr(at_);
      if (std::string_view(" \t\r\n\f\v").find(rest.front()) != std::string_view::npos) {
        ++at_;
      } else if (rest.starts_with("--")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (!rest.starts_with("/*") || !skip_comment()) {
        return;
      }
    }
  }

  // Comments nest. False for one that does not end.
  bool skip_comment() {
    std::size_t depth = 0;
    for (std::size_t i = at_; i + 1 < text_.size();) {
      std::string_view two = text_.substr(i, 2);
      if (two == "/*") ++depth;
      if (two == "*/") --depth;
      i += two == "/*" || two == "*/" ? 2 : 1;
      if (depth == 0) {
        at_ = i;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// "(ANALYZE, FORMAT json)": the prefix for it, empty when it is something else, such as a query in parentheses.
std::string read_options(Lexer& lexer) {
  bool analyze = false;
  std::string format;
  do {
    std::string word = lexer.word();
    if (word == "analyze" || word == "analyse") {
      analyze = true;
    } else if (word == "format") {
      format = lexer.word();
      if (format.empty()) return "";
    } else {
      return "";
    }
  } while (lexer.symbol(','));
  if (!lexer.symbol(')')) return "";
  if (format.empty()) return analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ";
  return fmt::format("EXPLAIN ({}FORMAT {}) ", analyze ? "ANALYZE, " : "", format);
}

}  // namespace

SplitExplain split_explain(std::string_view sql) {
  Lexer lexer(sql);
  if (lexer.word() != "explain") return {.prefix = "", .statement = sql, .offset = 0};
  auto rest = [&](std::string prefix, const Lexer& after) {
    return SplitExplain{
        .prefix = std::move(prefix), .statement = sql.substr(after.position()), .offset = after.position()};
  };
  Lexer ahead = lexer;
  if (std::string word = ahead.word(); word == "analyze" || word == "analyse") return rest("EXPLAIN ANALYZE ", ahead);
  ahead = lexer;
  if (ahead.symbol('(')) {
    if (std::string prefix = read_options(ahead); !prefix.empty()) return rest(std::move(prefix), ahead);
  }
  return rest("EXPLAIN ", lexer);
}

}  // namespace boathouse::core
