// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "emit/libvirt.h"
#include "emit/libvirt_drives.h"
#include "fleet/intent.h"
#include "fleet_testing.h"
#include "support/error.h"

namespace kdevops {
namespace {

using fleet::testing::make_imageless_plan;
using fleet::testing::make_plan;
using fleet::testing::source_text;

std::string text_of(const plan::Plan& plan) {
  return emit::domain_xml(plan, plan.nodes[0], source_text("templates/libvirt/domain.xml"));
}

/// Keeps the document alive beside the root element under test.
struct Parsed {
  explicit Parsed(const std::string& text) : document(emit::load_xml(text, "test")) {}
  pugi::xml_node root() const { return document.child("domain"); }
  std::string at(const char* xpath) const {
    const auto found = document.select_node(xpath);
    return found.attribute() ? found.attribute().value() : found.node().text().get();
  }
  std::size_t count(const char* xpath) const { return document.select_nodes(xpath).size(); }
  pugi::xml_document document;
};

plan::Plan with_drives(const std::string& bus, const std::string& format, int logical = 512) {
  auto plan = make_plan(1);
  for (auto& drive : plan.nodes[0].drives) {
    drive.bus = bus;
    drive.format = format;
    drive.logical_block_size = drive.physical_block_size = logical;
  }
  return plan;
}

TEST(LibvirtDomain, SaysWhatThePlanSays) {
  auto plan = make_plan(1);
  const Parsed xml(text_of(plan));
  const auto& node = plan.nodes[0];
  EXPECT_EQ(xml.at("/domain/@type"), "kvm");
  EXPECT_EQ(xml.at("/domain/name"), "n0");
  EXPECT_EQ(xml.at("/domain/uuid"), emit::domain_uuid(plan, node));
  EXPECT_EQ(xml.at("/domain/memory"), "512");
  EXPECT_EQ(xml.at("/domain/vcpu"), "2");
  EXPECT_EQ(xml.at("/domain/cpu/@mode"), "host-passthrough");
  EXPECT_EQ(xml.at("/domain/os/type/@machine"), "q35");
  EXPECT_EQ(xml.at("//disk[target/@dev='vda']/source/@file"), node.directory + "/root.qcow2");
  EXPECT_EQ(xml.at("//interface/mac/@address"), node.mac);
  EXPECT_EQ(xml.at("//interface/source/@network"), "default");
  EXPECT_EQ(xml.at("//serial/log/@file"), node.directory + "/console.log");
  EXPECT_EQ(xml.at("//channel/target/@name"), "org.qemu.guest_agent.0");
  EXPECT_EQ(xml.at("/domain/metadata/*/@tree"), "/t/tree");
  EXPECT_EQ(xml.count("//graphics"), 0U);
}

TEST(LibvirtDomain, IsTheSameTextEveryTime) { EXPECT_EQ(text_of(make_plan(1)), text_of(make_plan(1))); }

TEST(LibvirtDomain, UuidComesFromTreeAndName) {
  const auto one = make_plan(2, "/a"), other = make_plan(2, "/b");
  EXPECT_NE(emit::domain_uuid(one, one.nodes[0]), emit::domain_uuid(one, one.nodes[1]));
  EXPECT_NE(emit::domain_uuid(one, one.nodes[0]), emit::domain_uuid(other, other.nodes[0]));
  EXPECT_EQ(emit::domain_uuid(one, one.nodes[0])[14], '8');
}

TEST(LibvirtDomain, VirtioDrivesHaveSerialsAndBlockSizes) {
  const Parsed xml(text_of(with_drives("virtio", "raw", 4096)));
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/target/@dev"), "vdb");
  EXPECT_EQ(xml.at("//disk[serial='kdevops1']/target/@dev"), "vdc");
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/driver/@io"), "io_uring");
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/driver/@cache"), "none");
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/blockio/@logical_block_size"), "4096");
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/source/@file"), "/t/storage/" + plan::instance_id("/t/tree") + "/n0/extra0.raw");
}

TEST(LibvirtDomain, ScsiDrivesGetOneVirtioController) {
  const Parsed xml(text_of(with_drives("scsi", "qcow2")));
  EXPECT_EQ(xml.at("//disk[serial='kdevops1']/target/@dev"), "sdb");
  EXPECT_EQ(xml.at("//disk[serial='kdevops1']/target/@bus"), "scsi");
  EXPECT_EQ(xml.at("//disk[serial='kdevops1']/driver/@type"), "qcow2");
  EXPECT_EQ(xml.count("//controller[@type='scsi'][@model='virtio-scsi']"), 1U);
  EXPECT_EQ(xml.count("//blockio"), 0U);
}

TEST(LibvirtDomain, IdeDrivesAreSataWhereThereIsNoIde) {
  const Parsed xml(text_of(with_drives("ide", "raw")));
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/target/@bus"), "sata");
  auto plan = with_drives("ide", "raw");
  plan.libvirt.machine = "pc";
  EXPECT_EQ(Parsed(text_of(plan)).at("//disk[serial='kdevops0']/target/@bus"), "ide");
}

TEST(LibvirtDomain, NvmeDrivesGoToTheCommandLine) {
  auto plan = with_drives("nvme", "qcow2", 4096);
  plan.nodes[0].directory = "/t/a, \"b\" <c>/" + plan.instance.id + "/n0";
  const Parsed xml(text_of(plan));
  std::vector<std::string> arguments;
  for (const auto argument : xml.root().child("qemu:commandline")) {
    arguments.emplace_back(argument.attribute("value").value());
  }
  ASSERT_EQ(arguments.size(), 12U);
  EXPECT_EQ(arguments[0], "-blockdev");
  const auto backend = nlohmann::json::parse(arguments[1]);
  EXPECT_EQ(backend["file"]["filename"], plan.nodes[0].directory + "/extra0.qcow2");
  EXPECT_EQ(backend["file"]["aio"], "io_uring");
  EXPECT_EQ(backend["cache"]["direct"], true);
  EXPECT_EQ(arguments[3], "nvme,id=kdevops-nvme0,serial=kdevops0,bus=pcie.0,addr=0x10");
  EXPECT_NE(arguments[5].find("logical_block_size=4096"), std::string::npos);
  EXPECT_NE(arguments[9].find("addr=0x11"), std::string::npos);
  EXPECT_EQ(xml.count("//disk"), 1U);
}

TEST(LibvirtDomain, NativeAioOnlyWithoutPageCache) {
  EXPECT_EQ(emit::usable_aio("native", "none"), "native");
  EXPECT_EQ(emit::usable_aio("native", "directsync"), "native");
  EXPECT_EQ(emit::usable_aio("native", "writeback"), "threads");
  EXPECT_EQ(emit::usable_aio("io_uring", "writeback"), "io_uring");
}

TEST(LibvirtDomain, VncListensOnLoopback) {
  auto plan = make_plan(1);
  plan.libvirt.vnc = true;
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("//graphics/@listen"), "127.0.0.1");
  EXPECT_EQ(xml.count("//video"), 1U);
}

TEST(LibvirtDomain, TranslatedGuestsHaveRoomForTwoProcessors) {
  auto plan = make_plan(1);
  plan.libvirt.accelerator = "tcg";
  plan.libvirt.vcpus = 1;
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("/domain/@type"), "qemu");
  EXPECT_EQ(xml.at("/domain/vcpu"), "2");
  EXPECT_EQ(xml.at("/domain/vcpu/@current"), "1");
  EXPECT_NE(xml.at("/domain/cpu/@mode"), "host-passthrough");
}

