// SPDX-License-Identifier: Apache-2.0
#include "auth/srp.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace boathouse::auth {
namespace {

constexpr const char* kPool = "aB3dE5fG7";
constexpr const char* kUser = "ada@example.org";

// One log-in as pycognito's arithmetic has it, with the client's secret 0x22.. and the server's 0x11...
const SrpVerifier kVerifier{
    .salt = "8f1c2d3e4f5a6b7c8d9eafb0c1d2e3f4",
    .verifier =
        "95fff50864e9d1b8009a433f071e23f2caec299324d16d888c11179a6626a29b8d1d3f39cca308be8d1682e20ebbafe0d47c4e63414ca5"
        "ba2123ff3a7230705f52932cf7153d8749a85a46c5760c43a2f11ffe302ceeddc551eb74cce1392842d5b1ec5bd70d3b39393cea9ea02e"
        "8772cda2472d8f4425da0813db3bc9af6799fa7919418d296624ae622344874d31c880079a0275383d3320c03d8b93e4204dbe5446b13d"
        "1232872fcee3cc04a43de7da375c37b9d319e81baade2d2174cb3e17c67d9100e1b317cc2e1f125c22a7eb8a3a3952c3d0b59dcc3db5c2"
        "17f2bb8ee2dac0f63dad0669db6dd65fc51613ae7c835afb0e30cce2c1bb88e2e9e3a83027c207776664f4b92f4a8e11543a01f35cf0e9"
        "e44fb98772ee43e3deae439a14f927f273fda65023da1a7fe791dae71d4e0863df03b0d2407148d5782b2fb700e4dd6edc0242e113ec4a"
        "73261b1c44f18a88eba6d0abf87aeefb2d72235c94eab3f6e9bdb7a4c33555aa03f71b307e07e58740c7015bddc402c40350ddd91edf"};
const SrpServerKey kServer{
    .secret = "1111111111111111111111111111111111111111111111111111111111111111",
    .shown =
        "e94a7db20cfff3c4294717df6706cc793962ffdeaff2d5d94c3220153fc630b7a8d4f49e3316b6a5ca21bbbbf08d922aa6c7291a457188"
        "74cfdfaa35b6a8086f176dbd88e042ebb4fd23db7447eb7920c71bd1f6f3d63755102c77b0cbc0312d7edc11014e01897d3b6b03629e67"
        "c103c9cd1b178662e07fef2d2d1b9ad2563a2273638535da541ddef66c36d84b086c31855e2401d56c10aa93b37d4ae5df74c7c88c4d04"
        "35fa0ec58c32fc42a4143db030445fd4e57a17d4fb7ab790cb1adb5f6ae765a8a615cab5c3ffaff20eaff7b718866f7395e56ee9cae4bf"
        "eed03cd48b4c9db9c38aa93e86874efb88c390b7fc7fe7015d09598adf6287e405faa3a89b7d9dc39b59c714a18daacc5516c1d2caddff"
        "a3e44c621c63bf266d40204c3131ceaf12493e54daed24715414100c7dd22721964dfedd17259e6c4badb7c02a165f32d3a464c47ee055"
        "5d1aa446b1e4481dfe3e1f3731acf374c8e5aeb6743362b8da43d53ae7264e67446e782a694f7cbc7f5a2883e40c6237efdb27ec2ce9"};
const std::string kClientKey =
    "8d03c47b7119190d73922a57a6c11f818a63a00de0a201fe496fe82e0a35d8db4a3cd9f492039cf07f8e6f57c552677ab0074592af01c2"
    "a80ae3214e910ac27919a64d7c653febd8a5fbc4419cc5672b05d6a0f148f9b0f1e1bda6e1d4d362150fdeb751b0713127d3a9b656ea48"
    "69cecc2c454080fcb90289ae8500b181f6c51b4e287ce0019bb7eafaa8c396305551a4bd89afb3804e434a7a2b3c0f8e7a0a51922b2fda"
    "ea2444163a1606a40305e3c98722523c9dc2325640cd72ef35b0ad79fdbe35e2dcecd17c604b2930d6a2213e1272e49cc2ffd47ae10a97"
    "2b0ab3d7e7054a380c9d1c617c6af9bf275367c20a5a5f703508cea20ae62b6696252d60c63fbb58f1e1a9e4cf36a845fba8dccc7f11d4"
    "1df8b57aaefbc88677012c9766b7f68dab68b220fcb8819e4dceff282f4be7e5518f7f1ffb27e5e019853cd83ab50517c51b6c399eecd0"
    "aaf5e0b5a90fb3e909901f335426877f26d57fb004807e0f5748d650ab74299ef42f181ba45539510433290b1c560d8c06b34a817acb";

TEST(SrpTest, BothSidesComeToTheSameKeyAndClaim) {
  auto key = srp_session_key(kVerifier, kServer, kClientKey);
  ASSERT_TRUE(key);
  EXPECT_EQ(base::to_hex(*key), "ab2357eabe9fab7097ece795f359bb4e");
  EXPECT_EQ(base::to_hex(srp_claim(*key, kPool, kUser, "secret block", "Sat Jun 1 12:30:00 UTC 2024")),
            "7808d7426515b998463f99ca5b031c9829a9a7abea50555565bcee055265ad96");
}

TEST(SrpTest, AnotherVerifierComesToAnotherKey) {
  SrpVerifier other = make_srp_verifier(kPool, kUser, "Some-password-1");
  EXPECT_NE(srp_session_key(other, kServer, kClientKey), srp_session_key(kVerifier, kServer, kClientKey));
}

TEST(SrpTest, SaltsAndServerKeysAreNewEachTime) {
  SrpVerifier one = make_srp_verifier(kPool, kUser, "Some-password-1");
  SrpVerifier two = make_srp_verifier(kPool, kUser, "Some-password-1");
  EXPECT_NE(one.salt, two.salt);
  EXPECT_NE(one.verifier, two.verifier);
  EXPECT_NE(make_srp_server_key(one).shown, make_srp_server_key(one).shown);
}

TEST(SrpTest, AClientKeyIsANumberOfTheGroupThatIsNotZero) {
  // The prime itself, and what is zero in the group, would tell the key without a password.
  const std::string prime =
      "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a43"
      "1b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b"
      "1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed5290770"
      "96966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6"
      "955817183995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71"
      "575d060c7db3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f"
      "2b18177b200cbbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff";
  EXPECT_TRUE(is_srp_client_key(kClientKey));
  EXPECT_TRUE(is_srp_client_key("1"));
  std::string below = prime;
  below.back() = 'e';
  EXPECT_TRUE(is_srp_client_key(below));
  for (const std::string& bad : {std::string(), std::string("0"), std::string("000000"), prime, "0" + prime,
                                 std::string("-1"), std::string("xyz"), std::string(769, '1')}) {
    EXPECT_FALSE(is_srp_client_key(bad)) << bad;
  }
}

}  // namespace
}  // namespace boathouse::auth
