# SPDX-License-Identifier: Apache-2.0
# The fuzz targets (fuzz/, preset `fuzz`): each file that is not shared by all is a program fuzz-<name> with the rooms given.
add_custom_target(fuzz-targets)

function(boathouse_fuzz name)
  string(REPLACE "_" "-" program fuzz-${name})
  add_executable(${program} ${CMAKE_SOURCE_DIR}/fuzz/${name}.cc ${CMAKE_SOURCE_DIR}/fuzz/entry.cc)
  target_include_directories(${program} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${program} PRIVATE ${ARGN})
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz-targets ${program})
endfunction()

add_library(fuzz-staged STATIC ${CMAKE_SOURCE_DIR}/fuzz/staged.cc)
target_include_directories(fuzz-staged PUBLIC ${CMAKE_SOURCE_DIR})
target_link_libraries(fuzz-staged PUBLIC room_batch)

boathouse_fuzz(csv fuzz-staged)
boathouse_fuzz(json fuzz-staged)
boathouse_fuzz(multipart room_net)
boathouse_fuzz(http_head room_net)
boathouse_fuzz(url room_net)
boathouse_fuzz(parquet_footer room_batch)
boathouse_fuzz(avro room_iceberg)
boathouse_fuzz(table_metadata room_iceberg)
boathouse_fuzz(jwt room_auth)
boathouse_fuzz(sigv4 room_auth)
