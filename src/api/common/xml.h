// SPDX-License-Identifier: Apache-2.0
// Answers in XML. Pure; any thread.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "net/response.h"

namespace boathouse::api {

// Appends <name>text</name>.
void add_text(pugi::xml_node parent, const char* name, std::string_view text);

// In one line; with an XML declaration only where `document` has one.
net::Response xml_response(int status, const pugi::xml_document& document, std::string content_type);

}  // namespace boathouse::api