TEST(LibvirtDomain, KeepsWhatTheUserAddedToTheTemplate) {
  auto text = source_text("templates/libvirt/domain.xml");
  const std::string added =
      "<disk type='file' device='disk'><source file='/mine'/><target dev='vdb' bus='virtio'/></disk>"
      "<watchdog model='i6300esb' action='reset'/>";
  text.insert(text.find("<rng"), added);
  const auto plan = make_plan(1);
  const Parsed xml(emit::domain_xml(plan, plan.nodes[0], text));
  EXPECT_EQ(xml.at("//disk[target/@dev='vdb']/source/@file"), "/mine");
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/target/@dev"), "vdc");
  EXPECT_EQ(xml.count("//watchdog"), 1U);
}

/// The Error that `text` as a template makes.
support::Error template_error(const std::string& text) {
  const auto plan = make_plan(1);
  try {
    emit::domain_xml(plan, plan.nodes[0], text);
  } catch (const support::Error& e) {
    return e;
  }
  return {support::ExitCode::ok, "nothing was thrown"};
}

TEST(LibvirtDomain, TemplateErrorsNameTheLine) {
  const auto broken = template_error("<domain>\n  <name>x</nam>\n</domain>\n");
  EXPECT_EQ(broken.code(), support::ExitCode::configuration);
  EXPECT_TRUE(broken.where().ends_with("/templates/libvirt/domain.xml:2")) << broken.where();

  const auto missing = template_error("<domain>\n\n  <devices>\n  </devices>\n</domain>\n");
  EXPECT_TRUE(missing.where().ends_with("domain.xml:3")) << missing.where();
  EXPECT_NE(std::string(missing.what()).find("vda"), std::string::npos) << missing.what();

  EXPECT_EQ(template_error("").code(), support::ExitCode::configuration);
}

