// SPDX-License-Identifier: Apache-2.0
#include "api/common/xml.h"

#include <sstream>

namespace boathouse::api {

void add_text(pugi::xml_node parent, const char* name, std::string_view text) {
  parent.append_child(name).text().set(std::string(text).c_str());
}

net::Response xml_response(int status, const pugi::xml_document& document, std::string content_type) {
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  std::string written = std::move(text).str();
  // As itself a reader would take it for a line end.
  for (std::size_t at = 0; (at = written.find('\r', at)) != std::string::npos;) written.replace(at, 1, "&#13;");
  return net::text_response(status, std::move(written), std::move(content_type));
}

}  // namespace boathouse::api
