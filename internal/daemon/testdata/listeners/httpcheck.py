# An event listener that asks a page at every tick, and restarts programs while the page
# is not well: httpcheck.py URL PROGRAM...
import os
import sys
import urllib.error
import urllib.request

from supervisor import childutils

url, programs = sys.argv[1], sys.argv[2:]
rpc = childutils.getRPCInterface(os.environ)
while True:
    headers, payload = childutils.listener.wait()
    if headers['eventname'].startswith('TICK'):
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except urllib.error.URLError as e:
            print('not well:', e, file=sys.stderr, flush=True)
            for name in programs:
                if rpc.supervisor.getProcessInfo(name)['statename'] == 'RUNNING':
                    rpc.supervisor.stopProcess(name)
                rpc.supervisor.startProcess(name)
    childutils.listener.ok()
