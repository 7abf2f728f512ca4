package rpc_test

import (
	"io"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/testenv"
)

// pythonClient makes calls with Python's own client and prints what it gets.
const pythonClient = `
import sys, xmlrpc.client
s = xmlrpc.client.ServerProxy(sys.argv[1])
def show(f):
    try: v = f()
    except xmlrpc.client.Fault as e: v = (e.faultCode, e.faultString)
    print(ascii(v))
show(lambda: s.supervisor.getState())
show(lambda: s.supervisor.readProcessStdoutLog('cat', 0, 0))
show(lambda: s.supervisor.tailProcessStderrLog('cat', 0, 1000))
show(lambda: s.supervisor.getProcessInfo('grp:*'))
show(lambda: s.supervisor.startProcess('nofile'))
show(lambda: s.supervisor.sendProcessStdin('cat', 'x \u00fc \U0001f600 <&>\r\n'))
show(lambda: s.supervisor.getState(1))
show(lambda: len(s.system.listMethods()))
show(lambda: s.system.methodSignature('supervisor.startProcess'))
show(lambda: s.supervisor.reloadConfig())
show(lambda: [i['name'] for i in s.supervisor.getAllProcessInfo()])
show(lambda: [i['uid'] for i in s.supervisor.getAllConfigInfo()][:1])
m = xmlrpc.client.MultiCall(s)
m.supervisor.nope()
m.supervisor.reloadConfig()
m.system.methodSignature('supervisor.getState')
m.supervisor.getPID()
def each(results):
    # MultiCall wants each result in an array of one. Supervisor's are not, so that it
    # shows the first element of an array and refuses anything else.
    for i in range(4):
        try: yield results[i]
        except xmlrpc.client.Fault as e: yield (e.faultCode, e.faultString)
        except ValueError as e: yield str(e)
show(lambda: list(each(m())))
show(lambda: s.system.multicall([{'methodName': n, 'params': []} for n in ('supervisor.getPID', 'supervisor.nope')]))
`

func TestPythonClientReadsOurAnswers(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		python = testenv.Peer(t, "/usr/bin/python3")
	}
	api := wireSupervisor()
	api.Processes[0].Out = []byte("\x1b[31mred\x1b[0m \u00fc \U0001F600\r\n")
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	api.Processes[0].Err = binary
	api.RereadErr = control.NewFault(control.CantReread, "File contains no section headers.\nfile: 'x<y>'")
	address, _ := serve(t, api, io.Discard)
	out, err := exec.CommandContext(t.Context(), python, "-c", pythonClient, "http://"+address+"/RPC2").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	testenv.Golden(t, "testdata/python.txt", string(out))
	// Python's client does not escape the carriage return, and XML drops it.
	if d := cmp.Diff("x \u00fc \U0001f600 <&>\n", api.Processes[0].Stdin); d != "" {
		t.Errorf("stdin (-want +got):\n%s", d)
	}
}
