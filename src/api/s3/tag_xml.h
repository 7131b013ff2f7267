// SPDX-License-Identifier: Apache-2.0
// Tags as <Tagging> has them. Pure; any thread.
#pragma once

#include <pugixml.hpp>

#include "core/object_facts.h"
#include "net/response.h"

namespace boathouse::api::s3 {

inline constexpr std::size_t kMostBucketTags = 50;

net::Response tags_answer(const core::ObjectTags& tags);
// Errors "MalformedXML", "InvalidTag".
core::ObjectTags read_tags(const std::string& body, std::size_t most);
// The <Tag>s below a node. Error "InvalidTag".
core::ObjectTags read_tag_nodes(pugi::xml_node set, std::size_t most);

}  // namespace boathouse::api::s3
