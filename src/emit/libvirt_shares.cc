// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/libvirt_shares.h"

#include "emit/libvirt.h"

namespace kdevops::emit {

namespace {

pugi::xml_node add_filesystem(pugi::xml_node devices, const char* driver, const std::string& access,
                              const std::string& directory, const std::string& tag) {
  auto filesystem = devices.append_child("filesystem");
  set_attribute(filesystem, "type", "mount");
  set_attribute(filesystem, "accessmode", access);
  set_attribute(filesystem.append_child("driver"), "type", driver);
  set_attribute(filesystem.append_child("source"), "dir", directory);
  set_attribute(filesystem.append_child("target"), "dir", tag);
  return filesystem;
}

/// libvirt knows no read-only virtiofs before version 11, so it is the guest that mounts it so.
pugi::xml_node add_virtiofs(pugi::xml_node domain, const std::string& directory, const std::string& tag) {
  auto filesystem = add_filesystem(domain.child("devices"), "virtiofs", "passthrough", directory, tag);
  set_attribute(filesystem.child("driver"), "queue", "1024");
  // virtiofsd serves guest memory in place. A template that asks for huge pages keeps them.
  auto backing = domain.child("memoryBacking");
  if (!backing) backing = domain.insert_child_after("memoryBacking", domain.child("memory"));
  if (!backing.child("hugepages")) set_attribute(child_of(backing, "source"), "type", "memfd");
  set_attribute(child_of(backing, "access"), "mode", "shared");
  return filesystem;
}

void add_9p(pugi::xml_node domain, const plan::Share& share) {
  // QEMU's security model "none" has libvirt's name "squash": no owner is changed, nobody is told.
  const auto access = share.security_model == "none" ? "squash" : share.security_model;
  auto filesystem = add_filesystem(domain.child("devices"), "path", access, share.directory, share.tag);
  // A directory may hold mounts of its own, whose inode numbers must not meet.
  set_attribute(filesystem, "multidevs", "remap");
  if (share.read_only) filesystem.append_child("readonly");
}

}  // namespace

void add_shares(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node) {
  const auto& system = plan.system(node.system);
  if (system.backend == "imageless") {
    // What is in a store never changes, so the guest may keep all it has seen.
    auto store = add_virtiofs(domain, "/nix/store", kStoreTag);
    set_attribute(store.append_child("binary").append_child("cache"), "mode", "always");
    add_virtiofs(domain, plan.linux.destdir + "/lib/modules", kModulesTag);
  }
  for (const auto& share : system.shares) {
    if (share.driver == "9p") {
      add_9p(domain, share);
    } else {
      add_virtiofs(domain, share.directory, share.tag);
    }
  }
}

pugi::xml_node find_share(pugi::xml_node domain, const std::string& tag) {
  for (const auto filesystem : domain.child("devices").children("filesystem")) {
    if (filesystem.child("target").attribute("dir").value() == tag) return filesystem;
  }
  return {};
}

}  // namespace kdevops::emit
