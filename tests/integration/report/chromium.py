# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, told what to do over the pipe of its DevTools protocol: no port, no library."""

import base64
import json
import os
import select
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

DESKTOP = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


class Chromium:
    """One browser with one page. `events` is what the page did since the last load."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if not program:
            raise RuntimeError("there is no chromium: scripts/install-deps --tests")
        self.profile = tempfile.mkdtemp(prefix="kdevops-chromium-")
        theirs_in, self.out = os.pipe()
        self.inp, theirs_out = os.pipe()
        flags = ["--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--hide-scrollbars", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        # The browser reads descriptor 3 and writes descriptor 4, and no others.
        shell = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self.child = subprocess.Popen(["bash", "-c", shell, program, *flags, "about:blank"], pass_fds=(theirs_in, theirs_out),
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close", timeout=10)
            self.child.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            os.killpg(self.child.pid, 9)
            self.child.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _message(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.inp], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self.inp, 1 << 20) if ready else b""
            if not chunk:
                raise RuntimeError("chromium does not answer" if ready else "chromium did not answer in time")
            self.buffer += chunk
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, timeout=60, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def wait_for(self, method, timeout=60):
        deadline = time.monotonic() + timeout
        while not any(e["method"] == method for e in self.events):
            answer = self._message(deadline)
            if "method" in answer:
                self.events.append(answer)

    def load(self, url, screen, dark=False, scripts=True):
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(f"{expression[:200]}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def screenshot(self, whole=False):
        """The window, or the whole page, as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def complaints(self):
        """What the console said, what was thrown, which dialogs opened."""
        for event in self.events:
            method, params = event["method"], event["params"]
            if method == "Log.entryAdded":
                yield f"log: {params['entry']['text']}"
            elif method == "Runtime.consoleAPICalled":
                yield f"console: {params['args']}"
            elif method == "Runtime.exceptionThrown":
                yield f"exception: {params['exceptionDetails'].get('text')}"
            elif method == "Page.javascriptDialogOpening":
                yield f"dialog: {params['message']}"

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent"]


def png_colours(png):
    """How many pixels of each colour a PNG of 8 bits per channel has."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    size, at, packed = {2: 3, 6: 4}[kind], 8, b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        packed += png[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    data, colours, before = zlib.decompress(packed), {}, bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        row, how = bytearray(data[start + 1:start + 1 + width * size]), data[start]
        for i in range(len(row) if how else 0):
            left, up, corner = (row[i - size], before[i], before[i - size]) if i >= size else (0, before[i], 0)
            if how == 1:
                add = left
            elif how == 2:
                add = up
            elif how == 3:
                add = (left + up) // 2
            else:
                add = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            row[i] = (row[i] + add) & 255
        for i in range(0, len(row), size):
            pixel = bytes(row[i:i + 3])
            colours[pixel] = colours.get(pixel, 0) + 1
        before = row
    return colours
