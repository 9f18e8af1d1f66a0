#!/usr/bin/env python3
"""The bare client: sends again, byte for byte, what kafka-init sent once, and reads the answers without looking at them.

bare.py record PORT SERVER_PORT FILE   a proxy that writes each request of one connection to FILE
bare.py race SERVER_PORT FILE COMMAND...   that, and the command, in turn: the number of requests, and the median seconds of
                                           their answers and of the whole process
"""
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

ROUNDS = 15


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


def requests(path):
    with open(path, "rb") as file:
        rest = file.read()
    while rest:
        length = 4 + struct.unpack(">i", rest[:4])[0]
        yield rest[:length]
        rest = rest[length:]


def replay(server_port, recorded):
    server = socket.create_connection(("127.0.0.1", server_port))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for request in recorded:
        server.sendall(request)
        frame(server)


def seconds(work, *arguments):
    began = time.monotonic()
    work(*arguments)
    return time.monotonic() - began


def race(server_port, path, command):
    recorded = list(requests(path))
    bare, tool = [], []
    for _ in range(ROUNDS):
        bare.append(seconds(replay, server_port, recorded))
        tool.append(seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)))
    print(len(recorded), f"{statistics.median(bare):.3f}", f"{statistics.median(tool):.3f}")


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        race(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
