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
