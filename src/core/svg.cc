// SPDX-License-Identifier: Apache-2.0
#include "core/svg.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace boathouse::core {
namespace {

// Colours that people who see few of them tell apart, each with enough contrast to its page.
constexpr std::string_view kStyle =
    ".bh-plot{background:#fff;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    ".bh-plot text{font-size:12px;fill:#4b5563}.bh-plot .title{font-size:15px;font-weight:600;fill:#111827}"
    ".bh-plot .name{fill:#1f2937}.bh-plot .grid{stroke:#e5e7eb;stroke-width:1}.bh-plot "
    ".axis{stroke:#9ca3af;stroke-width:1}"
    ".bh-plot .bar{fill:#2563eb}.bh-plot .back{fill:#eef2f7}.bh-plot .gap{fill:#d97706}.bh-plot .plus{fill:#2563eb}"
    ".bh-plot .minus{fill:#d97706}.bh-plot .cell{font-size:11px;fill:#111827}"
    "@media(prefers-color-scheme:dark){.bh-plot{background:#111827}.bh-plot text{fill:#9ca3af}"
    ".bh-plot .title{fill:#f3f4f6}.bh-plot .name{fill:#d1d5db}.bh-plot .grid{stroke:#273244}.bh-plot "
    ".axis{stroke:#4b5563}"
    ".bh-plot .bar,.bh-plot .plus{fill:#60a5fa}.bh-plot .back{fill:#1f2937}.bh-plot .gap,.bh-plot .minus{fill:#f59e0b}"
    ".bh-plot .cell{fill:#f9fafb}}";

// What XML 1.0 cannot hold is left out.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\t':
      case '\n':
      case '\r': out += ' '; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title) {
  const std::string words = escaped(title);
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bh-plot\" role=\"img\" aria-label=\"{0}\" width=\"{1:g}\" "
      "height=\"{2:g}\" viewBox=\"0 0 {1:g} {2:g}\"><title>{0}</title><style>{3}</style>"
      "<text class=\"title\" x=\"20\" y=\"28\">{0}</text>",
      words, width, height, kStyle);
}

Svg& Svg::bar(double x, double y, double width, double height, std::string_view look, std::string_view tip,
              double opacity) {
  out_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"2\"", look,
                      x, y, width, height);
  if (opacity < 1) out_ += fmt::format(" fill-opacity=\"{:.2f}\"", opacity);
  out_ += tip.empty() ? "/>" : fmt::format("><title>{}</title></rect>", escaped(tip));
  return *this;
}

Svg& Svg::line(double x1, double y1, double x2, double y2, std::string_view look) {
  out_ +=
      fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", look, x1, y1, x2, y2);
  return *this;
}

Svg& Svg::text(double x, double y, std::string_view words, std::string_view look, std::string_view anchor,
               double turn) {
  const std::string turned = turn == 0 ? "" : fmt::format(" transform=\"rotate({:g} {:.1f} {:.1f})\"", turn, x, y);
  out_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", look, x, y, anchor,
                      turned, escaped(words));
  return *this;
}

std::string Svg::finish() && { return std::move(out_) + "</svg>"; }

std::string shortened(std::string_view words, std::size_t characters) {
  if (base::code_points(words) <= characters) return std::string(words);
  return std::string(base::prefix_code_points(words, characters - 1)) + "…";
}

}  // namespace boathouse::core