TEST(LibvirtDomain, HostileValuesArriveIntact) {
  auto plan = make_plan(1);
  const std::string hostile = "/t/\"'<&>${x}%s\\ü]]>\n\t";
  plan.instance.tree = hostile;
  plan.libvirt.emulator = hostile;
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("/domain/metadata/*/@tree"), hostile);
  EXPECT_EQ(xml.at("/domain/devices/emulator"), hostile);
}

TEST(LibvirtDomain, ImagelessNodesBootTheirKernelDirectly) {
  const auto plan = make_imageless_plan(1);
  const Parsed xml(text_of(plan));
  const auto directory = plan.nodes[0].directory;
  EXPECT_EQ(xml.at("/domain/os/kernel"), directory + "/vmlinuz");
  EXPECT_EQ(xml.at("/domain/os/initrd"), directory + "/initrd");
  EXPECT_EQ(xml.at("/domain/os/cmdline"), "root=tmpfs console=ttyS0,115200 nokaslr");
  EXPECT_EQ(xml.count("/domain/os/boot"), 0U);
  EXPECT_EQ(xml.at("/domain/memoryBacking/source/@type"), "memfd");
  EXPECT_EQ(xml.at("/domain/memoryBacking/access/@mode"), "shared");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='store']/source/@dir"), "/nix/store");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='store']/driver/@type"), "virtiofs");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='modules']/source/@dir"), "/t/destdir/lib/modules");
  EXPECT_EQ(xml.count("//disk"), 2U) << "the extra drives";
  EXPECT_EQ(xml.at("//disk[serial='kdevops0']/target/@dev"), "vdb") << "as with an image";
}

TEST(LibvirtDomain, ImagelessNodesOnArmTalkToTheirOwnSerialPort) {
  auto plan = make_imageless_plan(1);
  plan.systems[0].platform = "aarch64-linux";
  plan.libvirt.machine = "virt";
  const Parsed xml(text_of(plan));
  EXPECT_NE(xml.at("/domain/os/cmdline").find("console=ttyAMA0,115200"), std::string::npos);
  EXPECT_EQ(xml.count("/domain/os/@firmware"), 0U);
}

