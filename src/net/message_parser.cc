// SPDX-License-Identifier: Apache-2.0
#include "net/message_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>

namespace boathouse::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

bool has_folded_line(std::string_view head) {
  return head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos;
}

template <bool is_request>
class BeastParser : public MessageParser, private http::basic_parser<is_request> {
  using Base = http::basic_parser<is_request>;

 public:
  BeastParser(std::size_t header_limit, bool skip_body) {
    Base::header_limit(static_cast<std::uint32_t>(header_limit));
    Base::body_limit(boost::none);
    Base::skip(skip_body);
  }

  std::size_t put(std::span<const char> bytes, error_code& ec) override {
    const bool in_head = !Base::is_header_done();
    std::size_t used = Base::put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (ec == http::error::need_buffer) ec = {};
    // The header lines are parsed in one go, so a folded one lies whole in these bytes.
    if (in_head && Base::is_header_done()) folded = has_folded_line(std::string_view(bytes.data(), used));
    return used;
  }
  bool head_done() const override { return Base::is_header_done(); }
  bool done() const override { return Base::is_done(); }
  bool chunked() const override { return Base::chunked(); }
  bool keep_alive() const override { return Base::keep_alive(); }
  std::optional<std::uint64_t> content_length() const override {
    auto length = Base::content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }

 private:
  void on_request_impl(http::verb, string_view method_text, string_view target_text, int version,
                       error_code&) override {
    method.assign(method_text.data(), method_text.size());
    target.assign(target_text.data(), target_text.size());
    minor = version % 10;
  }
  void on_response_impl(int code, string_view, int version, error_code&) override {
    status = code;
    minor = version % 10;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    if (Base::is_header_done()) return;  // a trailer: nobody asked for it
    headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& ec) override { return take(body, ec); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) override { return take(body, ec); }
  void on_finish_impl(error_code&) override {}

  std::size_t take(string_view body, error_code& ec) {
    std::size_t count = std::min(body.size(), into.size());
    std::memcpy(into.data(), body.data(), count);
    into = into.subspan(count);
    if (count < body.size()) ec = http::error::need_buffer;
    return count;
  }
};

}  // namespace

std::unique_ptr<MessageParser> make_request_parser(std::size_t header_limit) {
  return std::make_unique<BeastParser<true>>(header_limit, false);
}

std::unique_ptr<MessageParser> make_response_parser(std::size_t header_limit, bool head_request) {
  return std::make_unique<BeastParser<false>>(header_limit, head_request);
}

bool is_need_more(const error_code& ec) { return ec == http::error::need_more; }
bool is_header_limit(const error_code& ec) { return ec == http::error::header_limit; }
bool is_bad_version(const error_code& ec) { return ec == http::error::bad_version; }

}  // namespace boathouse::net
