# An event listener that collects processes that were given up, and at a tick sends one
# mail about all of them: fatalbatch.py COMMAND, which reads the mail.
import subprocess
import sys

from supervisor import childutils

batch = []
while True:
    headers, payload = childutils.listener.wait()
    if headers['eventname'] == 'PROCESS_STATE_FATAL':
        keys, _ = childutils.eventdata(payload + '\n')
        batch.append('%(groupname)s:%(processname)s failed to start too many times\n' % keys)
    elif headers['eventname'].startswith('TICK') and batch:
        subprocess.run(sys.argv[1], shell=True, input='Subject: given up\n\n' + ''.join(sorted(batch)), text=True, check=True)
        batch = []
    childutils.listener.ok()
