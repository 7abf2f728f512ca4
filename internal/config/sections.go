package config

// sectionDoc is a kind of section, for manuals, samples and schemas.
type sectionDoc struct {
	name    string // as in [name]; program:x is one of many
	sample  string // a name of that kind
	about   string
	marks   string // what the manual alone says
	options []Option
	// program says that the section has the options of a program, too.
	program bool
	// prefix says that every section whose name begins with name is one.
	prefix bool
}

// sectionDocs are all kinds of section, in the order of the manual.
var sectionDocs = []sectionDoc{
	{
		name: "supervisord", about: "The daemon. The section may be missing.",
		options: supervisordOptions.options(),
	},
	{
		name: "supervisorctl", about: "The command line, `supervisord ctl`.",
		options: supervisorctlOptions.options(),
	},
	{
		name: "unix_http_server", about: "A server on a Unix domain socket. Every section whose name starts with `unix_http_server` is one.",
		options: unixServerOptions.options(), prefix: true,
	},
	{
		name: "inet_http_server", about: "A server on a TCP port. Every section whose name starts with `inet_http_server` is one.",
		options: inetServerOptions.options(), prefix: true,
	},
	{
		name: "program:x", sample: "program:cat", about: "A program.",
		marks:   " Options marked with ² are evaluated for each process: `%(process_num)d` and `%(numprocs)d` can be used in them.",
		options: programOptions.options(),
	},
	{
		name: "program-default", about: "Defaults of all `[program:x]` and `[fcgi-program:x]` sections, with the options of those. An option that a program has replaces the default as a whole, `environment` too.",
		program: true,
	},
	{
		name: "group:x", sample: "group:example", about: "Programs that are handled together.",
		options: groupOptions.options(),
	},
	{
		name: "eventlistener:x", sample: "eventlistener:listener", about: "A program that receives events. It has the options of a program, without `[program-default]`, and these. Its group's priority is -1 if not given. With `url` it is a webhook and no program: it has these options alone.",
		options: listenerOptions.options(), program: true,
	},
	{
		name: "fcgi-program:x", sample: "fcgi-program:app", about: "A program that accepts connections from a socket the daemon opens. It has the options of a program and these.",
		options: fastCGIOptions.options(), program: true,
	},
	{
		name: "rpcinterface:x", sample: "rpcinterface:supervisor", about: "An interface of the XML-RPC server.",
		options: rpcInterfaceOptions.options(),
	},
	{
		name: "include", about: "More files, read after the main file. Only the main file can include.",
		options: includeOptions.options(),
	},
}

// options lists the options of a table.
func (t *table[S]) options() []Option {
	var all []Option
	for _, o := range t.rows {
		all = append(all, o.Option)
	}
	return all
}
