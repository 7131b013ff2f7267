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
boathouse_fuzz(csv_words room_batch)
boathouse_fuzz(documents room_batch)
# Of core this file only, which needs nothing else of it.
boathouse_fuzz(document_record room_landing)
target_sources(fuzz-document-record PRIVATE ${CMAKE_SOURCE_DIR}/src/core/document_record.cc)
boathouse_fuzz(file_format room_batch)
target_sources(fuzz-file-format PRIVATE ${CMAKE_SOURCE_DIR}/src/core/file_format.cc)
boathouse_fuzz(multipart room_net)
boathouse_fuzz(http_head room_net)
boathouse_fuzz(url room_net)
boathouse_fuzz(parquet_footer room_batch)
boathouse_fuzz(avro room_iceberg)
boathouse_fuzz(table_metadata room_iceberg)
boathouse_fuzz(jwt room_auth)
boathouse_fuzz(sigv4 room_auth)
# Of the S3 door its reader of chunks, and what that refuses with.
boathouse_fuzz(s3_chunks room_net room_auth pugixml::pugixml)
target_sources(fuzz-s3-chunks PRIVATE ${CMAKE_SOURCE_DIR}/src/api/s3/chunk_reader.cc ${CMAKE_SOURCE_DIR}/src/api/s3/errors.cc
                                      ${CMAKE_SOURCE_DIR}/src/api/s3/xml.cc ${CMAKE_SOURCE_DIR}/src/api/common/xml.cc
                                      ${CMAKE_SOURCE_DIR}/src/core/object_facts.cc)
