package rpc_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/rpc"
)

func request(params string) string {
	return "<methodCall><methodName>m</methodName><params>" + params + "</params></methodCall>"
}

var place = regexp.MustCompile(`^xml-rpc: (byte \d+: )?`)

// message returns the text of an error without the place, which would make the tests
// hard to read; TestErrorsNameThePlace looks at that.
func message(err error) string {
	if err == nil {
		return "no error"
	}
	return place.ReplaceAllString(err.Error(), "")
}

func TestErrorsNameThePlace(t *testing.T) {
	_, _, err := rpc.DecodeRequest([]byte("<methodCall>\n<methodName>é&bomb;"), rpc.RequestLimits)
	if err == nil || err.Error() != "xml-rpc: byte 27: bad reference" {
		t.Errorf("got %v", err)
	}
}

func TestDecodeRequestTakesEveryType(t *testing.T) {
	cases := []struct {
		value string
		want  any
	}{
		{"plain", "plain"},
		{"  ", "  "},
		{"", ""},
		{"<string>a &lt;b&gt; &amp; &quot;c&apos; &#233;&#xE9;</string>", "a <b> & \"c' éé"},
		{"<string/>", ""},
		{"<string>a<!-- b -->c<![CDATA[<d>&amp;]]>e<?f?>g</string>", "ac<d>&amp;eg"},
		{"<string>a\r\nb\rc&#13;\n</string>", "a\nb\nc\r\n"},
		{" \n<int> 42 </int>\n ", int64(42)},
		{"<i4>-2147483648</i4>", int64(-2147483648)},
		{"<i8>9223372036854775807</i8>", int64(9223372036854775807)},
		{"<boolean>1</boolean>", true},
		{"<boolean>0</boolean>", false},
		{"<double>-1.5e3</double>", -1500.0},
		{"<dateTime.iso8601>20260102T03:04:05</dateTime.iso8601>", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		{"<base64>\nAAEC\n/w==\n</base64>", []byte{0, 1, 2, 255}},
		{"<nil/>", nil},
		{"<array><data></data></array>", []any{}},
		{"<array><data/></array>", []any{}},
		{"<array>\n<data>\n<value>a</value>\n<value><int>1</int></value></data></array>", []any{"a", int64(1)}},
		{"<struct></struct>", map[string]any{}},
		{"<struct><member><name>a</name><value>b</value></member></struct>", map[string]any{"a": "b"}},
		{`<string xml:space='a>b' >x</string >`, "x"},
	}
	for _, c := range cases {
		method, got, err := rpc.DecodeRequest([]byte(request("<param><value>"+c.value+"</value></param>")), rpc.RequestLimits)
		if err != nil || method != "m" {
			t.Errorf("%s: %q, %v", c.value, method, err)
			continue
		}
		if d := cmp.Diff([]any{c.want}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.value, d)
		}
	}
}

func TestDecodeRequestTakesOtherFormsOfADocument(t *testing.T) {
	for _, doc := range []string{
		"\uFEFF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- hello -->" + request("<param><value>é</value></param>") + "\n<!-- bye -->\n",
		"<?xml version='1.0' encoding='iso-8859-1' ?>" + request("<param><value>\xe9</value></param>"),
		"<?xml version='1.0' encoding='us-ascii'?>" + request("<param><value>&#233;</value></param>"),
	} {
		_, got, err := rpc.DecodeRequest([]byte(doc), rpc.RequestLimits)
		if d := cmp.Diff([]any{"é"}, got); d != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", doc, err, d)
		}
	}
}

func TestDecodeRequestRefuses(t *testing.T) {
	nested := func(n int) string {
		return request("<param>" + strings.Repeat("<value><array><data>", n) + strings.Repeat("</data></array></value>", n) + "</param>")
	}
	value := func(v string) string { return request("<param><value>" + v + "</value></param>") }
	cases := []struct{ doc, want string }{
		{"", "the document ends too early"},
		{"garbage", "text between tags"},
		{"<methodCall>", "the document ends too early"},
		{"<methodResponse/>", "<methodResponse> instead of <methodCall>"},
		{"<methodCall/>", "</methodCall> instead of <methodName>"},
		{"<methodCall><methodName/></methodCall>", "no method name"},
		{request("") + "<more/>", "something follows the document"},
		{request("") + "more", "text between tags"},
		{value("a\xffb"), "not UTF-8"},
		{"<?xml version='1.0' encoding='utf-16'?>" + value("a"), `unknown encoding "utf-16"`},
		{value("\x1b[31m"), "character 0x1b"},
		{value("&#27;"), "bad reference"},
		{value("\uFFFE"), "character 0xfffe"},
		{value("<![CDATA[\x00]]>"), "character 0x0"},
		{value("&bomb;"), "bad reference"},
		{value("&#x110000;"), "bad reference"},
		{value("&#99999999999999999999;"), "bad reference"},
		{value("& "), "bad reference"},
		{`<!DOCTYPE x [<!ENTITY a "aaa">]>` + value("&a;"), "a document type is not allowed"},
		{value("<!ELEMENT>"), "a document type is not allowed"},
		{value("<!-- "), "unfinished <!--"},
		{value("<int>99999999999999999999</int>"), "bad int"},
		{value("<int>0x10</int>"), "bad int"},
		{value("<int/>"), "bad int"},
		{value("<boolean>2</boolean>"), "bad boolean"},
		{value("<double>1e999</double>"), "bad double"},
		{value("<double>inf</double>"), "bad double"},
		{value("<double>0x1p4</double>"), "bad double"},
		{value("<base64>!</base64>"), "bad base64"},
		{value("<dateTime.iso8601>x</dateTime.iso8601>"), "bad dateTime.iso8601"},
		{value("<nil>x</nil>"), "bad nil"},
		{value("<wrong>x</wrong>"), "bad wrong"},
		{value("a<int>1</int>"), "<int> in a value"},
		{value("<int>1</int>a"), "text between tags"},
		{value("<int>1</string>"), "</string> instead of </int>"},
		{value("<int>1"), "</value> instead of </int>"},
		{value("< int>1</int>"), "bad tag"},
		{value("<int a='>1</int>"), "unfinished tag <int"},
		{value("<struct><member><value>b</value></member></struct>"), "<value> instead of <name>"},
		{nested(33), "nested too deeply"},
		{request("<param><value>" + strings.Repeat("<array>", 100_000)), "<array> instead of <data>"},
		{request("<param><value><array><data>" + strings.Repeat("<value/>", 200_000)), "too many values"},
	}
	for _, c := range cases {
		_, _, err := rpc.DecodeRequest([]byte(c.doc), rpc.RequestLimits)
		if message(err) != c.want {
			t.Errorf("%.200q:\n got %v\nwant %s", c.doc, err, c.want)
		}
	}
	if _, _, err := rpc.DecodeRequest([]byte(nested(32)), rpc.RequestLimits); err != nil {
		t.Errorf("at the limit of depth: %v", err)
	}
}

