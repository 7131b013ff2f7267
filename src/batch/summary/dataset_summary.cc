// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/dataset_summary.h"

#include <atomic>
#include <limits>
#include <mutex>

#include "batch/json_text.h"
#include "batch/summary/column_findings.h"
#include "batch/summary/csv_blocks.h"
#include "batch/summary/on_threads.h"
#include "batch/summary/python_number.h"

namespace boathouse::batch {
namespace {

// What the threads know together.
class Gathering {
 public:
  Gathering(std::size_t columns, const std::filesystem::path& scratch) : columns_(columns), numbers_(scratch) {}

  // The columns that no block so far showed to be text.
  std::vector<bool> are_text() {
    std::lock_guard lock(mutex_);
    std::vector<bool> text;
    for (const ColumnFindings& column : columns_) text.push_back(column.is_text());
    return text;
  }

  void merge(const std::vector<ColumnFindings>& columns, std::size_t rows) {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < columns.size(); ++i) columns_[i].merge(columns[i]);
    rows_ += rows;
  }

  // To be written to.
  SpilledNumbers& numbers() { return numbers_; }

  // After the last merge:
  const SpilledNumbers& numbers() const { return numbers_; }
  const std::vector<ColumnFindings>& columns() const { return columns_; }
  std::uint64_t rows() const { return rows_; }

 private:
  std::mutex mutex_;
  // Guarded by mutex_ until the last merge:
  std::vector<ColumnFindings> columns_;
  std::uint64_t rows_ = 0;

  SpilledNumbers numbers_;
};

// The same as count_text(), of which most numbers have no need.
void count_number(std::string_view word, const NumberWord& number, TextCounts& counts) {
  if (number.symbols < 0) return count_text(word, counts);
  counts.code_points += word.size();
  counts.symbols += static_cast<std::uint64_t>(number.symbols);
}

// Judges blocks, one after the other. One thread.
class BlockReader {
 public:
  BlockReader(CsvBlocks& blocks, Gathering& gathering)
      : blocks_(blocks), gathering_(gathering), first_(blocks.width() - blocks.names().size()) {}

  void read_all() {
    while (blocks_.next(block_)) read_block();
  }

 private:
  void read_block() {
    const std::vector<bool> are_text = gathering_.are_text();
    std::vector<ColumnFindings> columns(are_text.size());
    numbers_.resize(block_.rows * are_text.size());
    numeric_.clear();
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
      if (are_text[i] || !read_numbers(i, columns[i])) {
        columns[i].set_text();
        read_text(i, columns[i]);
      } else {
        numeric_.push_back(i);
      }
    }
    gathering_.numbers().write(block_.number, block_.rows, numeric_, {numbers_.data(), numeric_.size() * block_.rows});
    gathering_.merge(columns, block_.rows);
  }

  std::string_view word(std::size_t row, std::uint32_t column) const {
    return block_.word(row, column + first_, blocks_.width());
  }
  // False at the first word that is no number.
  bool read_numbers(std::uint32_t column, ColumnFindings& findings) {
    double* out = numbers_.data() + numeric_.size() * block_.rows;
    std::uint64_t missing = 0;
    // Its text is counted too: a later block may show that the column is no number column.
    TextCounts counts;
    ColumnFindings found;
    for (std::size_t row = 0; row < block_.rows; ++row) {
      const std::string_view text = word(row, column);
      const NumberWord number = read_number(text);
      if ((number.flags & kFloat) != 0) {
        found.add_number(number, block_.number);
        out[row] = number.value;
        count_number(text, number, counts);
      } else if (is_missing_word(text)) {
        ++missing;
        out[row] = std::numeric_limits<double>::quiet_NaN();
      } else {
        return false;
      }
    }
    found.add_missing(missing);
    found.add_text(counts);
    findings = found;
    return true;
  }

  void read_text(std::uint32_t column, ColumnFindings& findings) {
    TextCounts counts;
    std::uint64_t missing = 0;
    for (std::size_t row = 0; row < block_.rows; ++row) {
      const std::string_view text = word(row, column);
      if (is_missing_word(text)) {
        ++missing;
      } else {
        count_text(text, counts);
      }
    }
    findings.add_missing(missing);
    findings.add_text(counts);
  }

  CsvBlocks& blocks_;
  Gathering& gathering_;
  std::size_t first_;  // word of a record that has a name
  CsvBlock block_;
  std::vector<double> numbers_;  // column by column
  std::vector<std::uint32_t> numeric_;
};

void append_figure(std::string& out, std::string_view name, double value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_python_number(out, value);
}

std::string to_json(const NumberFigures& figures) {
  std::string out = "{";
  append_figure(out, "count", figures.count);
  append_figure(out, "mean", figures.mean);
  append_figure(out, "std", figures.std);
  append_figure(out, "min", figures.min);
  append_figure(out, "25%", figures.lower);
  append_figure(out, "50%", figures.median);
  append_figure(out, "75%", figures.upper);
  append_figure(out, "max", figures.max);
  return out + "}";
}

std::string to_json(const TextCounts& counts, std::uint64_t words) {
  std::string out = "{";
  auto average = [&](std::uint64_t sum) { return static_cast<double>(sum) / static_cast<double>(words); };
  append_figure(out, "avg_length", average(counts.code_points));
  append_figure(out, "avg_words", average(counts.blanks + words));
  append_figure(out, "avg_capitals", average(counts.capitals));
  append_figure(out, "avg_symbols", average(counts.symbols));
  return out + "}";
}

// A column without any row is text to pandas, one with nothing but missing words is not.
std::optional<NumberKind> kind_of(const ColumnFindings& column, std::uint64_t rows) {
  return rows == 0 ? std::nullopt : column.kind();
}

std::vector<std::string> figures_of(const Gathering& gathering, std::size_t threads) {
  const auto& columns = gathering.columns();
  std::vector<std::string> figures(columns.size());
  std::atomic<std::uint32_t> next = 0;
  on_threads(threads, [&] {
    for (std::uint32_t i = next++; i < columns.size(); i = next++) {
      const std::uint64_t present = gathering.rows() - columns[i].missing();
      const auto kind = kind_of(columns[i], gathering.rows());
      figures[i] = kind ? to_json(number_figures(gathering.numbers(), i, *kind, gathering.rows(), present))
                        : to_json(columns[i].counts(), present);
    }
  });
  return figures;
}

}  // namespace

std::string summarise_csv(const std::filesystem::path& path, const std::filesystem::path& scratch,
                          std::size_t threads) {
  CsvBlocks blocks(path);
  Gathering gathering(blocks.names().size(), scratch);
  on_threads(threads, [&] { BlockReader(blocks, gathering).read_all(); });
  const std::vector<std::string> figures = figures_of(gathering, threads);
  std::string out = "{";
  for (bool numbers : {true, false}) {
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (kind_of(gathering.columns()[i], gathering.rows()).has_value() != numbers) continue;
      if (out.size() > 1) out += ',';
      append_json_string(out, blocks.names()[i]);
      out += ':';
      out += figures[i];
    }
  }
  return out + "}";
}

}  // namespace boathouse::batch
