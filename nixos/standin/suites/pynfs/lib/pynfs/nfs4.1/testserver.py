#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pynfs's testserver.py for NFSv4.1: a stand-in that tests through the kernel's own client."""

import os
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "."))
import standin  # noqa: E402

if __name__ == "__main__":
    standin.main(1)
