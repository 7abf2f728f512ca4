"""A program of systemd's kind: it sends its arguments, and waits where one is @FIFO."""
import os
import socket
import sys

name = os.environ["NOTIFY_SOCKET"]
if name[0] == "@":
    name = "\0" + name[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(name)
    for arg in sys.argv[1:]:
        if arg[0] == "@":
            with open(arg[1:]) as gate:
                gate.read()
        else:
            s.send(arg.replace("|", "\n").encode())
