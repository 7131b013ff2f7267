// SPDX-License-Identifier: Apache-2.0
// Tags as <Tagging> has them. Pure; any thread.
#pragma once

#include "core/object_facts.h"
#include "net/response.h"

namespace boathouse::api::s3 {

net::Response tags_answer(const core::ObjectTags& tags);
// Errors "MalformedXML", "InvalidTag".
core::ObjectTags read_tags(const std::string& body, std::size_t most);

}  // namespace boathouse::api::s3
