// SPDX-License-Identifier: GPL-2.0-or-later
// The libvirt implementation against libvirt's own driver for tests, in this process.
#include <algorithm>

#include <gtest/gtest.h>

#include "fleet/addresses.h"
#include "fleet/destroy.h"
#include "fleet/power.h"
#include "fleet/status.h"
#include "fleet/up.h"
#include "fleet_testing.h"
#include "support/kvm_probe.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

using testing::make_imageless_plan;
using testing::make_plan;
using testing::World;

/// Connections to test:///default share one world per process, so every test cleans up.
class LibvirtTestDriver : public ::testing::Test {
 protected:
  std::unique_ptr<hypervisor::Hypervisor> hv = hypervisor::open_libvirt("test:///default");
};

std::vector<std::string> uuids(const std::vector<hypervisor::Domain>& domains) {
  std::vector<std::string> all;
  for (const auto& domain : domains) all.push_back(domain.uuid + hypervisor::to_string(domain.state));
  std::sort(all.begin(), all.end());
  return all;
}

TEST_F(LibvirtTestDriver, DefinesStartsConvergesAndDestroys) {
  World world(make_plan(3), *hv);
  const auto context = world.context();
  const auto before = uuids(hv->domains());

  for (const auto& node : up(context, {})) EXPECT_EQ(node.action, "created");
  const auto domain = hv->domain("n1");
  ASSERT_TRUE(domain && domain->owner) << "the metadata does not come back";
  EXPECT_EQ(domain->owner->tree, "/t/tree");
  EXPECT_EQ(domain->owner->node, "n1");
  EXPECT_EQ(domain->owner->base, world.base());
  EXPECT_EQ(domain->owner->intent.size(), 64U);
  EXPECT_EQ(domain->state, hypervisor::State::running);
  EXPECT_EQ(reserved_addresses(context).size(), 3U);

  const auto running = uuids(hv->domains());
  for (const auto& node : up(context, {})) EXPECT_EQ(node.action, "unchanged");
  EXPECT_EQ(uuids(hv->domains()), running);

  for (const auto& node : status(context, {})) {
    EXPECT_EQ(node.state, "running");
    EXPECT_EQ(node.intent, "fresh");
  }
  destroy(context, {}, false);
  EXPECT_EQ(uuids(hv->domains()), before);
  EXPECT_TRUE(reserved_addresses(context).empty());
}

TEST_F(LibvirtTestDriver, RedefinesWhatChangedUnderTheSameUuid) {
  World world(make_plan(1), *hv);
  const auto context = world.context();
  up(context, {});
  const auto first = hv->domain("n0");
  world.plan.libvirt.vcpus = 3;
  world.generate();
  EXPECT_EQ(up(context, {})[0].action, "changed");
  const auto second = hv->domain("n0");
  EXPECT_EQ(second->uuid, first->uuid);
  EXPECT_NE(second->owner->intent, first->owner->intent);
  stop(context, {});
  EXPECT_EQ(hv->domain("n0")->state, hypervisor::State::off);
  start(context, {});
  EXPECT_EQ(hv->domain("n0")->state, hypervisor::State::running);
  destroy(context, {}, false);
}

TEST_F(LibvirtTestDriver, TakesImagelessDomains) {
  World world(make_imageless_plan(2), *hv);
  const auto context = world.context();
  for (const auto& node : up(context, {})) EXPECT_EQ(node.action, "created");
  const auto owner = hv->domain("n1")->owner;
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->kernel, "6.1.0-one");
  EXPECT_EQ(owner->gdb_port, 20001);
  for (const auto& node : up(context, {})) EXPECT_EQ(node.action, "unchanged");
  world.build_kernel("6.1.0-two");
  EXPECT_EQ(up(context, {"n1"})[0].action, "changed");
  EXPECT_EQ(hv->domain("n1")->owner->kernel, "6.1.0-two");
  destroy(context, {}, false);
  EXPECT_FALSE(hv->domain("n0"));
}

TEST_F(LibvirtTestDriver, RefusesForeignDomains) {
  auto plan = make_plan(1);
  plan.nodes[0].name = "test";  // the driver's own domain
  World world(plan, *hv);
  const auto context = world.context();
  EXPECT_THROW(up(context, {}), support::Error);
  destroy(context, {}, false);
  EXPECT_TRUE(hv->domain("test"));
}

TEST_F(LibvirtTestDriver, AThousandNodes) {
  hv->define_network(
      "<network><name>wide</name><bridge name='wide0'/>"
      "<ip address='10.9.0.1' netmask='255.255.0.0'><dhcp>"
      "<range start='10.9.0.2' end='10.9.0.9'/></dhcp></ip></network>");
  auto plan = make_plan(1000);
  plan.libvirt.network = "wide";
  World world(plan, *hv);
  const auto context = world.context();
  const auto before = hv->domains().size();
  const auto nodes = up(context, {});
  EXPECT_EQ(hv->domains().size(), before + 1000);
  std::set<std::string> addresses;
  for (const auto& node : nodes) addresses.insert(node.address);
  EXPECT_EQ(addresses.size(), 1000U);
  for (const auto& node : up(context, {})) EXPECT_EQ(node.action, "unchanged");
  // Some by our own means; libvirt copies the whole network for each, so the rest goes directly.
  destroy(context, {"n0", "n500", "n999"}, false);
  EXPECT_EQ(hv->domains().size(), before + 997);
  EXPECT_EQ(reserved_addresses(context).size(), 997U);
  for (const auto& node : plan.nodes) {
    hv->power_off(node.name);
    hv->undefine(node.name);
  }
  EXPECT_EQ(hv->domains().size(), before);
}

TEST_F(LibvirtTestDriver, ErrorsCarryLibvirtsWordsAndTheObject) {
  try {
    hv->start("nobody");
    FAIL();
  } catch (const support::Error& e) {
    EXPECT_EQ(e.where(), "nobody");
    EXPECT_NE(std::string(e.what()).find("Domain not found"), std::string::npos) << e.what();
  }
  EXPECT_FALSE(hv->domain("nobody"));
  EXPECT_FALSE(hv->network("nobody"));
  hv->power_off("nobody");
  hv->undefine("nobody");
}

TEST(HypervisorConnection, SaysWhatToDoWhenThereIsNoDaemon) {
  try {
    hypervisor::open_libvirt("qemu+unix:///system?socket=/nonexistent/socket");
    FAIL();
  } catch (const support::Error& e) {
    EXPECT_EQ(e.code(), support::ExitCode::host_not_ready);
    EXPECT_NE(e.hint().find("libvirtd"), std::string::npos);
  }
}

TEST(HypervisorKvm, ProbeSaysWhyNot) {
  const auto probe = support::probe_kvm();
  EXPECT_EQ(probe.works, probe.reason.empty());
}

}  // namespace
}  // namespace kdevops::fleet