TEST(LibvirtDomain, WordsAndMemoryOfTheTemplateStay) {
  auto text = source_text("templates/libvirt/domain.xml");
  text.insert(text.find("</os>"), "<cmdline>mitigations=off quiet</cmdline>");
  text.insert(text.find("<vcpu>"), "<memoryBacking><hugepages/></memoryBacking>");
  const auto plan = make_imageless_plan(1);
  const Parsed xml(emit::domain_xml(plan, plan.nodes[0], text));
  EXPECT_TRUE(xml.at("/domain/os/cmdline").ends_with(" mitigations=off quiet"));
  EXPECT_EQ(xml.count("/domain/memoryBacking"), 1U);
  EXPECT_EQ(xml.count("/domain/memoryBacking/source"), 0U);
  EXPECT_EQ(xml.at("/domain/memoryBacking/access/@mode"), "shared");
}

plan::Share share(const std::string& driver, const std::string& tag, bool read_only) {
  plan::Share share;
  share.driver = driver;
  share.tag = tag;
  share.directory = "/t/a \"b\" <c>/" + tag;
  share.mount_point = "/mnt/" + tag;
  share.security_model = "none";
  share.read_only = read_only;
  return share;
}

TEST(LibvirtDomain, SharesOverNineP) {
  auto plan = make_plan(1);
  plan.systems[0].shares = {share("9p", "linux", true), share("9p", "rw", false)};
  plan.systems[0].shares[1].security_model = "mapped";
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("//filesystem[target/@dir='linux']/source/@dir"), "/t/a \"b\" <c>/linux");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='linux']/driver/@type"), "path");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='linux']/@accessmode"), "squash");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='linux']/@multidevs"), "remap");
  EXPECT_EQ(xml.count("//filesystem[target/@dir='linux']/readonly"), 1U);
  EXPECT_EQ(xml.at("//filesystem[target/@dir='rw']/@accessmode"), "mapped");
  EXPECT_EQ(xml.count("//filesystem[target/@dir='rw']/readonly"), 0U);
  EXPECT_EQ(xml.count("/domain/memoryBacking"), 0U);
}

TEST(LibvirtDomain, SharesOverVirtiofsNeedSharedMemory) {
  auto plan = make_plan(1);
  EXPECT_EQ(Parsed(text_of(plan)).count("//filesystem"), 0U);
  plan.systems[0].shares = {share("virtiofs", "data", true)};
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("//filesystem[target/@dir='data']/driver/@type"), "virtiofs");
  EXPECT_EQ(xml.count("//filesystem/readonly"), 0U) << "libvirt before 11 refuses it";
  EXPECT_EQ(xml.at("/domain/memoryBacking/access/@mode"), "shared");
}

TEST(LibvirtDomain, UefiWithoutKeysOfOthers) {
  auto plan = make_plan(1);
  EXPECT_EQ(Parsed(text_of(plan)).count("/domain/os/@firmware"), 0U);
  plan.systems[0].efi = true;
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("/domain/os/@firmware"), "efi");
  EXPECT_EQ(xml.at("/domain/os/firmware/feature[@name='secure-boot']/@enabled"), "no");
}

TEST(LibvirtDomain, DesktopsGetAScreen) {
  auto plan = make_plan(1);
  plan.systems[0].profiles = {"devel", "sway"};
  const Parsed xml(text_of(plan));
  EXPECT_EQ(xml.at("//graphics/@type"), "vnc");
  EXPECT_EQ(xml.at("//video/model/@type"), "virtio");
  EXPECT_EQ(xml.at("//input/@type"), "tablet");
}

