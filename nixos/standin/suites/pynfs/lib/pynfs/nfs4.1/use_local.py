# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite is run where it lies: what both versions share is one directory up."""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))
