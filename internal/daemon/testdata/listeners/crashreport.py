# An event listener that sends a mail for every process that ends without being expected
# to: crashreport.py COMMAND, which reads the mail.
import subprocess
import sys

from supervisor import childutils

while True:
    headers, payload = childutils.listener.wait()
    if headers['eventname'] == 'PROCESS_STATE_EXITED':
        keys, _ = childutils.eventdata(payload + '\n')
        if not int(keys['expected']):
            text = 'Subject: %(processname)s crashed\n\n%(groupname)s:%(processname)s (pid %(pid)s) has ended from state %(from_state)s\n' % keys
            subprocess.run(sys.argv[1], shell=True, input=text, text=True, check=True)
    childutils.listener.ok()
