// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include "base/error.h"

namespace boathouse::net {

namespace ssl = boost::asio::ssl;

namespace {

void check(const boost::system::error_code& ec, const std::string& what) {
  if (ec) throw base::Error(base::ErrorKind::invalid_argument, what + ": " + ec.message());
}

ssl::context make_context(ssl::context::method method) {
  ssl::context context(method);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                      ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
  return context;
}

}  // namespace

ssl::context make_server_tls(const std::string& certificate_file, const std::string& key_file) {
  ssl::context context = make_context(ssl::context::tls_server);
  boost::system::error_code ec;
  context.use_certificate_chain_file(certificate_file, ec);
  check(ec, "the TLS certificate " + certificate_file + " cannot be used");
  context.use_private_key_file(key_file, ssl::context::pem, ec);
  check(ec, "the TLS key " + key_file + " cannot be used with that certificate");
  return context;
}

ssl::context make_client_tls(const std::string& ca_file, bool verify) {
  ssl::context context = make_context(ssl::context::tls_client);
  if (!verify) return context;
  context.set_verify_mode(ssl::verify_peer);
  boost::system::error_code ec;
  if (ca_file.empty()) {
    context.set_default_verify_paths(ec);
    check(ec, "the system's certificates cannot be read");
  } else {
    context.load_verify_file(ca_file, ec);
    check(ec, "the certificates in " + ca_file + " cannot be read");
  }
  return context;
}

}  // namespace boathouse::net
