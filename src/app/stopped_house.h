// SPDX-License-Identifier: Apache-2.0
// What can be done to a data folder while no server works on it.
#pragma once

#include <filesystem>
#include <string>

namespace boathouse::app {

// Gives the user a random password, which is returned, and enables the account. Error{conflict} while a server runs,
// Error{not_found} for a folder without a house and for an unknown user.
std::string reset_password(const std::filesystem::path& data, const std::string& user);

}  // namespace boathouse::app
