// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "plan/plan.h"

namespace kdevops::emit {

/// The namespace of our <metadata>; it never changes, or older domains would look foreign.
inline constexpr const char* kMetadataNamespace = "urn:x-kdevops:nixos-vm:1";

/// The libvirt domain of `node`: `template_text` (templates/libvirt/domain.xml) loaded, edited as a
/// document and printed. It states intent only: nothing of the host enters it, so "auto" and "kvm"
/// both read type='kvm', the root disk has no backing file yet, and the command line of an imageless
/// node does not name its closure.
/// A template that is no XML, or lacks what a node needs, throws Error (configuration) at its line.
std::string domain_xml(const plan::Plan& plan, const plan::Node& node,
                       const std::string& template_text);

/// The reservations of all nodes, from templates/libvirt/network.xml: a copy of its <host> per
/// node with MAC and name. Errors like domain_xml().
std::string network_xml(const plan::Plan& plan, const std::string& template_text);

/// The uuid of a node's domain: from the tree's path and the node's name (RFC 9562 version 8), so
/// that a changed domain can be defined over the old one.
std::string domain_uuid(const plan::Plan& plan, const plan::Node& node);

/// Parses `text`; what is no XML throws Error (configuration) at "<file>:<line>".
pugi::xml_document load_xml(const std::string& text, const std::string& file);
/// `document`, indented by two blanks, ended by "\n".
std::string print_xml(const pugi::xml_node& document);
/// Sets an attribute, made when missing.
void set_attribute(pugi::xml_node element, const char* name, std::string_view value);
/// The first child element `name`, made when missing.
pugi::xml_node child_of(pugi::xml_node parent, const char* name);

/// Adds one argument to QEMU's command line, for what libvirt does not know.
void add_qemu_argument(pugi::xml_node domain, const std::string& value);

/// Makes `domain` run under KVM or under QEMU's own translator: type, cpu and the number of vCPUs.
/// A translated guest always gets room for two vCPUs: with one, QEMU leaves out the guest's memory
/// barriers, and emulated NVMe loses requests.
void set_accelerator(pugi::xml_node domain, bool kvm);

}  // namespace kdevops::emit
