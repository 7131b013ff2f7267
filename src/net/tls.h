// SPDX-License-Identifier: Apache-2.0
// TLS settings: 1.2 and newer. Internal to net.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace boathouse::net {

// Error{invalid_argument} that says which file is wrong.
boost::asio::ssl::context make_server_tls(const std::string& certificate_file, const std::string& key_file);
// `ca_file` empty: the system's own.
boost::asio::ssl::context make_client_tls(const std::string& ca_file, bool verify);

}  // namespace boathouse::net
