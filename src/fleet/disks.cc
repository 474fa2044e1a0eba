// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/disks.h"

#include <cerrno>

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emit/libvirt_boot.h"
#include "emit/libvirt_drives.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

std::string tree_directory(const plan::Plan& plan) {
  return plan.libvirt.storage + "/" + plan.instance.id;
}

/// What an imageless node boots from: where it comes from, where QEMU gets it.
struct BootFile {
  std::string from, to;
};
std::vector<BootFile> boot_files(const plan::Node& node, const DirectBoot& boot) {
  return {{boot.kernel.image, emit::kernel_path(node)}, {boot.closure.initrd, emit::initrd_path(node)}};
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class LocalDisks final : public Disks {
 public:
  explicit LocalDisks(const Context& context) : context_(context) {}

  void prepare(const plan::Node& node, const Intent& intent, RootDisk root) override {
    // QEMU runs as another user and must get through; nobody has to list it.
    context_.files.make_directories(node.directory, 0711);
    if (intent.boot) {
      context_.files.remove(node.directory + "/root.qcow2");  // of another backend
      for (const auto& [from, to] : boot_files(node, *intent.boot)) {
        context_.files.write_if_changed(to, context_.files.read_or_throw(from), 0644);
      }
    } else {
      prepare_root(node, intent.base, root);
    }
    for (std::size_t i = 0; i < node.drives.size(); ++i) prepare_drive(node, i);
  }

  bool remove(const std::string& directory) override { return context_.files.remove(directory); }

  std::string read(const std::string& directory, const std::string& name, std::size_t offset) override {
    try {
      return context_.files.read_from(directory + "/" + name, offset).value_or("");
    } catch (const support::Error&) {
      return {};  // libvirt's log daemon owns it; not readable is not worth failing for
    }
  }

  std::vector<std::string> directories() override {
    std::vector<std::string> all;
    for (const auto& name : context_.files.list(tree_directory(context_.plan))) {
      all.push_back(tree_directory(context_.plan) + "/" + name);
    }
    return all;
  }

 private:
  void prepare_root(const plan::Node& node, const std::string& base, RootDisk root) {
    const auto path = node.directory + "/root.qcow2";
    if (context_.files.exists(path)) {
      if (root == RootDisk::keep) return;
      if (root == RootDisk::check) {
        if (image_info(path).value("backing-filename", "") == base) return;
        context_.progress.note(node.name + ": root disk made anew, the old one is of another image");
      }
      context_.files.remove(path);
    }
    run({"qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path});
  }

  void prepare_drive(const plan::Node& node, std::size_t index) {
    const auto& drive = node.drives[index];
    const auto path = emit::drive_path(node, index);
    if (!context_.files.exists(path)) {
      run({"qemu-img", "create", "-q", "-f", drive.format, path, std::to_string(drive.size_bytes)});
    } else if (drive.format == "qcow2" && image_info(path).empty()) {
      // Only an interrupted qemu-img leaves a qcow2 without a header: there was never data in it.
      context_.files.remove(path);
      run({"qemu-img", "create", "-q", "-f", drive.format, path, std::to_string(drive.size_bytes)});
    }
    if (drive.bus == "nvme") give_to_qemu(path);
  }

  /// libvirt hands over the disks it knows; those on QEMU's command line are ours to hand over.
  void give_to_qemu(const std::string& path) {
    const auto user = context_.hypervisor.qemu_user();
    if (user.uid == 0 || geteuid() != 0) return;
    if (chown(path.c_str(), user.uid, user.gid) < 0) throw support::system_error("chown", path, errno);
  }

  /// `qemu-img info`, also of an image in use; an empty object when it is none.
  nlohmann::json image_info(const std::string& path) {
    support::Command command;
    command.argv = {"qemu-img", "info", "-U", "--output=json", path};
    const auto result = context_.processes.run(command);
    auto info = nlohmann::json::parse(result.out, nullptr, false);
    return result.status == 0 && info.is_object() ? info : nlohmann::json::object();
  }

  void run(std::vector<std::string> argv) {
    support::Command command;
    command.argv = std::move(argv);
    context_.processes.check(command);
  }

  const Context& context_;
};

class DaemonDisks final : public Disks {
 public:
  explicit DaemonDisks(const Context& context) : context_(context) {}

  void prepare(const plan::Node& node, const Intent& intent, RootDisk root) override {
    std::vector<hypervisor::Volume> volumes;
    if (intent.boot) {
      context_.hypervisor.remove_volume(node.directory, "root.qcow2");  // of another backend
    } else {
      remove_root(node, intent.base, root);
      volumes.push_back({"root.qcow2", "qcow2", 0, intent.base});
    }
    for (std::size_t i = 0; i < node.drives.size(); ++i) {
      volumes.push_back({file_name(emit::drive_path(node, i)), node.drives[i].format,
                         node.drives[i].size_bytes, ""});
    }
    context_.hypervisor.create_volumes(node.directory, volumes);
    if (!intent.boot) return;
    for (const auto& [from, to] : boot_files(node, *intent.boot)) {
      context_.hypervisor.write_volume(node.directory, file_name(to), context_.files.read_or_throw(from));
    }
  }

  bool remove(const std::string& directory) override {
    const bool there = !context_.hypervisor.volumes(directory).empty();
    context_.hypervisor.remove_directory(directory);
    return there;
  }

  std::string read(const std::string& directory, const std::string& name, std::size_t offset) override {
    try {
      return context_.hypervisor.read_volume(directory, name, offset);
    } catch (const support::Error&) {
      return {};
    }
  }

  std::vector<std::string> directories() override {
    std::vector<std::string> all;
    const auto parent = tree_directory(context_.plan);
    for (const auto& entry : context_.hypervisor.volumes(parent)) all.push_back(parent + "/" + entry.name);
    return all;
  }

 private:
  void remove_root(const plan::Node& node, const std::string& base, RootDisk root) {
    for (const auto& volume : context_.hypervisor.volumes(node.directory)) {
      if (volume.name != "root.qcow2" || root == RootDisk::keep) continue;
      if (root == RootDisk::check && volume.base == base) continue;
      context_.hypervisor.remove_volume(node.directory, volume.name);
    }
  }

  const Context& context_;
};

}  // namespace

std::unique_ptr<Disks> make_disks(const Context& context) {
  const auto uri = context.hypervisor.uri();
  const bool may_write = geteuid() == 0 || uri.ends_with("/session") || !uri.starts_with("qemu");
  if (context.hypervisor.local() && may_write) return std::make_unique<LocalDisks>(context);
  return std::make_unique<DaemonDisks>(context);
}

}  // namespace kdevops::fleet
