// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/intent.h"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emit/libvirt.h"
#include "emit/libvirt_boot.h"
#include "emit/libvirt_drives.h"
#include "emit/libvirt_shares.h"
#include "support/cli.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::fleet {

namespace {

/// Cache and AIO mode of one disk.
struct Modes {
  std::string cache, aio;
};

/// What `wanted` becomes on this host.
Modes possible(Modes wanted, const HostFacts& facts) {
  if (!facts.direct_io && wanted.cache == "none") wanted.cache = "writeback";
  if (!facts.direct_io && wanted.cache == "directsync") wanted.cache = "writethrough";
  if (!facts.io_uring && wanted.aio == "io_uring") {
    wanted.aio = emit::usable_aio("native", wanted.cache);
  }
  wanted.aio = emit::usable_aio(wanted.aio, wanted.cache);
  return wanted;
}

void adapt_disk(pugi::xml_node disk, const HostFacts& facts) {
  auto driver = disk.child("driver");
  const Modes wanted{driver.attribute("cache").value(), driver.attribute("io").value()};
  const auto modes = possible(wanted, facts);
  if (modes.cache != wanted.cache) emit::set_attribute(driver, "cache", modes.cache);
  if (modes.aio != wanted.aio) emit::set_attribute(driver, "io", modes.aio);
}

/// The value of a -blockdev that we emitted; any other argument stays.
void adapt_argument(pugi::xml_attribute argument, const HostFacts& facts) {
  auto backend = nlohmann::ordered_json::parse(argument.value(), nullptr, false);
  if (!backend.is_object() || !backend.contains("file") || !backend["file"].contains("aio")) return;
  const bool direct = backend["cache"].value("direct", false) && facts.direct_io;
  const Modes modes = possible({direct ? "none" : "writeback", backend["file"]["aio"]}, facts);
  backend["cache"]["direct"] = direct;
  backend["file"]["cache"]["direct"] = direct;
  backend["file"]["aio"] = modes.aio;
  argument.set_value(backend.dump().c_str());
}

void set_base(pugi::xml_node disk, const std::string& base) {
  disk.remove_child("backingStore");
  auto store = disk.append_child("backingStore");
  emit::set_attribute(store, "type", "file");
  emit::set_attribute(store.append_child("format"), "type", "qcow2");
  auto source = store.append_child("source");
  emit::set_attribute(source, "file", base);
  // libvirt would give the whole chain to QEMU's user and not take it back: the image is shared,
  // read-only, and nobody but its owner may write to it.
  auto label = source.append_child("seclabel");
  emit::set_attribute(label, "model", "dac");
  emit::set_attribute(label, "relabel", "no");
  store.append_child("backingStore");
}

void set_closure(pugi::xml_node domain, const DirectBoot& boot) {
  auto cmdline = domain.child("os").child("cmdline");
  cmdline.text().set(fmt::format("init={} {}", boot.closure.init, cmdline.text().get()).c_str());
  const auto share = [&](const char* tag, const std::string& directory) {
    emit::set_attribute(emit::find_share(domain, tag).child("source"), "dir", directory);
  };
  share(emit::kStoreTag, boot.store());
  share(emit::kModulesTag, boot.kernel.modules);
}

}  // namespace

std::string base_image(const plan::Plan& plan, const std::string& system) {
  const auto path = plan.instance.tree + "/nixos/generated/" + system + "/result/nixos.qcow2";
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

Intent load_intent(const Context& context, const plan::Node& node) {
  Intent intent;
  const auto file = context.plan.instance.tree + "/nixos/generated/libvirt/" + node.name + ".xml";
  auto xml = context.files.read(file);
  if (!xml) {
    throw support::Error(support::ExitCode::failed, "the node's domain was not generated", file,
                         "Run `make`, which runs nixos-gen.");
  }
  intent.xml = std::move(*xml);
  if (!node.kernel.empty()) {
    intent.boot = load_direct_boot(context, node);
    intent.base = intent.boot->closure.toplevel;
    intent.hash = support::sha256_hex(intent.xml + '\n' + fingerprint(*intent.boot));
    return intent;
  }
  intent.base = base_image(context.plan, node.system);
  if (!context.files.exists(intent.base)) {
    throw support::Error(support::ExitCode::failed,
                         fmt::format("the image of system {} was not built", node.system), intent.base,
                         "Run `make bringup`, which builds it first, or nixos-build.");
  }
  intent.hash = support::sha256_hex(intent.xml + '\n' + intent.base);
  return intent;
}

std::string definition(const Intent& intent, const HostFacts& facts, int gdb_port) {
  auto document = emit::load_xml(intent.xml, "domain");
  auto domain = document.child("domain");
  emit::set_accelerator(domain, facts.kvm);
  for (auto disk : domain.child("devices").children("disk")) {
    adapt_disk(disk, facts);
  }
  if (intent.boot) {
    set_closure(domain, *intent.boot);
  } else {
    set_base(emit::root_disk(domain.child("devices")), intent.base);
  }
  if (gdb_port != 0) emit::set_gdb_port(domain, gdb_port);
  for (auto argument : domain.child("qemu:commandline").children("qemu:arg")) {
    adapt_argument(argument.attribute("value"), facts);
  }
  auto owner = domain.child("metadata").child("kdevops:node");
  emit::set_attribute(owner, "base", intent.base);
  emit::set_attribute(owner, "intent", intent.hash);
  if (intent.boot) emit::set_attribute(owner, "kernel", intent.boot->kernel.release);
  if (gdb_port != 0) emit::set_attribute(owner, "gdb", std::to_string(gdb_port));
  emit::set_attribute(owner, "accelerator", facts.kvm ? "kvm" : "tcg");
  emit::set_attribute(owner, "tool", support::version());
  return emit::print_xml(document);
}

}  // namespace kdevops::fleet
