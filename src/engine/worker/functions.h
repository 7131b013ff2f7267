// SPDX-License-Identifier: Apache-2.0
// Scalar functions for the statements of ingest. NULL gives NULL; so does what is no value of the type.
//
//   strict_integer(text) INTEGER, strict_bigint, strict_double, strict_boolean, strict_date, strict_time,
//   strict_timestamp, strict_timestamptz, strict_iso_date (TIMESTAMPTZ), strict_uuid, strict_binary (BLOB), strict_json
//   (VARCHAR, its text)
//     text by the rules of batch/strict_text.h
//   strict_date(text, format), strict_time, strict_timestamp, strict_timestamptz, strict_iso_date
//     text by a strptime format (batch/strptime.h)
//   strict_decimal(text, precision, scale) VARCHAR
//     digits that CAST takes exactly, since a function's result type cannot depend on its arguments
//   exact_integer(number) INTEGER, exact_bigint, exact_double, exact_decimal(number, precision, scale) VARCHAR
//     numbers of any type by value (batch/exact_number.h)
//   iceberg_bucket(buckets, value) INTEGER             of integers, decimals, dates, times, text, UUIDs and bytes
//   iceberg_truncate(width, value)                     of INTEGER, BIGINT, VARCHAR and BLOB, giving the same type
//   iceberg_truncate_decimal(width, value) VARCHAR     of a DECIMAL; CAST to its type
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes them known to the connection's database. Throws DuckError.
void register_functions(duckdb_connection connection);

}  // namespace boathouse::engine
