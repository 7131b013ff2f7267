// SPDX-License-Identifier: Apache-2.0
#include "core/frame_dates.h"

#include <fmt/format.h>

#include "base/names.h"

namespace boathouse::core {
namespace {

using batch::TypeKind;

constexpr std::string_view kDay = "0000-00-00";
constexpr std::string_view kMinute = "00:00";
constexpr std::string_view kSecond = "00:00:00";
constexpr std::size_t kClockBegin = 11;
constexpr std::size_t kMaxFraction = 6;
constexpr std::string_view kEpochMs = "epoch_ms";
// The last instant that JavaScript and the engine both have, in milliseconds; as far before 1970 too.
constexpr std::int64_t kMostMs = 8'640'000'000'000'000;

// "" or "." and one to six digits.
bool is_fraction(std::string_view text) {
  return text.empty() || (text.front() == '.' && text.size() > 1 && text.size() <= kMaxFraction + 1 &&
                          text.find_first_not_of('0', 1) == std::string_view::npos);
}

bool is_clock(std::string_view text) {
  return text == kMinute || (text.starts_with(kSecond) && is_fraction(text.substr(kSecond.size())));
}

// Where the zone begins in "0000-00-00T00:00+02:00".
std::size_t zone_begin(std::string_view kept) {
  if (kept.size() <= kClockBegin) return kept.size();
  std::size_t at = kept.find_first_of("Z+-", kClockBegin);
  return at == std::string_view::npos ? kept.size() : at;
}

}  // namespace

std::optional<DateForm> DateForm::of_text(std::string_view mask, std::string_view zone) {
  DateForm form;
  form.mask_ = mask;
  form.zone_ = zone;
  if (mask == kDay && zone.empty()) return form;
  bool timed = mask.size() > kClockBegin && mask.starts_with(kDay) && (mask[10] == 'T' || mask[10] == ' ') &&
               is_clock(mask.substr(kClockBegin));
  return timed ? std::optional(form) : std::nullopt;
}

DateForm DateForm::parse(std::string_view kept) {
  DateForm form;
  if (kept == kEpochMs) return form;
  form.mask_ = kept.substr(0, zone_begin(kept));
  form.zone_ = kept.substr(zone_begin(kept));
  return form;
}

std::string DateForm::kept() const { return is_number() ? std::string(kEpochMs) : mask_ + zone_; }

batch::ColumnType DateForm::type() const {
  if (is_day()) return {.kind = TypeKind::date};
  return {.kind = zone_.empty() ? TypeKind::timestamp : TypeKind::timestamptz};
}

std::string DateForm::value_sql(const std::string& x) const {
  if (is_number()) {
    return fmt::format("CASE WHEN {0} BETWEEN -{1} AND {1} THEN make_timestamp({0} * 1000) END", x, kMostMs);
  }
  if (is_day()) return fmt::format("strict_date({})", x);
  std::string clock = fmt::format("replace(left({}, {}), ' ', 'T')", x, mask_.size());
  if (mask_.size() == kClockBegin + kMinute.size()) clock += " || ':00'";
  if (zone_.empty()) return fmt::format("strict_timestamp({})", clock);
  std::string zone = zone_.size() == 5 ? zone_.substr(0, 3) + ":" + zone_.substr(3) : zone_;
  return fmt::format("strict_timestamptz({} || {})", clock, base::quote_string(zone));
}

std::string DateForm::source_sql(const std::string& x) const {
  if (is_number()) return fmt::format("epoch_ms({})", x);
  if (is_day()) return fmt::format("strftime({}, '%Y-%m-%d')", x);
  std::string local = x;
  if (!zone_.empty()) local = fmt::format("({} AT TIME ZONE 'UTC')", x);
  if (zone_.size() > 1) {
    local = fmt::format("({} {} INTERVAL '{} hours {} minutes')", local, zone_[0], zone_.substr(1, 2),
                        zone_.substr(zone_.size() - 2));
  }
  std::size_t digits = mask_.size() - kClockBegin;
  std::string clock = digits == kMinute.size() ? "%H:%M" : "%H:%M:%S";
  std::string text = fmt::format("strftime({}, '%Y-%m-%d{}{}')", local, mask_[10], clock);
  if (digits > kSecond.size()) {
    text += fmt::format(" || '.' || left(strftime({}, '%f'), {})", local, digits - kSecond.size() - 1);
  }
  return fmt::format("({} || {})", text, base::quote_string(zone_));
}

std::string zone_sql(const std::string& x) {
  return fmt::format("regexp_extract(substr({}, {}), '(Z|[+-][0-9][0-9]:?[0-9][0-9])$')", x, kClockBegin + 1);
}

std::string mask_sql(const std::string& x) {
  return fmt::format("regexp_replace(left({0}, length({0}) - length({1})), '[0-9]', '0', 'g')", x, zone_sql(x));
}

}  // namespace boathouse::core
