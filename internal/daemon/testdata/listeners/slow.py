# An event listener that reads little at a time, and writes the length of each event's
# data to a file.
import os
import sys
import time

out = open(sys.argv[1], 'w', buffering=1)
while True:
    os.write(1, b'READY\n')
    header = b''
    while not header.endswith(b'\n'):
        header += os.read(0, 1)
    left = int(header.split(b'len:')[1])
    payload = b''
    while left > 0:
        time.sleep(0.01)
        got = os.read(0, min(left, 30000))
        payload += got
        left -= len(got)
    print(len(payload.split(b'\n', 1)[1]), file=out)
    os.write(1, b'RESULT 2\nOK')