TEST(LibvirtDomain, GdbStubsListenOnLoopback) {
  auto plan = make_plan(1);
  plan.nodes[0].gdb_port = 20000;
  const auto arguments = [](const Parsed& xml) {
    return xml.at("//*[local-name()='arg'][1]/@value") + " " + xml.at("//*[local-name()='arg'][2]/@value");
  };
  const auto text = text_of(plan);
  EXPECT_EQ(arguments(Parsed(text)), "-gdb tcp:127.0.0.1:20000");
  const Parsed moved(fleet::definition({text, "/base", "hash", {}}, {true, true, true}, 20001));
  EXPECT_EQ(arguments(moved), "-gdb tcp:127.0.0.1:20001");
  EXPECT_EQ(moved.at("/domain/metadata/*/@gdb"), "20001");
}

TEST(LibvirtNetwork, HasOneReservationPerNode) {
  const auto plan = make_plan(3);
  const auto document =
      emit::load_xml(emit::network_xml(plan, source_text("templates/libvirt/network.xml")), "test");
  const auto hosts = document.select_nodes("/network/ip/dhcp/host");
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_STREQ(hosts[2].node().attribute("mac").value(), plan.nodes[2].mac.c_str());
  EXPECT_STREQ(hosts[2].node().attribute("name").value(), "n2");
}

TEST(DomainDefinition, AddsWhatTheHostDecides) {
  const auto plan = make_plan(1);
  const fleet::Intent intent{text_of(plan), "/nix/store/x/nixos.qcow2", "hash", {}};
  const Parsed kvm(fleet::definition(intent, {true, true, true}, 0));
  EXPECT_EQ(kvm.at("/domain/@type"), "kvm");
  EXPECT_EQ(kvm.at("/domain/cpu/@mode"), "host-passthrough");
  EXPECT_EQ(kvm.at("//disk[target/@dev='vda']/backingStore/source/@file"), intent.base);
  EXPECT_EQ(kvm.at("//disk[target/@dev='vda']/backingStore/source/seclabel/@relabel"), "no");
  EXPECT_EQ(kvm.at("/domain/metadata/*/@intent"), "hash");
  EXPECT_EQ(kvm.at("/domain/metadata/*/@base"), intent.base);

  const Parsed bare(fleet::definition(intent, {false, false, false}, 0));
  EXPECT_EQ(bare.at("/domain/@type"), "qemu");
  EXPECT_EQ(bare.at("//disk[serial='kdevops0']/driver/@cache"), "writeback");
  EXPECT_EQ(bare.at("//disk[serial='kdevops0']/driver/@io"), "threads");
}

TEST(DomainDefinition, NamesTheClosureAndTheModules) {
  const auto plan = make_imageless_plan(1);
  fleet::DirectBoot boot;
  boot.closure.toplevel = "/other/store/aaa-nixos";
  boot.closure.init = "/other/store/aaa-nixos/init";
  boot.kernel.release = "6.1.0";
  boot.kernel.modules = "/mine/lib/modules";
  const Parsed xml(fleet::definition({text_of(plan), boot.closure.toplevel, "hash", boot}, {true, true, true}, 20000));
  EXPECT_TRUE(xml.at("/domain/os/cmdline").starts_with("init=/other/store/aaa-nixos/init root=tmpfs "));
  EXPECT_EQ(xml.at("//filesystem[target/@dir='store']/source/@dir"), "/other/store");
  EXPECT_EQ(xml.at("//filesystem[target/@dir='modules']/source/@dir"), "/mine/lib/modules");
  EXPECT_EQ(xml.at("/domain/metadata/*/@kernel"), "6.1.0");
  EXPECT_EQ(xml.count("//backingStore"), 0U);
}

TEST(DomainDefinition, AdaptsNvmeDrivesToo) {
  const auto plan = with_drives("nvme", "raw");
  const fleet::Intent intent{text_of(plan), "/base", "hash", {}};
  const Parsed xml(fleet::definition(intent, {true, false, true}, 0));
  const auto backend = nlohmann::json::parse(xml.at("//*[local-name()='arg'][2]/@value"));
  EXPECT_EQ(backend["file"]["aio"], "native");
  EXPECT_EQ(backend["cache"]["direct"], true);
}

}  // namespace
}  // namespace kdevops
