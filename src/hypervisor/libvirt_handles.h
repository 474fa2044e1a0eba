// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "support/error.h"

namespace kdevops::hypervisor {

/// Frees a libvirt object with the function libvirt has for it.
template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};

using Connection = std::unique_ptr<virConnect, Free<virConnectClose>>;
using DomainHandle = std::unique_ptr<virDomain, Free<virDomainFree>>;
using NetworkHandle = std::unique_ptr<virNetwork, Free<virNetworkFree>>;
using PoolHandle = std::unique_ptr<virStoragePool, Free<virStoragePoolFree>>;
using VolumeHandle = std::unique_ptr<virStorageVol, Free<virStorageVolFree>>;
using StreamHandle = std::unique_ptr<virStream, Free<virStreamFree>>;
using CString = std::unique_ptr<char, Free<std::free>>;

/// The code of this thread's last libvirt error.
int last_code();

/// This thread's last libvirt error as "<what>: <libvirt's words>", with a hint where one is known.
[[nodiscard]] support::Error libvirt_error(std::string_view what, std::string where);

}  // namespace kdevops::hypervisor
