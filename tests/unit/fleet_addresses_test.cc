// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "fleet/addresses.h"
#include "fleet_testing.h"
#include "hypervisor/fake.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

using hypervisor::FakeHypervisor;
using testing::make_plan;
using testing::World;

Subnet subnet_of(const std::string& ip) {
  return Subnet::parse({"net", true, true, "<network><name>net</name>" + ip + "</network>"});
}

TEST(FleetAddresses, ReadsMaskOrPrefixOfTheFirstIpv4Subnet) {
  const auto subnet = subnet_of(
      "<ip family='ipv6' address='fd00::1' prefix='64'><dhcp/></ip>"
      "<ip address='10.1.2.1' prefix='22'><dhcp><host mac='m' name='x' ip='10.1.2.9'/></dhcp></ip>");
  EXPECT_EQ(subnet.address, 0x0a010201U);
  EXPECT_EQ(subnet.mask, 0xfffffc00U);
  ASSERT_NE(subnet.by_mac("m"), nullptr);
  EXPECT_EQ(subnet_of("<ip address='10.1.2.1' netmask='255.255.0.0'><dhcp/></ip>").mask, 0xffff0000U);
}

TEST(FleetAddresses, RefusesANetworkWithoutDhcp) {
  EXPECT_THROW(subnet_of("<bridge name='br0'/>"), support::Error);
}

TEST(FleetAddresses, StayTheSameAndAvoidWhatIsTaken) {
  const auto subnet = subnet_of("<ip address='10.0.0.1' prefix='29'><dhcp/></ip>");  // .1 to .6
  std::set<std::string> taken;
  const auto first = choose_address(subnet, "mac", taken);
  EXPECT_EQ(choose_address(subnet, "mac", taken), first);
  for (int i = 0; i < 5; ++i) {
    const auto next = choose_address(subnet, "mac", taken);
    EXPECT_NE(next, "10.0.0.1") << "the host itself";
    EXPECT_NE(next, "10.0.0.0");
    EXPECT_NE(next, "10.0.0.7");
    EXPECT_TRUE(taken.insert(next).second) << next;
  }
  EXPECT_THROW(choose_address(subnet, "mac", taken), support::Error);
}

TEST(FleetAddresses, AreKeptAndNeverTakenFromALease) {
  FakeHypervisor hv;
  World world(make_plan(2), hv);
  const auto context = world.context();
  const auto nodes = select(world.plan, {});
  std::string first;
  {
    AddressBook book(context, nodes);
    first = book.reserve(*nodes[0]);
  }
  // A guest without reservation got the address our second node would like.
  const auto network = *hv.network("default");
  const auto wish = choose_address(Subnet::parse(network), nodes[1]->mac, {first});
  hv.add_lease({"52:54:00:00:00:99", wish, "other", 1});
  AddressBook book(context, nodes);
  EXPECT_EQ(book.reserve(*nodes[0]), first);
  EXPECT_NE(book.reserve(*nodes[1]), wish);
  EXPECT_EQ(book.addresses().size(), 2U);
}

TEST(FleetAddresses, AnotherProcessMayBeFaster) {
  FakeHypervisor hv;
  World world(make_plan(1), hv);
  const auto context = world.context();
  const auto nodes = select(world.plan, {});
  AddressBook book(context, nodes);
  std::string stolen;
  hv.on_call = [&](const std::string& call) {
    if (call.rfind("reserve n0", 0) != 0 || !stolen.empty()) return;
    stolen = choose_address(Subnet::parse(*hv.network("default")), nodes[0]->mac, {});
    hv.add_reservation("default", {"52:54:00:00:00:77", "thief", stolen});
  };
  const auto address = book.reserve(*nodes[0]);
  EXPECT_FALSE(stolen.empty());
  EXPECT_NE(address, stolen);
}

TEST(FleetAddresses, RefusesANameReservedForSomeoneElse) {
  FakeHypervisor hv;
  hv.add_reservation("default", {"52:54:00:00:00:55", "n0", "192.168.122.9"});
  World world(make_plan(1), hv);
  const auto context = world.context();
  try {
    AddressBook book(context, select(world.plan, {}));
    FAIL() << "took over a foreign reservation";
  } catch (const support::Error& e) {
    EXPECT_EQ(e.code(), support::ExitCode::failed);
    EXPECT_NE(std::string(e.what()).find("52:54:00:00:00:55"), std::string::npos);
  }
}

TEST(FleetAddresses, AnInactiveNetworkGetsAllReservationsBeforeItStarts) {
  FakeHypervisor hv;
  hv.define_network(
      "<network><name>quiet</name><ip address='10.0.0.1' prefix='24'><dhcp/></ip></network>");
  auto plan = make_plan(5);
  plan.libvirt.network = "quiet";
  World world(plan, hv);
  const auto context = world.context();
  AddressBook book(context, select(world.plan, {}));
  EXPECT_EQ(book.addresses().size(), 5U);
  EXPECT_TRUE(hv.network("quiet")->active);
  for (const auto& call : hv.calls()) EXPECT_NE(call.rfind("reserve", 0), 0U) << call;
}

TEST(FleetAddresses, AMissingNetworkIsAnErrorUnlessItIsDefault) {
  FakeHypervisor hv;
  auto plan = make_plan(1);
  plan.libvirt.network = "nowhere";
  World world(plan, hv);
  const auto context = world.context();
  EXPECT_THROW(AddressBook(context, select(world.plan, {})), support::Error);
}

}  // namespace
}  // namespace kdevops::fleet
