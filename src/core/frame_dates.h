// SPDX-License-Identifier: Apache-2.0
// Days and times as data frames send them: ISO 8601 text of one form, or milliseconds since 1970. Stored as DATE, TIMESTAMP
// or TIMESTAMPTZ; the form gives every value back as it came. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "batch/types.h"

namespace boathouse::core {

class DateForm {
 public:
  // Milliseconds since 1970, which is also what is written where no form is known.
  static DateForm epoch_ms() { return {}; }
  // By what mask_sql() and zone_sql() say of a text; nullopt for a text that is no day or time.
  static std::optional<DateForm> of_text(std::string_view mask, std::string_view zone);
  // As it is kept: "epoch_ms", "0000-00-00T00:00:00.000Z".
  static DateForm parse(std::string_view kept);
  std::string kept() const;

  bool is_number() const { return mask_.empty(); }
  // What it is stored as; milliseconds where nothing else is said.
  batch::ColumnType type() const;
  // SQL: of text or a BIGINT the value, NULL where it has none.
  std::string value_sql(const std::string& x) const;
  // SQL: of a value of that type, or of DATE, TIMESTAMP and TIMESTAMPTZ for milliseconds, what came.
  std::string source_sql(const std::string& x) const;

 private:
  DateForm() = default;
  bool is_day() const { return mask_.size() == 10; }

  std::string mask_;  // every digit a 0, without the zone
  std::string zone_;  // "", "Z", "+02:00" or "+0200"
};

// SQL over a text: its digits as zeros, without the zone at its end, and that zone.
std::string mask_sql(const std::string& x);
std::string zone_sql(const std::string& x);

}  // namespace boathouse::core
