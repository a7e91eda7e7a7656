"""Drop a file on a window as a file manager would: the X drag-and-drop protocol, version 5. Needs python-xlib."""

from __future__ import annotations

import time
from typing import Any

from Xlib import X, Xatom, display
from Xlib.protocol import event

_ENTER_VERSION = 5 << 24


def drop(name: str, title: str, x: int, y: int, path: str) -> bool:
    """Drop `path`, as the receiving program sees it, at a place of the display `name` on the window whose title holds
    `title`; True when the window says that it took it. Raises LookupError when there is no such window."""
    server = display.Display(name)
    target = _titled(server.screen().root, title)
    if target is None:
        raise LookupError(f"no window whose title contains {title!r}")
    return _Drag(server, target, path).drop(x, y)


def _titled(root: Any, title: str) -> Any:
    for child in root.query_tree().children:
        if title in str(child.get_wm_name() or ""):
            return child
        if (inner := _titled(child, title)) is not None:
            return inner
    return None


class _Drag:
    """The source's side of one drag."""

    def __init__(self, server: Any, target: Any, path: str) -> None:
        self.server, self.target, self.path = server, target, path
        root = server.screen().root
        depth = server.screen().root_depth
        self.source = root.create_window(0, 0, 1, 1, 0, depth, event_mask=X.PropertyChangeMask)
        self.source.change_property(self._atom("XdndTypeList"), Xatom.ATOM, 32, [self._atom("text/uri-list")])
        self.source.set_selection_owner(self._atom("XdndSelection"), X.CurrentTime)

    def drop(self, x: int, y: int) -> bool:
        self.server.screen().root.warp_pointer(x, y)
        self.server.sync()
        time.sleep(0.3)
        self._send("XdndEnter", _ENTER_VERSION, self._atom("text/uri-list"), 0, 0)
        for step in range(4):
            place = ((x + step) << 16) | y
            self._send("XdndPosition", 0, place, X.CurrentTime, self._atom("XdndActionCopy"))
            self._heard("XdndStatus", 2.0)
        self._send("XdndDrop", 0, X.CurrentTime, 0, 0)
        return self._heard("XdndFinished", 20.0)

    def _atom(self, name: str) -> int:
        return self.server.intern_atom(name)

    def _send(self, name: str, *data: int) -> None:
        words = (32, [self.source.id, *data])
        message = event.ClientMessage(window=self.target, client_type=self._atom(name), data=words)
        self.target.send_event(message, event_mask=0)
        self.server.flush()

    def _heard(self, name: str, seconds: float) -> bool:
        """Hand the file's address to who asks for it until the window sends `name`; whether it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self.server.pending_events():
                got = self.server.next_event()
                if got.type == X.SelectionRequest:
                    self._answer(got)
                elif got.type == X.ClientMessage and self.server.get_atom_name(got.client_type) == name:
                    return True
            time.sleep(0.02)
        return False

    def _answer(self, asked: Any) -> None:
        prop = asked.property or asked.target
        asked.requestor.change_property(prop, self._atom("text/uri-list"), 8, f"file://{self.path}\r\n".encode())
        told = event.SelectionNotify(
            time=asked.time, requestor=asked.requestor, selection=asked.selection, target=asked.target, property=prop
        )
        asked.requestor.send_event(told)
        self.server.flush()
