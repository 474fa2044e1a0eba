// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a user's ssh config: an entry goes in, wins a place, changes nothing when it goes in
// again, and leaves the user's bytes behind when it goes out.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ssh/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kdevops::ssh;
  const std::string user(reinterpret_cast<const char*>(data), size);
  Entry entry;
  entry.host = "x";
  entry.proxy = "/proxy";
  if (size % 3 == 1) entry.vsock_cid = 5;
  if (size % 2 == 1) entry.default_transport = Transport::tcp;

  // Text with our markers may hold entries already, in pieces even that taking out one puts
  // together to another: then it must settle, not be what it was.
  const bool marked = user.find("# kdevops") != user.npos;
  auto with = update_entry(user, entry);
  if (marked) with = update_entry(with, entry);
  if (update_entry(with, entry) != with) std::abort();
  const auto without = remove_entry(with, entry.tag, entry.host);
  if (without != user && !marked) std::abort();
  if (remove_entry(without, entry.tag, entry.host) != without) std::abort();
  return 0;
}
