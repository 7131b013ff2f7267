// SPDX-License-Identifier: Apache-2.0
#include "api/system/openapi.h"

// BOATHOUSE_OPENAPI is the file's path, given by the build.
asm(".section .rodata\n"
    ".globl boathouse_openapi_begin, boathouse_openapi_end\n"
    "boathouse_openapi_begin:\n"
    ".incbin \"" BOATHOUSE_OPENAPI
    "\"\n"
    "boathouse_openapi_end:\n"
    ".previous\n");

extern "C" {
extern const char boathouse_openapi_begin[];
extern const char boathouse_openapi_end[];
}

namespace boathouse::api::system {

std::string_view openapi_document() {
  return {boathouse_openapi_begin, static_cast<std::size_t>(boathouse_openapi_end - boathouse_openapi_begin)};
}

}  // namespace boathouse::api::system
