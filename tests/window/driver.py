"""A Blender window on an X server of its own, driven by real key and mouse events, and its pictures."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def arguments(prog: str, description: str | None, display: int) -> argparse.ArgumentParser:
    """What every scripted session is told."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("root", type=Path)
    parser.add_argument("zip", type=Path)
    parser.add_argument("backend")
    parser.add_argument("--pictures", type=Path, help="copy the manual's pictures there")
    parser.add_argument("--display", type=int, default=display)
    parser.add_argument("--folder", type=Path, help="empty folder below the current one for the session's own files")
    return parser


@contextlib.contextmanager
def opened(options: argparse.Namespace) -> Iterator[Window]:
    """The window with the extension in it. In the end its pictures `manual-NAME.png` are copied where they are asked
    for, and it closes."""
    Path("build").mkdir(exist_ok=True)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="window-", dir="build"))
    window = Window(options.root, folder.absolute(), options.display, options.backend)
    try:
        window.install(options.zip.absolute())
        window.open()
        yield window
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            for picture in sorted(window.folder.glob("manual-*.png")):
                shutil.copy(picture, options.pictures / picture.name.removeprefix("manual-"))
    finally:
        window.close()


class Window:
    """A running Blender with the add-on. `blender` is .ci/blender-app's ROOT."""

    def __init__(self, blender: Path, folder: Path, display: int, backend: str) -> None:
        self.folder, self.display = folder, display
        self._environment = {**os.environ, "DISPLAY": f":{display}"}
        folder.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            ["Xvfb", f":{display}", "-screen", "0", "1600x900x24", "+extension", "GLX", "+render", "-noreset"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not Path(f"/tmp/.X11-unix/X{display}").exists():
            time.sleep(0.1)
        self._app = str(ROOT / ".ci/blender-app")
        self._blender = str(blender)
        self._backend = backend
        self._log = (folder / "blender.log").open("w")
        self.process: subprocess.Popen[bytes] | None = None

    def install(self, zip_file: Path) -> None:
        """Install the extension's zip into the application, whose preferences are this session's own."""
        words = [self._app, "run", self._blender, "--command", "extension", "install-file"]
        subprocess.run(
            [*words, "--repo", "user_default", "--enable", str(zip_file)], check=True, env=self._own(), cwd=ROOT
        )

    def open(self, *arguments: str) -> None:
        """Start the window; returns when the add-on answers."""
        inside = str(ROOT / "tests/window/inside.py")
        words = [self._app, "window", self._blender, str(self.display), *arguments, "--python", inside]
        self.process = subprocess.Popen(
            [*words, "--", str(self.folder)], stdout=self._log, stderr=subprocess.STDOUT, env=self._own(), cwd=ROOT
        )
        self.run(f"module('preferences').get().command = {self._backend!r}", seconds=240)

    def run(self, code: str, seconds: float = 120.0) -> Any:
        """Run Python inside; returns what it assigned to `value`. Raises RuntimeError with the inside's traceback."""
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        partial = self.folder / "command.partial"
        partial.write_text(code, encoding="utf-8")
        partial.rename(self.folder / "command.py")
        end = time.monotonic() + seconds
        while not answer.exists():
            if time.monotonic() > end:
                raise RuntimeError(f"the window does not answer; see {self._log.name}")
            time.sleep(0.05)
        told = json.loads(answer.read_text(encoding="utf-8"))
        if told["error"]:
            raise RuntimeError(told["error"])
        return told["value"]

    def until(self, condition: str, seconds: float = 180.0) -> None:
        """Wait until a Python expression is true inside."""
        end = time.monotonic() + seconds
        while not self.run(f"value = bool({condition})"):
            if time.monotonic() > end:
                raise RuntimeError(f"waited in vain for {condition}")
            time.sleep(0.2)

    def click(self, x: float, y: float, times: int = 1, held: str = "") -> None:
        """Press the left button at a place from the top left, with a key `held` where one is named."""
        self.move(x - 2, y)
        self.move(x, y)  # a button answers only once it knows that the mouse is over it
        if held:
            self._xdo("keydown", held, "click", "1", "keyup", held)
        else:
            self._xdo("click", "--repeat", str(times), "--delay", "80", "1")
        time.sleep(0.5)

    def press(self, x: float, y: float, shown: str, held: str = "") -> None:
        """Click until a Python expression is true inside: a busy machine may miss a click while it still draws."""
        for _ in range(5):
            self.click(x, y, held=held)
            if self.comes(shown, 8.0):
                return
        self.shot("missed")
        raise RuntimeError(f"five clicks at {x}, {y} did not bring {shown}")

    def fill(self, x: float, y: float, text: str, shown: str) -> None:
        """Type into a field, twice if need be, until a Python expression is true inside."""
        for _ in range(3):
            self._enter(x, y)
            self.click(x, y, times=2)
            self.key("ctrl+a")
            self.type(text)
            self.key("Return")
            if self.comes(shown, 4.0):
                return
            self.key("Escape")
        self.shot("missed")
        raise RuntimeError(f"typing {text!r} at {x}, {y} did not bring {shown}")

    def choose(self, x: float, y: float, keys: str, shown: str) -> None:
        """Open the menu or the search box at a place and type what chooses an entry: its underlined letter, or its
        name; until a Python expression is true inside."""
        for _ in range(3):
            self._enter(x, y)
            self.click(x, y)
            time.sleep(0.5)
            self.type(keys)
            if len(keys) > 1:
                time.sleep(0.5)
                self.key("Return")
            if self.comes(shown, 4.0):
                return
            self.key("Escape")
        self.shot("missed")
        raise RuntimeError(f"choosing {keys!r} at {x}, {y} did not bring {shown}")

    def _enter(self, x: float, y: float) -> None:
        """The mouse onto a field of the sidebar that is drawn and knows it."""
        for _ in range(5):
            self.move(x - 60, y + 300)
            self.move(x - 2, y)
            self.move(x, y)
            if self.comes("over()", 3.0):
                return
        self.shot("missed")
        raise RuntimeError(f"there is no field at {x}, {y}")

    def comes(self, shown: str, seconds: float) -> bool:
        """Whether a Python expression becomes true inside within some seconds."""
        end = time.monotonic() + seconds
        while not self.run(f"value = bool({shown})"):
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def move(self, x: float, y: float) -> None:
        self._xdo("mousemove", str(int(x)), str(int(y)))
        time.sleep(0.4)

    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None:
        self.move(x, y - 5)
        self.move(x, y)
        self._xdo("mousedown", "1")
        for part in range(1, 6):
            self._xdo("mousemove", str(int(x + (to_x - x) * part / 5)), str(int(y + (to_y - y) * part / 5)))
            time.sleep(0.1)
        self._xdo("mouseup", "1")
        time.sleep(0.5)

    def scroll(self, x: float, y: float, turns: int) -> None:
        """Turn the wheel at a place, down where `turns` is positive."""
        self.move(x, y)
        self._xdo("click", "--repeat", str(abs(turns)), "--delay", "80", "5" if turns > 0 else "4")
        time.sleep(1.0)

    def key(self, name: str) -> None:
        self._xdo("key", name)
        time.sleep(0.3)

    def type(self, text: str) -> None:
        """Type as a keyboard does."""
        self._xdo("type", "--delay", "25", text)
        time.sleep(0.5)

    def shot(self, name: str, crop: str = "") -> Path:
        """A picture of the screen, or of WIDTHxHEIGHT+X+Y of it."""
        path = self.folder / f"{name}.png"
        time.sleep(0.8)
        words = ["import", "-window", "root", *(("-crop", crop, "+repage") if crop else ())]
        words += ["-dither", "None", "-colors", "200", f"png8:{path}"]  # a fifth of the size, as the manual wants it
        subprocess.run(words, check=True, env=self._environment)
        return path

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            try:
                self.run("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.3)")
                self.process.wait(60)
            except (RuntimeError, subprocess.TimeoutExpired):
                self.process.kill()
        self._server.terminate()
        self._server.wait(20)
        self._log.close()

    def _own(self) -> dict[str, str]:
        """Nothing of the user's own Blender is read or written."""
        return {**self._environment, "BLENDER_USER_RESOURCES": str(self.folder / "user")}

    def _xdo(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], check=True, env=self._environment)
