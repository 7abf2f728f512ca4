# An event listener that looks at every tick how much memory programs have, and restarts
# those that have too much: memcheck.py PROGRAM=BYTES...
import os
import subprocess
import sys

from supervisor import childutils

limits = dict(word.split('=') for word in sys.argv[1:])
rpc = childutils.getRPCInterface(os.environ)
while True:
    headers, payload = childutils.listener.wait()
    if headers['eventname'].startswith('TICK'):
        for info in rpc.supervisor.getAllProcessInfo():
            limit = limits.get(info['name'])
            if limit is None or not info['pid']:
                continue
            size = subprocess.run(['/bin/ps', '-o', 'rss=', '-p', str(info['pid'])], capture_output=True, text=True).stdout
            if size.strip() and int(size) * 1024 > int(limit):
                print('too much:', info['name'], file=sys.stderr, flush=True)
                name = info['group'] + ':' + info['name']
                rpc.supervisor.stopProcess(name)
                rpc.supervisor.startProcess(name)
    childutils.listener.ok()
