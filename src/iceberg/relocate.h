// SPDX-License-Identifier: Apache-2.0
// Tables moved to another folder. Iceberg's locations are absolute, so every file that holds one is written anew: metadata,
// manifest lists, manifests. (Position delete files hold locations too; they are Parquet, which the engine writes.) Records
// are copied field by field as their own schema says, so that nothing is lost that other writers put there. Pure, any
// thread. Damaged input: Error{internal}, code "damaged-metadata".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace boathouse::iceberg {

// Locations are the table's old ones, as its files name them.
struct Relocation {
  std::string from;  // without a trailing '/'
  std::string to;

  // Another place under `to` for what lies under `from`; anything else stays.
  std::string moved(std::string_view location) const;
};

// Sizes of files that are not what they were, by old location: manifests in a list, delete files in a manifest.
using NewSizes = std::map<std::string, std::int64_t, std::less<>>;

enum class AvroContent { manifest_list, data_manifest, delete_manifest };
AvroContent avro_content(std::string_view bytes);

std::string relocate_avro(std::string_view bytes, const Relocation& relocation, const NewSizes& sizes);

// The position delete files that a manifest names, by their locations there.
std::set<std::string> position_deletes_of(std::string_view bytes);

// A metadata file, plain or compressed as it was.
std::string relocate_metadata(std::string_view bytes, const Relocation& relocation);

}  // namespace boathouse::iceberg
