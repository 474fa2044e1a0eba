// SPDX-License-Identifier: GPL-2.0-or-later
// What `nixos-vm up` itself costs: fleets on libvirt's test driver, whose guests answer at once and
// whose disks are made in memory. Prints; asserts nothing.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "../unit/fleet_testing.h"
#include "fleet/destroy.h"
#include "fleet/status.h"
#include "fleet/up.h"

namespace {

using namespace kdevops;
using Clock = std::chrono::steady_clock;

template <typename Work>
double milliseconds(Work work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// A network of 65,000 addresses that does not run yet.
void define_network(hypervisor::Hypervisor& hv, int number) {
  hv.define_network(fmt::format(
      "<network><name>bench{0}</name><bridge name='bench{0}'/><ip address='10.{0}.0.1' "
      "netmask='255.255.0.0'><dhcp><range start='10.{0}.0.2' end='10.{0}.0.9'/></dhcp></ip></network>",
      number));
}

/// `live`: the network runs already, so libvirt is told every reservation by itself, and copies the
/// whole network each time; else they are in the network before it starts.
void bench(hypervisor::Hypervisor& hv, int count, bool live) {
  static int number = 0;
  define_network(hv, ++number);
  auto plan = fleet::testing::make_plan(count);
  plan.libvirt.network = fmt::format("bench{}", number);
  if (live) hv.start_network(plan.libvirt.network);
  fleet::testing::World world(plan, hv);
  const auto context = world.context();
  const auto up = milliseconds([&] { fleet::up(context, {}); });
  const auto again = milliseconds([&] { fleet::up(context, {}); });
  const auto status = milliseconds([&] { fleet::status(context, {}); });
  const auto destroy = milliseconds([&] { fleet::destroy(context, {}, false); });
  fmt::print("{:>6}  {:<8}  {:>9.1f}  {:>9.1f}  {:>10.1f}  {:>11.1f}\n", count,
             live ? "running" : "starts", up, again, status, destroy);
  std::fflush(stdout);
}

}  // namespace

int main() {
  const auto hv = hypervisor::open_libvirt("test:///default");
  fmt::print(" nodes  network      up, ms  again, ms  status, ms  destroy, ms\n");
  for (const int count : {1, 100, 1000}) bench(*hv, count, false);
  for (const int count : {1, 100}) bench(*hv, count, true);
  return EXIT_SUCCESS;
}
