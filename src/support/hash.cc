// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/hash.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "support/error.h"

namespace kdevops::support {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw Error(ExitCode::failed, "libcrypto cannot compute SHA-256");
  }
  std::string text;
  text.reserve(size * 2);
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace kdevops::support
