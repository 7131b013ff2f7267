// SPDX-License-Identifier: Apache-2.0
// The documents of a request's body, which lies in memory: one JSON object, lines of them (NDJSON), or an array. Pure, any
// thread.
#pragma once

#include <string_view>
#include <vector>

#include "batch/flatten.h"

namespace boathouse::batch {

// Error{invalid_argument} that says where, for a body that is not one document in UTF-8.
void check_one_document(std::string_view body);

// An array where the body begins with '[', else lines; blank ones count for nothing. Each is a document as
// check_document() says, of at most `max_bytes`; they are views into the body, without the white space around them. Otherwise
// Error{invalid_argument}, {too_large} past the size, with detail `line` (from 1).
std::vector<std::string_view> split_documents(std::string_view body, std::size_t max_bytes);

}  // namespace boathouse::batch
