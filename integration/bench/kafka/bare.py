#!/usr/bin/env python3
"""The bare client: sends again, byte for byte, what kafka-init sent once, and reads the answers without looking at them.

bare.py record PORT SERVER_PORT FILE   a proxy that writes each request of one connection to FILE
bare.py replay SERVER_PORT FILE        prints how many requests there are and the seconds that their answers took
"""
import socket
import struct
import sys
import threading
import time


def exactly(stream, length):
    data = bytearray(length)
    view = memoryview(data)
    while view:
        got = stream.recv_into(view)
        if got == 0:
            raise EOFError
        view = view[got:]
    return bytes(data)


def frame(stream):
    prefix = exactly(stream, 4)
    return prefix + exactly(stream, struct.unpack(">i", prefix)[0])


def answers(server, client):
    try:
        while True:
            client.sendall(frame(server))
    except (EOFError, OSError):
        pass


def record(port, server_port, path):
    listener = socket.create_server(("127.0.0.1", port))
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", server_port))
    threading.Thread(target=answers, args=(server, client), daemon=True).start()
    with open(path, "wb") as out:
        try:
            while True:
                request = frame(client)
                out.write(request)
                server.sendall(request)
        except EOFError:
            pass


def replay(server_port, path):
    with open(path, "rb") as file:
        rest = file.read()
    requests = []
    while rest:
        length = 4 + struct.unpack(">i", rest[:4])[0]
        requests.append(rest[:length])
        rest = rest[length:]
    began = time.monotonic()
    server = socket.create_connection(("127.0.0.1", server_port))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for request in requests:
        server.sendall(request)
        frame(server)
    print(len(requests), f"{time.monotonic() - began:.3f}")


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        replay(int(sys.argv[2]), sys.argv[3])
