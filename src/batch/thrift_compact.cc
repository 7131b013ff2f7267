// SPDX-License-Identifier: Apache-2.0
#include "batch/thrift_compact.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"

namespace boathouse::batch {
static_assert(std::endian::native == std::endian::little, "doubles lie in the file as in memory");

namespace {

// The types of the wire. A boolean field has its value in its type.
enum Wire : std::uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = kThriftStruct,
  kUuid = 13
};

constexpr std::size_t kUuidBytes = 16;
// A list's header holds counts below this itself.
constexpr std::uint8_t kLongList = 15;
// Of one struct; the format's own have less than 20.
constexpr std::size_t kMostFields = 1000;
// Room made for a list before its elements have been seen.
constexpr std::uint64_t kFirstRoom = 4096;

[[noreturn]] void damaged(std::string_view why) {
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("the footer cannot be read: {}", why));
}

std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace

const ThriftValue* ThriftStruct::find(std::int16_t id) const { return const_cast<ThriftStruct*>(this)->find(id); }

ThriftValue* ThriftStruct::find(std::int16_t id) {
  auto place = std::lower_bound(fields_.begin(), fields_.end(), id,
                                [](const auto& field, std::int16_t wanted) { return field.first < wanted; });
  return place != fields_.end() && place->first == id ? &place->second : nullptr;
}

void ThriftStruct::set(std::int16_t id, ThriftValue value) {
  auto place = std::lower_bound(fields_.begin(), fields_.end(), id,
                                [](const auto& field, std::int16_t wanted) { return field.first < wanted; });
  if (place != fields_.end() && place->first == id) {
    place->second = std::move(value);
  } else {
    fields_.emplace(place, id, std::move(value));
  }
}

void ThriftStruct::erase(std::int16_t id) {
  std::erase_if(fields_, [id](const auto& field) { return field.first == id; });
}

class ThriftReader {
 public:
  ThriftReader(std::string_view bytes, const ThriftLimits& limits) : bytes_(bytes), left_(limits) {}

  ThriftStruct read_struct() {
    ThriftStruct tree;
    std::int64_t id = 0;
    for (std::uint8_t head = byte(); head != kStop; head = byte()) {
      const std::int64_t step = head >> 4;
      id = step != 0 ? id + step : unzigzag(varint());
      if (id < INT16_MIN || id > INT16_MAX) damaged("a field's number is out of range");
      const auto type = static_cast<std::uint8_t>(head & 0x0f);
      const auto number = static_cast<std::int16_t>(id);
      if (tree.find(number) != nullptr) damaged("a field comes twice");
      if (tree.fields_.size() == kMostFields) damaged("a value has too many fields");
      tree.set(number, type == kTrue || type == kFalse ? counted(ThriftValue(type == kTrue)) : read_value(type));
    }
    return tree;
  }

 private:
  ThriftValue counted(ThriftValue value) {
    if (left_.values-- == 0) damaged("it has too many values: write larger row groups");
    return value;
  }

  ThriftValue read_value(std::uint8_t type) {
    if (left_.depth == 0) damaged("it is nested too deeply");
    --left_.depth;
    ThriftValue value = counted(read_unlimited(type));
    ++left_.depth;
    return value;
  }

  ThriftValue read_unlimited(std::uint8_t type) {
    switch (type) {
      case kTrue:
      case kFalse: return byte() == kTrue;  // of a list
      case kByte: return ThriftByte{static_cast<std::int8_t>(byte())};
      case kInt16: return ThriftInt16{integer<std::int16_t>()};
      case kInt32: return integer<std::int32_t>();
      case kInt64: return integer<std::int64_t>();
      case kDouble: {
        double value = 0;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
      }
      case kBinary: return std::string(take(varint()));
      case kList:
      case kSet: return read_list(type == kSet);
      case kMap: return read_map();
      case kStruct: return read_struct();
      case kUuid: return ThriftUuid{std::string(take(kUuidBytes))};
      default: damaged("a value has an unknown type");
    }
  }

