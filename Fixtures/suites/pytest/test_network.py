"""Reaches documentation addresses (RFC 5737), which nothing answers: an attempt is enough to be seen."""

import socket

import pytest


def test_reaches_out_over_tcp():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        with pytest.raises(OSError):
            client.connect(("203.0.113.9", 443))


def test_reaches_out_over_udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        try:
            client.sendto(b"ping", ("198.51.100.7", 5353))
        except OSError:
            pass


def test_talks_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            peer, _ = server.accept()
            with peer:
                client.sendall(b"hello")
                assert peer.recv(5) == b"hello"
