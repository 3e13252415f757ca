"""What was asked of others on this machine is named, and what the run leaves listening."""

from __future__ import annotations

import os
import socket
import sys
import threading

import pytest

TALK = """
import socket, sys
client = socket.socket(socket.AF_UNIX if sys.argv[1] == "unix" else socket.AF_INET, socket.SOCK_STREAM)
client.connect(sys.argv[2] if sys.argv[1] == "unix" else ("127.0.0.1", int(sys.argv[2])))
client.sendall(b"please")
client.recv(10)
"""


def serve(server: socket.socket) -> None:
    client, _ = server.accept()
    client.recv(10)
    client.sendall(b"done")
    client.close()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_listener_outside_the_run_is_named(tool, tmp_path, kind):
    server = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
    server.bind(str(tmp_path / "docker.sock") if kind == "unix" else ("127.0.0.1", 0))
    server.listen()
    place = server.getsockname() if kind == "unix" else server.getsockname()[1]
    thread = threading.Thread(target=serve, args=(server,))
    thread.start()
    finished = tool("test", sys.executable, "-c", TALK, kind, place)
    thread.join(timeout=10)
    server.close()
    [door] = finished.verdict["notCovered"]
    assert f"pid {os.getpid()} " in door
    assert ("the Docker engine" if kind == "unix" else f"tcp://127.0.0.1:{place}") in door


def test_a_listener_of_the_run_is_no_door(tool, hostile):
    assert tool("test", hostile / "inherited-listener").verdict["notCovered"] == []


def test_a_listener_left_open_is_told(tool, hostile):
    finished = tool("test", hostile / "open-socket", 3)
    assert "listening: 1 socket left open" in finished.stderr
