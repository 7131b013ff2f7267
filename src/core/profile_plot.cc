// SPDX-License-Identifier: Apache-2.0
#include "core/profile_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "base/encoding.h"
#include "base/error.h"
#include "core/profile_ask.h"
#include "core/svg.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr double kWidth = 640;
constexpr std::size_t kMostColumns = 200;  // that a picture shows
constexpr std::size_t kMostNamed = 30;     // characters of a name

std::string in_words(const json::value& value) {
  if (value.is_string()) return value.as_string().empty() ? "(empty)" : std::string(value.as_string());
  if (value.is_double()) return fmt::format("{:.4g}", value.get_double());
  return json::serialize(value);
}

// 1234567 as "1.23 M".
std::string in_short(double number) {
  constexpr std::pair<double, const char*> kScales[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
  for (const auto& [scale, unit] : kScales) {
    if (number >= scale) return fmt::format("{:.3g}{}", number / scale, unit);
  }
  return fmt::format("{:g}", number);
}

// The least of 1, 2, 2.5, 5 times a power of ten of which four reach `most`.
double step_for(double most) {
  const double raw = std::max(most / 4, 1.0);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (double times : {1.0, 2.0, 2.5, 5.0}) {
    if (times * power >= raw) return times == 2.5 && power == 1 ? 5 : times * power;
  }
  return 10 * power;
}

std::string name_of(const json::object& column) {
  return shortened(std::string_view(column.at("name").as_string()), kMostNamed);
}

std::string bins_plot(const json::object& column) {
  const json::array& counts = column.at("histogram").at("counts").as_array();
  const json::array& edges = column.at("histogram").at("edges").as_array();
  constexpr double kLeft = 64, kRight = kWidth - 20, kTop = 48, kBottom = 268;
  double most = 1;
  for (const json::value& count : counts) most = std::max(most, count.to_number<double>());
  const double step = step_for(most);
  const double top = step * std::ceil(most / step);
  auto y_of = [&](double count) { return kBottom - (kBottom - kTop) * count / top; };

  Svg svg(kWidth, 310, fmt::format("How {} is spread", name_of(column)));
  for (double tick = 0; tick <= top; tick += step) {
    svg.line(kLeft, y_of(tick), kRight, y_of(tick), tick == 0 ? "axis" : "grid");
    svg.text(kLeft - 8, y_of(tick) + 4, in_short(tick), "count", "end");
  }
  const double width = (kRight - kLeft) / static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double count = counts[i].to_number<double>();
    if (count == 0) continue;
    const std::string tip =
        fmt::format("{} to {}: {} rows", in_words(edges[i]), in_words(edges[i + 1]), in_words(counts[i]));
    svg.bar(kLeft + width * static_cast<double>(i) + 1, std::min(y_of(count), kBottom - 1), std::min(width - 2, 80.0),
            std::max(kBottom - y_of(count), 1.0), "bar", tip);
  }
  svg.text(kLeft, kBottom + 22, in_words(edges.front()), "edge");
  if (edges.size() > 2) {
    svg.text((kLeft + kRight) / 2, kBottom + 22, in_words(edges[edges.size() / 2]), "edge", "middle");
    svg.text(kRight, kBottom + 22, in_words(edges.back()), "edge", "end");
  }
  return std::move(svg).finish();
}

std::string values_plot(const json::object& column) {
  const json::array& top = column.at("top").as_array();
  constexpr double kLeft = 200, kRight = kWidth - 80, kTop = 48, kRow = 26;
  Svg svg(kWidth, kTop + kRow * static_cast<double>(std::max<std::size_t>(top.size(), 1)) + 14,
          fmt::format("The most frequent values of {}", name_of(column)));
  if (top.empty()) svg.text(20, kTop + 16, "No row has a value.", "name");
  const double most = top.empty() ? 1 : std::max(1.0, top.front().at("rows").to_number<double>());
  for (std::size_t i = 0; i < top.size(); ++i) {
    const double y = kTop + kRow * static_cast<double>(i);
    const double rows = top[i].at("rows").to_number<double>();
    const std::string value = in_words(top[i].at("value"));
    svg.text(kLeft - 10, y + 16, shortened(value, 26), "name", "end");
    svg.bar(kLeft, y + 4, std::max(2.0, (kRight - kLeft) * rows / most), kRow - 8, "bar",
            fmt::format("{}: {:g} rows", value, rows));
    svg.text(kLeft + (kRight - kLeft) * rows / most + 8, y + 16, in_short(rows), "count");
  }
  return std::move(svg).finish();
}

}  // namespace

