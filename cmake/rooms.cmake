# SPDX-License-Identifier: Apache-2.0
# A room is a folder of src/: its sources make the library room_<name>, its *_test.cc files the program <name>_test.
set(BOATHOUSE_PCH <algorithm> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <span>
    <string> <string_view> <unordered_map> <variant> <vector> <boost/json.hpp> <fmt/format.h>)

# Every room's test program.
add_custom_target(unit-tests)

function(boathouse_tests name)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*_test.cc)
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${ARGN} GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE BOATHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_precompile_headers(${name}_test PRIVATE ${BOATHOUSE_PCH} <gtest/gtest.h>)
    include(GoogleTest)
    add_dependencies(unit-tests ${name}_test)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
  endif()
endfunction()

function(boathouse_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|/main\\.cc$|/engine/worker/")
  set(rooms ${ROOM_ROOMS})
  list(TRANSFORM rooms PREPEND room_)
  if(sources)
    add_library(room_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_precompile_headers(room_${name} PRIVATE ${BOATHOUSE_PCH})
  else()
    add_library(room_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(room_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(room_${name} ${scope} ${rooms} ${ROOM_LIBRARIES} Boost::headers Threads::Threads)
  boathouse_tests(${name} room_${name})
endfunction()

# The files of /docs as one more source of `target`: see scripts/embed-docs.
function(boathouse_embedded_docs target)
  set(folder ${CMAKE_BINARY_DIR}/embedded)
  file(GLOB inputs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/errors/*.md ${CMAKE_SOURCE_DIR}/src/api/system/pages/*
       ${SWAGGER_UI_DIR}/*)
  add_custom_command(OUTPUT ${folder}/embedded_files.cc
    COMMAND ${CMAKE_SOURCE_DIR}/scripts/embed-docs ${folder}
    DEPENDS ${CMAKE_SOURCE_DIR}/scripts/embed-docs ${CMAKE_SOURCE_DIR}/docs/openapi.json ${inputs}
    COMMENT "Embedding the files of /docs" VERBATIM)
  target_sources(${target} PRIVATE ${folder}/embedded_files.cc)
endfunction()

# boathouse-worker: the confined process that runs DuckDB (src/engine/worker/).
function(boathouse_worker)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/engine/worker/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_executable(boathouse-worker ${sources})
    target_link_libraries(boathouse-worker PRIVATE room_engine duckdb::duckdb)
    target_precompile_headers(boathouse-worker PRIVATE ${BOATHOUSE_PCH})
    add_custom_command(TARGET boathouse-worker POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy_if_different ${DUCKDB_DIR}/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so)
    # Sanitizers want more memory and system calls than a worker is given: their builds test against the release's worker.
    if(BOATHOUSE_SANITIZE)
      set(worker ${CMAKE_SOURCE_DIR}/build/release/boathouse-worker)
    else()
      set(worker $<TARGET_FILE:boathouse-worker>)
    endif()
    foreach(test engine_test core_test api_test app_test)
      if(TARGET ${test})
        target_compile_definitions(${test} PRIVATE BOATHOUSE_WORKER="${worker}")
        if(NOT BOATHOUSE_SANITIZE)
          add_dependencies(${test} boathouse-worker)
        endif()
      endif()
    endforeach()
  endif()
endfunction()

function(boathouse_program)
  if(EXISTS ${CMAKE_SOURCE_DIR}/src/app/main.cc)
    add_executable(boathouse ${CMAKE_SOURCE_DIR}/src/app/main.cc)
    target_link_libraries(boathouse PRIVATE room_app)
    add_dependencies(boathouse boathouse-worker)
  endif()
endfunction()
