// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "hypervisor/libvirt.h"
#include "support/hash.h"

namespace kdevops::hypervisor {

namespace {

void set(pugi::xml_node parent, const char* name, const std::string& text) {
  parent.append_child(name).text().set(text.c_str());
}

std::string print(const pugi::xml_document& document) {
  std::ostringstream out;
  document.print(out, "", pugi::format_raw | pugi::format_no_declaration);
  return out.str();
}

std::string pool_xml(const std::string& name, const std::string& directory) {
  pugi::xml_document document;
  auto pool = document.append_child("pool");
  pool.append_attribute("type").set_value("dir");
  set(pool, "name", name);
  auto target = pool.append_child("target");
  set(target, "path", directory);
  auto permissions = target.append_child("permissions");
  set(permissions, "mode", "0711");
  return print(document);
}

std::string volume_xml(const Volume& volume, const QemuUser& user) {
  pugi::xml_document document;
  auto element = document.append_child("volume");
  set(element, "name", volume.name);
  // Without one, an overlay gets the size of what it stands on.
  if (volume.size_bytes != 0) set(element, "capacity", std::to_string(volume.size_bytes));
  set(element, "allocation", "0");
  auto target = element.append_child("target");
  target.append_child("format").append_attribute("type").set_value(volume.format.c_str());
  auto permissions = target.append_child("permissions");
  set(permissions, "mode", "0600");
  set(permissions, "owner", std::to_string(user.uid));
  set(permissions, "group", std::to_string(user.gid));
  if (!volume.base.empty()) {
    auto backing = element.append_child("backingStore");
    set(backing, "path", volume.base);
    backing.append_child("format").append_attribute("type").set_value("qcow2");
  }
  return print(document);
}

Volume describe(virStorageVolPtr handle) {
  Volume volume;
  volume.name = virStorageVolGetName(handle);
  const CString xml(virStorageVolGetXMLDesc(handle, 0));
  pugi::xml_document document;
  if (!xml || !document.load_string(xml.get())) return volume;
  const auto element = document.child("volume");
  volume.format = element.child("target").child("format").attribute("type").value();
  volume.size_bytes = element.child("capacity").text().as_ullong();
  volume.base = element.child("backingStore").child_value("path");
  return volume;
}

}  // namespace

class Libvirt::Pool {
 public:
  Pool(PoolHandle handle, bool transient) : handle_(std::move(handle)), transient_(transient) {}
  ~Pool() {
    if (transient_) virStoragePoolDestroy(handle_.get());
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  virStoragePoolPtr get() const { return handle_.get(); }
  VolumeHandle volume(const std::string& name) const {
    return VolumeHandle(virStorageVolLookupByName(handle_.get(), name.c_str()));
  }

 private:
  PoolHandle handle_;
  bool transient_;
};

std::unique_ptr<Libvirt::Pool> Libvirt::open_pool(const std::string& directory, bool make) {
  PoolHandle found(virStoragePoolLookupByTargetPath(connection_.get(), directory.c_str()));
  if (found) {
    virStoragePoolRefresh(found.get(), 0);
    return std::make_unique<Pool>(std::move(found), false);
  }
  const auto name = "kdevops-" + support::sha256_hex(directory).substr(0, 16);
  found.reset(virStoragePoolCreateXML(connection_.get(), pool_xml(name, directory).c_str(),
                                      make ? VIR_STORAGE_POOL_CREATE_WITH_BUILD : 0));
  if (found) return std::make_unique<Pool>(std::move(found), true);
  if (!make) return nullptr;
  throw libvirt_error("libvirt cannot make the directory", directory);
}

void Libvirt::create_volumes(const std::string& directory, const std::vector<Volume>& volumes) {
  const auto pool = open_pool(directory, true);
  const auto user = qemu_user();
  for (const auto& volume : volumes) {
    if (pool->volume(volume.name)) continue;
    const VolumeHandle made(virStorageVolCreateXML(pool->get(), volume_xml(volume, user).c_str(), 0));
    if (!made) throw libvirt_error("libvirt cannot make the disk", directory + "/" + volume.name);
  }
}

void Libvirt::write_volume(const std::string& directory, const std::string& name,
                           const std::string& bytes) {
  remove_volume(directory, name);
  create_volumes(directory, {{name, "raw", bytes.size(), ""}});
  const auto path = directory + "/" + name;
  const auto pool = open_pool(directory, false);
  const auto volume = pool ? pool->volume(name) : nullptr;
  const StreamHandle stream(virStreamNew(connection_.get(), 0));
  if (!volume || !stream ||
      virStorageVolUpload(volume.get(), stream.get(), 0, bytes.size(), 0) < 0) {
    throw libvirt_error("libvirt cannot write the file", path);
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const int sent = virStreamSend(stream.get(), bytes.data() + at, bytes.size() - at);
    if (sent < 0) {
      auto error = libvirt_error("libvirt cannot write the file", path);
      virStreamAbort(stream.get());
      throw error;
    }
    at += static_cast<std::size_t>(sent);
  }
  if (virStreamFinish(stream.get()) < 0) throw libvirt_error("libvirt cannot write the file", path);
}

void Libvirt::remove_volume(const std::string& directory, const std::string& name) {
  const auto pool = open_pool(directory, false);
  const auto volume = pool ? pool->volume(name) : nullptr;
  if (volume && virStorageVolDelete(volume.get(), 0) < 0) {
    throw libvirt_error("libvirt cannot remove the disk", directory + "/" + name);
  }
}

std::vector<Volume> Libvirt::volumes(const std::string& directory) {
  const auto pool = open_pool(directory, false);
  if (!pool) return {};
  virStorageVolPtr* list = nullptr;
  const int count = virStoragePoolListAllVolumes(pool->get(), &list, 0);
  if (count < 0) throw libvirt_error("cannot list the directory", directory);
  std::vector<Volume> all;
  for (int i = 0; i < count; ++i) {
    const VolumeHandle volume(list[i]);
    all.push_back(describe(volume.get()));
  }
  std::free(list);
  return all;
}

std::string Libvirt::read_volume(const std::string& directory, const std::string& name, std::size_t offset) {
  const auto pool = open_pool(directory, false);
  const auto volume = pool ? pool->volume(name) : nullptr;
  if (!volume) return {};
  const StreamHandle stream(virStreamNew(connection_.get(), 0));
  if (!stream || virStorageVolDownload(volume.get(), stream.get(), offset, 0, 0) < 0) {
    throw libvirt_error("cannot read the file", directory + "/" + name);
  }
  std::string bytes;
  char buffer[65536];
  int got = 0;
  while ((got = virStreamRecv(stream.get(), buffer, sizeof buffer)) > 0) {
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  if (got < 0) {
    auto error = libvirt_error("cannot read the file", directory + "/" + name);
    virStreamAbort(stream.get());
    throw error;
  }
  virStreamFinish(stream.get());
  return bytes;
}

void Libvirt::remove_directory(const std::string& directory) {
  for (const auto& volume : volumes(directory)) remove_volume(directory, volume.name);
  PoolHandle found(virStoragePoolLookupByTargetPath(connection_.get(), directory.c_str()));
  if (found) return;  // a pool the user made stays
  // Only an inactive, defined pool can be deleted together with its directory.
  const auto name = "kdevops-" + support::sha256_hex(directory).substr(0, 16);
  found.reset(virStoragePoolDefineXML(connection_.get(), pool_xml(name, directory).c_str(), 0));
  if (!found) throw libvirt_error("libvirt cannot remove the directory", directory);
  const bool removed = virStoragePoolDelete(found.get(), VIR_STORAGE_POOL_DELETE_NORMAL) == 0;
  auto error = libvirt_error("libvirt cannot remove the directory", directory);
  virStoragePoolUndefine(found.get());
  if (!removed && std::string_view(error.what()).find("No such file") == std::string_view::npos) {
    throw error;
  }
}

}  // namespace kdevops::hypervisor
