// SPDX-License-Identifier: Apache-2.0
// Pictures as SVG: shapes and words in the house's colours, on light and dark pages. Whatever is written is escaped.
// A value; any thread.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::core {

class Svg {
 public:
  // `title` says what the picture shows, also to those who cannot see it.
  Svg(double width, double height, std::string_view title);

  // Lengths are pixels; `x` and `y` the upper left corner. `look` is one of the classes of svg.cc.
  Svg& bar(double x, double y, double width, double height, std::string_view look, std::string_view tip = {},
           double opacity = 1);
  Svg& line(double x1, double y1, double x2, double y2, std::string_view look);
  // `anchor` is start, middle or end; `turn` in degrees around the point.
  Svg& text(double x, double y, std::string_view words, std::string_view look, std::string_view anchor = "start",
            double turn = 0);

  std::string finish() &&;

 private:
  std::string out_;
};

// `words`, cut to so many characters with an ellipsis.
std::string shortened(std::string_view words, std::size_t characters);

}  // namespace boathouse::core