// A hostile document must cost time in proportion to its length: with a quadratic
// scanner these would take minutes.
func TestDecodeRequestIsLinear(t *testing.T) {
	const n = 200_000
	for name, text := range map[string]string{
		"comments":   strings.Repeat("a<!---->", n),
		"cdata":      strings.Repeat("a<![CDATA[b]]>", n),
		"references": strings.Repeat("a&amp;", n),
		"line ends":  strings.Repeat("a\r", n),
	} {
		_, params, err := rpc.DecodeRequest([]byte(request("<param><value>"+text+"</value></param>")), rpc.RequestLimits)
		if err != nil || len(params) != 1 || len(params[0].(string)) < n {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeResponse(t *testing.T) {
	// Python's server sends what its logs hold, even if XML forbids it.
	got, err := rpc.DecodeResponse([]byte("<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>\x1b[31mred\x00</string></value>\n</param>\n</params>\n</methodResponse>\n"), rpc.ResponseLimits)
	if got != "\x1b[31mred\x00" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for doc, want := range map[string]string{
		"<methodResponse><params/></methodResponse>":                                 "0 results",
		"<methodResponse><fault><value>x</value></fault></methodResponse>":           "a fault without faultCode or faultString",
		"<methodResponse><what/></methodResponse>":                                   "<what> in a methodResponse",
		"<methodResponse><params><param><value/></param></params></methodResponse>x": "text between tags",
		"<html>": "<html> instead of <methodResponse>",
	} {
		if _, err := rpc.DecodeResponse([]byte(doc), rpc.ResponseLimits); message(err) != want {
			t.Errorf("%s:\n got %v\nwant %s", doc, err, want)
		}
	}
}

func TestFaultSurvivesTheWire(t *testing.T) {
	for _, want := range []*control.Fault{
		control.NewFault(control.BadName, "grp:*"),
		control.NewFault(control.NotRunning, ""),
		control.NewFault(control.NoFile, "can't find command '/no/such'"),
		control.NewFault(control.Code(-32500), "Application Error"),
	} {
		_, err := rpc.DecodeResponse(rpc.AppendFault(nil, want), rpc.ResponseLimits)
		if d := cmp.Diff(error(want), err); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	got := rpc.ParseFault(10, "not what it is called")
	if d := cmp.Diff(control.NewFault(control.BadName, "not what it is called"), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEncodeReplacesWhatXMLForbids(t *testing.T) {
	doc, err := rpc.AppendResponse(nil, "\x1b[1m a\tb\r\n\x00\x7f é 😀 \xff\xc3( \uFFFE\uFFFF\uFFFD <&>\"'")
	if err != nil {
		t.Fatal(err)
	}
	want := "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>" +
		"\uFFFD[1m a\tb&#13;\n\uFFFD\x7f é 😀 \uFFFD\uFFFD( \uFFFD\uFFFD\uFFFD &lt;&amp;&gt;\"'" +
		"</string></value>\n</param>\n</params>\n</methodResponse>\n"
	if d := cmp.Diff(want, string(doc)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEncodeUsesI8BeyondInt(t *testing.T) {
	for n, want := range map[int64]string{
		2147483647: "<int>2147483647</int>", 2147483648: "<i8>2147483648</i8>",
		-2147483648: "<int>-2147483648</int>", -2147483649: "<i8>-2147483649</i8>",
	} {
		doc, err := rpc.AppendResponse(nil, n)
		if !strings.Contains(string(doc), "<value>"+want+"</value>") || err != nil {
			t.Errorf("%d: %v\n%s", n, err, doc)
		}
	}
}

func TestEncodeRefusesWhatXMLRPCLacks(t *testing.T) {
	zero := 0.0
	for _, v := range []any{struct{}{}, []any{int8(1)}, map[string]any{"a": make(chan int)}, 1 / zero, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if doc, err := rpc.AppendResponse(nil, v); err == nil {
			t.Errorf("%v: %s", v, doc)
		}
		if doc, err := rpc.AppendRequest(nil, "m", v); err == nil {
			t.Errorf("%v: %s", v, doc)
		}
	}
}
