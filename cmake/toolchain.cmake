# SPDX-License-Identifier: Apache-2.0
# Compiler settings shared by every target: warnings are errors, mold links, ccache remembers.
option(BOATHOUSE_SANITIZE "Sanitizers to build with: address, thread, fuzz or empty" "")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -g1")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor -Woverloaded-virtual -Werror
                    -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12 reports these inside its own and Boost's headers once it inlines them; the sanitizer builds look for the real ones.
add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the checkout are told relative to it, so that every build directory and every clone shares what was compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  add_compile_options(-fpch-preprocess)
endif()

if(BOATHOUSE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(BOATHOUSE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  # GCC has no model of fences under this sanitizer and says so in Boost.Asio's headers.
  add_compile_options(-Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(BOATHOUSE_SANITIZE STREQUAL "fuzz")
  # Clang, with libFuzzer's counters. What it thinks of the sources is no matter here: GCC and clang-tidy judge them.
  add_compile_options(-Wno-everything -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()