  ThriftValue read_list(bool is_set) {
    const std::uint8_t head = byte();
    const std::uint64_t count = head >> 4 == kLongList ? varint() : head >> 4;
    ThriftList list{.of = static_cast<std::uint8_t>(head & 0x0f), .is_set = is_set, .items = {}};
    list.items.reserve(room_for(count));
    for (std::uint64_t i = 0; i < count; ++i) list.items.push_back(read_value(list.of));
    return list;
  }

  ThriftValue read_map() {
    ThriftMap map;
    const std::uint64_t count = varint();
    if (count == 0) return map;
    const std::uint8_t types = byte();
    map.keys = types >> 4;
    map.values = types & 0x0f;
    map.items.reserve(room_for(count));
    for (std::uint64_t i = 0; i < count; ++i) {
      ThriftValue key = read_value(map.keys);
      map.items.emplace_back(std::move(key), read_value(map.values));
    }
    return map;
  }

  // Each element takes a byte at least.
  std::size_t room_for(std::uint64_t count) const {
    if (count > bytes_.size()) damaged("a list is longer than the footer");
    return std::min(count, kFirstRoom);
  }

  template <class T>
  T integer() {
    const std::int64_t value = unzigzag(varint());
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
      damaged("a number is out of its type's range");
    }
    return static_cast<T>(value);
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if ((part & 0x80) == 0) return value;
    }
    damaged("a number is too long");
  }

  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) damaged("it ends in the middle of a value");
    std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  std::string_view bytes_;
  ThriftLimits left_;
};

class ThriftWriter {
 public:
  void write_struct(const ThriftStruct& tree) {
    std::int16_t last = 0;
    for (const auto& [id, value] : tree.fields_) {
      const auto* truth = std::get_if<bool>(&value);
      const std::uint8_t type = truth != nullptr && !*truth ? std::uint8_t{kFalse} : type_of(value);
      const int step = id - last;
      if (step > 0 && step < 16) {
        byte(static_cast<std::uint8_t>(step << 4 | type));
      } else {
        byte(type);
        varint(zigzag(id));
      }
      last = id;
      if (truth == nullptr) write_value(value);
    }
    byte(kStop);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::uint8_t type_of(const ThriftValue& value) {
    if (const auto* list = std::get_if<ThriftList>(&value)) return list->is_set ? kSet : kList;
    constexpr std::uint8_t kTypes[] = {kTrue,   kByte, kInt16, kInt32,  kInt64, kDouble,
                                       kBinary, kList, kMap,   kStruct, kUuid};
    static_assert(std::size(kTypes) == std::variant_size_v<ThriftValue::variant>);
    return kTypes[value.index()];
  }

  void write_value(const ThriftValue& value) {
    std::visit([this](const auto& held) { write(held); }, static_cast<const ThriftValue::variant&>(value));
  }
  void write(bool value) { byte(value ? kTrue : kFalse); }
  void write(ThriftByte value) { byte(static_cast<std::uint8_t>(value.value)); }
  void write(ThriftInt16 value) { varint(zigzag(value.value)); }
  void write(std::int32_t value) { varint(zigzag(value)); }
  void write(std::int64_t value) { varint(zigzag(value)); }
  void write(double value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void write(const std::string& value) {
    varint(value.size());
    out_ += value;
  }
  void write(const ThriftUuid& value) { out_ += value.bytes; }
  void write(const ThriftStruct& value) { write_struct(value); }
  void write(const ThriftList& list) {
    if (list.items.size() < kLongList) {
      byte(static_cast<std::uint8_t>(list.items.size() << 4 | list.of));
    } else {
      byte(static_cast<std::uint8_t>(kLongList << 4 | list.of));
      varint(list.items.size());
    }
    for (const ThriftValue& item : list.items) write_value(item);
  }
  void write(const ThriftMap& map) {
    varint(map.items.size());
    if (map.items.empty()) return;
    byte(static_cast<std::uint8_t>(map.keys << 4 | map.values));
    for (const auto& [key, value] : map.items) {
      write_value(key);
      write_value(value);
    }
  }

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }

  std::string out_;
};

ThriftStruct read_thrift(std::string_view bytes, const ThriftLimits& limits) {
  return ThriftReader(bytes, limits).read_struct();
}

std::string write_thrift(const ThriftStruct& tree) {
  ThriftWriter writer;
  writer.write_struct(tree);
  return writer.take();
}

}  // namespace boathouse::batch
