// SPDX-License-Identifier: Apache-2.0
// An object's facts as HTTP headers, both ways. Pure; any thread.
#pragma once

#include "core/buckets.h"
#include "core/object_facts.h"
#include "net/conditional.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::api::s3 {

// What a new object's sender says of it. Errors "InvalidArgument", "MetadataTooLarge", "InvalidRedirectLocation".
core::ObjectFacts facts_of(const net::Request& request);
// Where a website sends its readers instead is not copied: it is as the request says, or nowhere. Errors
// "InvalidArgument", "InvalidRedirectLocation".
void take_redirect(core::ObjectFacts& facts, const net::Request& request);
// x-amz-tagging. Error "InvalidTag".
core::ObjectTags tags_of(const net::Request& request);
// Errors "InvalidTag" for more than ten, too long ones, ones that are no plain text, the same key twice, or one that
// begins with "aws:".
void check_tags(const core::ObjectTags& tags, std::size_t most = 10);

// Headers that promise what this server does not do (encryption with keys, locks, public access) are refused, since
// ignoring them would lie; so are storage classes that are none. Errors "NotImplemented", "InvalidArgument",
// "InvalidStorageClass".
void refuse_unkept_promises(const net::Request& request);

// What conditions of a request that reads are judged by.
net::Validators validators_of(const meta::ObjectRow& object);
// If-Match and If-None-Match of a request that writes. Error "NotImplemented".
meta::ObjectCondition condition_of(const net::Request& request);
// That the object has this entity tag, with or without its quotes; "*": any.
meta::ObjectCondition etag_condition(std::string_view tag);

void add_facts(net::Response& response, const core::ObjectFacts& facts);
// "x-amz-checksum-crc32" or the like.
std::string checksum_header(core::ChecksumKind kind);
// Whether a header or trailer of that name holds a checksum, of whichever kind.
bool is_checksum_header(std::string_view name);
// The kind that a header or trailer of such a name is of; nullopt for any other.
std::optional<core::ChecksumKind> checksum_named(std::string_view header);
// Of x-amz-checksum-algorithm: the kind that a new object's or upload's checksum is to be of. Error "InvalidRequest".
std::optional<core::ChecksumKind> wanted_checksum(const net::Request& request);
// What a header gives as the checksum of the bytes, as it came. Error "InvalidRequest" for more than one, or of a kind
// that is not known: it could not be held against anything.
std::optional<core::Checksum> given_checksum(const net::Request& request);
// Error "InvalidRequest".
base::Error more_than_one_checksum();
// The raw bytes of a checksum's text. Error "InvalidRequest" for what can be no checksum of that kind.
std::string checksum_bytes(core::ChecksumKind kind, std::string_view value);
// That header and its type's.
void add_checksum(net::Response& response, const core::Checksum& checksum);
// x-amz-version-id, where the bucket has versions.
void add_version(net::Response& response, const meta::BucketRow& bucket, const std::string& version);

}  // namespace boathouse::api::s3
