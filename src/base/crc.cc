// SPDX-License-Identifier: Apache-2.0
#include "base/crc.h"

#include <array>
#include <cstring>

namespace boathouse::base {
namespace {

// Eight bytes a step ("slicing by 8"): table[k][b] is what byte b does when k more bytes follow it.
using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

struct Parameters {
  std::uint64_t polynomial;  // reflected
  std::uint64_t mask;        // as many ones as the check has bits; also what it is begun and ended with
  std::size_t bytes;
};

constexpr Parameters parameters_of(CrcKind kind) {
  switch (kind) {
    case CrcKind::crc32: return {0xEDB88320, 0xFFFFFFFF, 4};
    case CrcKind::crc32c: return {0x82F63B78, 0xFFFFFFFF, 4};
    case CrcKind::crc64nvme: return {0x9A6C9329AC4BC9B5, 0xFFFFFFFFFFFFFFFF, 8};
  }
  return {};
}

Tables make_tables(std::uint64_t polynomial) {
  Tables tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint64_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

const Tables& tables_of(CrcKind kind) {
  static const std::array<Tables, 3> all{make_tables(parameters_of(CrcKind::crc32).polynomial),
                                         make_tables(parameters_of(CrcKind::crc32c).polynomial),
                                         make_tables(parameters_of(CrcKind::crc64nvme).polynomial)};
  return all.at(static_cast<std::size_t>(kind));
}

// Multiplication by a matrix over GF(2): column i is what bit i becomes.
using Matrix = std::array<std::uint64_t, 64>;

std::uint64_t times(const Matrix& matrix, std::uint64_t vector) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; vector != 0; ++i, vector >>= 1) {
    if ((vector & 1) != 0) sum ^= matrix[i];
  }
  return sum;
}

Matrix squared(const Matrix& matrix) {
  Matrix out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = times(matrix, matrix[i]);
  return out;
}

// What one byte of zeros does to a check.
Matrix zero_byte(CrcKind kind) {
  const Tables& tables = tables_of(kind);
  Matrix matrix{};
  for (std::size_t i = 0; i < parameters_of(kind).bytes * 8; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    matrix[i] = (bit >> 8) ^ tables[0][bit & 0xFF];
  }
  return matrix;
}

}  // namespace

std::uint64_t crc_of(CrcKind kind, std::string_view bytes, std::uint64_t before) {
  const Tables& tables = tables_of(kind);
  const std::uint64_t mask = parameters_of(kind).mask;
  std::uint64_t crc = before ^ mask;
  while (bytes.size() >= 8) {
    std::uint64_t next = 0;
    std::memcpy(&next, bytes.data(), 8);
    next ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(next >> (8 * k)) & 0xFF];
    bytes.remove_prefix(8);
  }
  for (char byte : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return crc ^ mask;
}

std::uint64_t crc_joined(CrcKind kind, std::uint64_t first, std::uint64_t second, std::uint64_t second_bytes) {
  Matrix zeros = zero_byte(kind);
  for (; second_bytes != 0; second_bytes >>= 1) {
    if ((second_bytes & 1) != 0) first = times(zeros, first);
    if (second_bytes > 1) zeros = squared(zeros);
  }
  return first ^ second;
}

std::string crc_bytes(CrcKind kind, std::uint64_t crc) {
  std::string out(parameters_of(kind).bytes, '\0');
  for (std::size_t i = out.size(); i-- > 0; crc >>= 8) out[i] = static_cast<char>(crc & 0xFF);
  return out;
}

std::uint64_t crc_from_bytes(std::string_view bytes) {
  std::uint64_t crc = 0;
  for (char byte : bytes) crc = crc << 8 | static_cast<unsigned char>(byte);
  return crc;
}

}  // namespace boathouse::base
