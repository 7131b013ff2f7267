// SPDX-License-Identifier: Apache-2.0
// A data folder as commands on its own machine see it.
#pragma once

#include <filesystem>
#include <string>

namespace boathouse::app {

// The metadata file of a data folder. Error{not_found} for a folder without a house.
std::filesystem::path database_of(const std::filesystem::path& data);

// Gives the user a random password, which is returned, and enables the account. Error{conflict} while a server runs,
// Error{not_found} for a folder without a house and for an unknown user.
std::string reset_password(const std::filesystem::path& data, const std::string& user);

}  // namespace boathouse::app
