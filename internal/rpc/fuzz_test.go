package rpc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
)

// seeds gives the corpus of the wire and some values of every type to a fuzzer.
func seeds(f *testing.F, file int) {
	f.Helper()
	for _, name := range wireFiles(f) {
		f.Add(readWire(f, name).Files[file].Data)
	}
	value := "<value><array><data><value>a&#13;&amp;</value><value><i8>-99999999999</i8></value><value><boolean>1</boolean></value>" +
		"<value><double>1.5e10</double></value><value><base64>AAEC</base64></value><value><nil/></value>" +
		"<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>" +
		"<value><struct><member><name>n</name><value><![CDATA[<x>]]></value></member></struct></value></data></array></value>"
	f.Add([]byte("<methodCall><methodName>m</methodName><params><param>" + value + "</param></params></methodCall>"))
	f.Add([]byte("<methodResponse><params><param>" + value + "</param></params></methodResponse>"))
	f.Add([]byte("<?xml version='1.0' encoding='iso-8859-1'?><!DOCTYPE a [<!ENTITY b 'c'>]><methodCall>&b;"))
}

// What is decoded can be encoded, and decodes to the same again.
func FuzzDecodeRequest(f *testing.F) {
	seeds(f, 0)
	f.Fuzz(func(t *testing.T, doc []byte) {
		method, params, err := rpc.DecodeRequest(doc, rpc.RequestLimits)
		if err != nil {
			return
		}
		again, err := rpc.AppendRequest(nil, method, params...)
		if err != nil {
			t.Fatalf("cannot encode what was decoded: %v", err)
		}
		method2, params2, err := rpc.DecodeRequest(again, rpc.RequestLimits)
		if err != nil {
			t.Fatalf("cannot decode what was encoded: %v\n%s", err, again)
		}
		if d := cmp.Diff(method, method2) + cmp.Diff(params, params2, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("(-first +second):\n%s", d)
		}
	})
}

// What is decoded can be encoded, and then even as a request it passes: the encoder
// leaves nothing in that XML forbids, though the decoder of answers takes it.
func FuzzDecodeResponse(f *testing.F) {
	seeds(f, 2)
	f.Fuzz(func(t *testing.T, doc []byte) {
		v, err := rpc.DecodeResponse(doc, rpc.ResponseLimits)
		if fault, ok := err.(*control.Fault); ok {
			v = []any{int64(fault.Code), fault.Error()}
		} else if err != nil {
			return
		}
		clean, err := rpc.AppendRequest(nil, "m", v)
		if err != nil {
			t.Fatalf("cannot encode what was decoded: %v", err)
		}
		_, params, err := rpc.DecodeRequest(clean, rpc.ResponseLimits)
		if err != nil {
			t.Fatalf("cannot decode what was encoded: %v\n%s", err, clean)
		}
		again, err := rpc.AppendResponse(nil, params[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := rpc.DecodeResponse(again, rpc.ResponseLimits)
		if d := cmp.Diff(params[0], got); d != "" || err != nil {
			t.Errorf("%v (-first +second):\n%s", err, d)
		}
	})
}
