// SPDX-License-Identifier: Apache-2.0
#include "auth/common_passwords.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace boathouse::auth {
namespace {

// Sorted, lower case, each of at least eight characters: shorter ones are refused for their length.
constexpr auto kCommon = std::to_array<std::string_view>({
    "!qaz2wsx", "!qaz@wsx", "01234567", "0123456789", "0987654321", "11111111", "11223344", "123123123", "123321123",
    "12341234", "12345678", "123456789", "1234567890", "123456789012", "123456789012345", "1234567890123456",
    "12345678910", "1q2w3e4r", "1q2w3e4r!", "1q2w3e4r5t", "1q2w3e4r5t!", "1q2w3e4r5t6y", "1qaz!qaz", "1qaz2wsx",
    "1qaz2wsx!", "1qaz2wsx3edc", "1qaz@wsx", "87654321", "987654321", "a123456789", "a1b2c3d4", "a1b2c3d4!",
    "aa123456", "aa123456!", "aa123456@", "aabbccdd", "abc123!@#", "abc12345", "abc12345!", "abc@1234", "abcd1234",
    "abcd1234!", "abcd@1234", "abcdefg1", "abcdefgh", "abcdefghi", "admin!123", "admin#123", "admin123", "admin123!",
    "admin1234", "admin1234!", "admin12345", "admin@123", "adminadmin", "administrator", "administrator1",
    "administrator1!", "arsenal1", "asdf1234", "asdf1234!", "asdfasdf", "asdfghjk", "asdfghjkl", "autumn2024!",
    "autumn2025!", "autumn2026!", "azerty123", "azerty123!", "baseball", "baseball1", "baseball1!", "batman123",
    "blink182", "blink182!", "change-me", "change_me", "changeme", "changeme!", "changeme1", "changeme1!",
    "changeme123", "changeme123!", "charlie1", "charlie1!", "chelsea1", "company1!", "company123!", "computer",
    "computer1", "computer1!", "correcthorsebatterystaple", "corvette", "default1", "default1!", "dragon12!",
    "dragon123", "facebook1", "facebook1!", "football", "football1", "football1!", "google123", "guest123",
    "guest123!", "guest1234!", "iloveyou", "iloveyou1", "iloveyou1!", "iloveyou123", "iloveyou2", "internet",
    "internet1", "jennifer", "jennifer1", "jordan23", "jordan23!", "letmein!", "letmein1", "letmein1!", "letmein123",
    "letmein123!", "liverpool", "liverpool1", "liverpool1!", "login123", "login123!", "master12!", "master123",
    "mercedes", "michael1", "michael1!", "midnight", "monkey12!", "monkey123", "mypassword", "mypassword1!",
    "mysecretpassword", "p4ssw0rd", "p4ssw0rd!", "p4ssword", "p@ssw0rd", "p@ssw0rd!", "p@ssw0rd1", "p@ssw0rd1!",
    "p@ssw0rd12", "p@ssw0rd123", "p@ssw0rd123!", "p@ssword", "p@ssword1", "p@ssword1!", "p@ssword123", "p@ssword123!",
    "pa$$w0rd", "pa$$w0rd1", "pa$$w0rd1!", "pa$$word", "pa$$word1", "pa55word", "pa55word!", "pa55word1!", "pass123!",
    "pass1234", "pass1234!", "pass@123", "pass@1234", "passw0rd", "passw0rd!", "passw0rd1", "passw0rd1!",
    "passw0rd123", "passw0rd123!", "password", "password!1", "password#1", "password#123", "password01",
    "password01!", "password1", "password1!", "password12", "password12!", "password123", "password123!",
    "password1234", "password1234!", "password12345", "password1password1", "password2", "password3", "password@1",
    "password@123", "passwordpassword", "passwordpassword1", "pokemon1", "pokemon123", "princess", "princess1",
    "princess1!", "q1w2e3r4", "q1w2e3r4!", "q1w2e3r4t5", "qazwsxedc", "qwerty!1", "qwerty#1", "qwerty1!", "qwerty12",
    "qwerty12!", "qwerty123", "qwerty123!", "qwerty1234", "qwerty12345", "qwerty@123", "qwertyui", "qwertyuiop",
    "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertz123", "root1234", "root1234!", "rootroot", "samsung1",
    "samsung123", "secret12!", "secret123", "secret123!", "secret@123", "shadow123", "spring2024!", "spring2025!",
    "spring2026!", "starwars", "starwars1", "starwars1!", "summer123!", "summer2024!", "summer2025!", "summer2026!",
    "sunshine", "sunshine1", "sunshine1!", "superman", "superman1", "superman1!", "temp1234", "temp1234!", "temp@123",
    "temppass1!", "test1234", "test1234!", "test@123", "test@1234", "testing1!", "testing123", "testing123!",
    "testtest", "thisisapassword", "thisismypassword", "toor1234", "trustno1", "trustno1!", "user1234", "user1234!",
    "user@123", "welcome01", "welcome01!", "welcome1", "welcome1!", "welcome12", "welcome123", "welcome123!",
    "welcome2", "welcome2024!", "welcome2025!", "welcome2026!", "welcome@1", "welcome@123", "whatever", "whatever1",
    "winter123!", "winter2024!", "winter2025!", "winter2026!", "zaq12wsx", "zaq1@wsx", "zxcvbnm1", "zxcvbnm123",
});
static_assert(std::is_sorted(kCommon.begin(), kCommon.end()));

}  // namespace

bool is_common_password(std::string_view password) {
  return std::binary_search(kCommon.begin(), kCommon.end(), std::string_view(base::fold_case(password)));
}

}  // namespace boathouse::auth
