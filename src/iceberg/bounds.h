// SPDX-License-Identifier: Apache-2.0
// Iceberg's single-value binary form, in which manifests keep column bounds, and making bounds from an engine's
// statistics. Pure, any thread.
#pragma once

#include "iceberg/value.h"

namespace boathouse::iceberg {

// Text and binary bounds keep this many code points or bytes.
inline constexpr std::size_t kBoundLength = 16;

// Error{invalid_argument} when the value is null or not of the type (an int32 is widened for long, a float for double).
std::string to_single_value(const Type& type, const Value& value);
// nullopt when the bytes cannot be a value of the type: a reader then has no bound. Bounds written before a promotion
// (4 bytes for a long, a float for a double) are read as what they were and widened.
std::optional<Value> from_single_value(const Type& type, std::string_view bytes);

// Bounds out of minimum and maximum as DuckDB's `COPY .. RETURN_STATS` gives them, as text. nullopt where there is none:
// no statistics, NaN, text that is no value of the type, nested types, or an upper bound that cannot be shortened.
std::optional<std::string> lower_bound_from_text(const Type& type, const std::optional<std::string>& text);
std::optional<std::string> upper_bound_from_text(const Type& type, const std::optional<std::string>& text);

// Shortens a value for use as a bound: strings to kBoundLength code points, binary to as many bytes; for an upper bound
// the last of them that can be is incremented, and nullopt says that none can. Other values stay whole. NaN: nullopt.
std::optional<Value> truncate_lower(const Value& value);
std::optional<Value> truncate_upper(const Value& value);

}  // namespace boathouse::iceberg
