// SPDX-License-Identifier: Apache-2.0
#include "api/system/docs.h"

#include "api/system/embedded.h"
#include "base/error.h"
#include "net/conditional.h"

namespace boathouse::api::system {
namespace {

namespace asio = boost::asio;

// Scripts and styles from this server only. Swagger UI sets style attributes and draws with data: images; it saves an
// answer that is a file from a blob.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

bool takes_gzip(const net::Request& request) {
  return request.headers.get("Accept-Encoding").find("gzip") != std::string_view::npos;
}

net::Response answer(const net::Request& request, const std::string& name) {
  const EmbeddedFile* file = find_embedded(name);
  if (!file) throw base::Error(base::ErrorKind::not_found, "there is no such page: /docs has what there is");
  bool packed = !file->gzip.empty() && takes_gzip(request);
  // The compressed form is other bytes, so it has an ETag of its own.
  std::string etag(file->etag);
  if (packed) etag.insert(etag.size() - 1, "-gzip");
  net::Response response = net::empty_response(304);
  if (!net::is_known(request, {.etag = etag})) {
    std::string_view content = packed ? file->gzip : file->content;
    response = net::text_response(200, std::string(content), std::string(file->media_type));
    if (packed) response.headers.set("Content-Encoding", "gzip");
    if (file->media_type.starts_with("text/html"))
      response.headers.set("Content-Security-Policy", std::string(kPolicy));
  }
  response.headers.set("ETag", std::move(etag));
  // A new binary has new files under the same names.
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("Vary", "Accept-Encoding");
  return response;
}

net::Handler file(std::string name) {
  return [name = std::move(name)](net::Request& request) -> asio::awaitable<net::Response> {
    co_return answer(request, name);
  };
}

// The file that the path's last part names.
net::Handler one_of(std::string folder, std::string suffix) {
  return [folder = std::move(folder),
          suffix = std::move(suffix)](net::Request& request) -> asio::awaitable<net::Response> {
    co_return answer(request, folder + request.param("name") + suffix);
  };
}

}  // namespace

void add_docs_routes(net::Router& router) {
  router.add("GET", "/openapi.json", file("openapi.json"), {.summary = "This API's document"});
  router.add("GET", "/docs", file("docs/index.html"),
             {.optional_trailing_slash = true, .summary = "This API's document in a browser, to try it out"});
  router.add("GET", "/docs/assets/{name}", one_of("docs/assets/", ""),
             {.summary = "What the pages of /docs are made of"});
  router.add("GET", "/docs/errors", file("docs/errors/index.html"),
             {.optional_trailing_slash = true, .summary = "Every error's page"});
  router.add("GET", "/docs/errors/{name}", one_of("docs/errors/", ".html"), {.summary = "What an error means"});
}

}  // namespace boathouse::api::system