std::string histogram_plot(const json::object& profile, std::string_view column) {
  const std::string folded = base::fold_case(column);
  for (const json::value& one : profile.at("columns").as_array()) {
    const json::object& found = one.as_object();
    if (base::fold_case(std::string_view(found.at("name").as_string())) != folded) continue;
    return found.contains("histogram") ? bins_plot(found) : values_plot(found);
  }
  throw base::Error(base::ErrorKind::not_found, fmt::format("this version has no column \"{}\"", column))
      .with("parameter", "column");
}

std::string missing_plot(const json::object& profile) {
  const json::array& columns = profile.at("columns").as_array();
  const std::size_t shown = std::min(columns.size(), kMostColumns);
  constexpr double kLeft = 220, kRight = kWidth - 80, kTop = 48, kRow = 24;
  Svg svg(kWidth, kTop + kRow * static_cast<double>(shown) + (shown < columns.size() ? 34 : 14), "Missing values");
  for (std::size_t i = 0; i < shown; ++i) {
    const json::object& column = columns[i].as_object();
    const auto rows = static_cast<double>(count_of(column, "rows"));
    const auto missing = static_cast<double>(count_of(column, "missing"));
    const double share = rows == 0 ? 0 : missing / rows;
    const double y = kTop + kRow * static_cast<double>(i);
    svg.text(kLeft - 10, y + 15, name_of(column), "name", "end");
    svg.bar(kLeft, y + 4, kRight - kLeft, kRow - 9, "back");
    if (missing > 0) {
      svg.bar(kLeft, y + 4, std::max(2.0, (kRight - kLeft) * share), kRow - 9, "gap",
              fmt::format("{}: {:g} of {:g} rows have no value", name_of(column), missing, rows));
    }
    const bool small = missing > 0 && share < 0.001;
    svg.text(kRight + 8, y + 15, small ? "< 0.1 %" : fmt::format("{:.3g} %", 100 * share), "count");
  }
  if (shown < columns.size()) {
    svg.text(20, kTop + kRow * static_cast<double>(shown) + 20,
             fmt::format("and {} more columns", columns.size() - shown), "count");
  }
  return std::move(svg).finish();
}

std::string correlation_plot(const json::object& profile) {
  const json::object& told_of = profile.at("correlations").as_object();
  const json::array& names = told_of.at("columns").as_array();
  const json::array& matrix = told_of.at("matrix").as_array();
  const std::size_t size = names.size();
  if (size < 2) {
    Svg svg(kWidth, 90, "How number columns go together");
    svg.text(20, 60, "There are no two number columns whose values vary.", "name");
    return std::move(svg).finish();
  }
  const bool worded = size <= 12;
  const double cell = std::clamp(440 / static_cast<double>(size), 18.0, 56.0);
  constexpr double kLeft = 180, kTop = 130;
  const double side = cell * static_cast<double>(size);
  Svg svg(std::max(kWidth, kLeft + side + 60), kTop + side + 24, "How number columns go together");
  for (std::size_t i = 0; i < size; ++i) {
    const std::string name = shortened(std::string_view(names[i].as_string()), 22);
    const double at = cell * static_cast<double>(i);
    svg.text(kLeft - 8, kTop + at + cell / 2 + 4, name, "name", "end");
    svg.text(kLeft + at + cell / 2 + 4, kTop - 8, shortened(name, 14), "name", "start", -50);
    for (std::size_t j = 0; j < size; ++j) {
      const json::value& found = matrix.at(i).at(j);
      const double x = kLeft + cell * static_cast<double>(j);
      svg.bar(x + 1, kTop + at + 1, cell - 2, cell - 2, "back");
      if (!found.is_number()) continue;
      const auto r = found.to_number<double>();
      svg.bar(x + 1, kTop + at + 1, cell - 2, cell - 2, r < 0 ? "minus" : "plus",
              fmt::format("{} and {}: {:.3f}", in_words(names[i]), in_words(names[j]), r), std::min(0.85, std::abs(r)));
      if (worded) svg.text(x + cell / 2, kTop + at + cell / 2 + 4, fmt::format("{:.2f}", r), "cell", "middle");
    }
  }
  return std::move(svg).finish();
}

}  // namespace boathouse::core
