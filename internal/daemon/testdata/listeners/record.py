# An event listener that writes the name of each event, and of its process, to a file.
# It takes its time, so that events have to wait for it.
import signal
import sys
import time

from supervisor import childutils

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
out = open(sys.argv[1], 'w', buffering=1)
while True:
    headers, payload = childutils.listener.wait()
    keys = childutils.get_headers(payload) if headers['eventname'].startswith('PROCESS_STATE') else {}
    time.sleep(0.02)
    print(headers['eventname'], keys.get('processname', ''), file=out)
    childutils.listener.ok()
