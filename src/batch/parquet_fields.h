// SPDX-License-Identifier: Apache-2.0
// The numbers of parquet.thrift that the footer's reader goes by: fields of its structs and values of its enumerations.
#pragma once

#include <cstdint>

namespace boathouse::batch::parquet {

namespace footer {
inline constexpr std::int16_t kSchema = 2, kRows = 3, kRowGroups = 4, kKeyValues = 5, kColumnOrders = 7,
                              kEncryption = 8;
}
namespace element {
inline constexpr std::int16_t kType = 1, kLength = 2, kRepetition = 3, kName = 4, kChildren = 5, kConverted = 6,
                              kScale = 7, kPrecision = 8, kFieldId = 9, kLogical = 10;
}
namespace group {
inline constexpr std::int16_t kColumns = 1, kRows = 3, kSorting = 4, kFileOffset = 5;
}
namespace chunk {
inline constexpr std::int16_t kFilePath = 1, kFileOffset = 2, kMeta = 3, kOffsetIndex = 4, kOffsetIndexLength = 5,
                              kColumnIndex = 6, kColumnIndexLength = 7, kCrypto = 8, kEncryptedMeta = 9;
}
namespace chunk_meta {
inline constexpr std::int16_t kType = 1, kEncodings = 2, kPath = 3, kCodec = 4, kValues = 5, kCompressed = 7,
                              kKeyValues = 8, kDataPage = 9, kIndexPage = 10, kDictionaryPage = 11, kStatistics = 12,
                              kEncodingStats = 13, kBloomFilter = 14, kBloomFilterLength = 15, kSizeStatistics = 16,
                              kGeoStatistics = 17;
}
namespace stats {
inline constexpr std::int16_t kNulls = 3, kMax = 5, kMin = 6, kMaxExact = 7, kMinExact = 8;
}
namespace key_value {
inline constexpr std::int16_t kKey = 1;
}
// The kinds of LogicalType, and within them.
namespace logical {
inline constexpr std::int16_t kString = 1, kDecimal = 5, kDate = 6, kTime = 7, kTimestamp = 8, kInteger = 10,
                              kUuid = 14;
inline constexpr std::int16_t kScale = 1, kPrecision = 2;          // of a decimal
inline constexpr std::int16_t kToUtc = 1, kUnit = 2, kMicros = 2;  // of times; the last of the unit
inline constexpr std::int16_t kBits = 1, kSigned = 2;              // of integers
}  // namespace logical

enum Physical : std::int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixed = 7
};
enum Repetition : std::int32_t { kRequired = 0, kOptional = 1 };
enum Converted : std::int32_t { kUtf8 = 0, kDecimal = 5, kDate = 6, kSigned32 = 17, kSigned64 = 18 };
enum Encoding : std::int32_t { kPlain = 0, kPlainDictionary = 2, kRunLength = 3, kBitPacked = 4, kDictionary = 8 };
enum Codec : std::int32_t { kUncompressed = 0, kSnappy = 1, kGzip = 2, kZstd = 6 };

}  // namespace boathouse::batch::parquet
