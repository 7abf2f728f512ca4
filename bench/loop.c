//go:build ignore

/* loop COUNT LOGDIR MAXBYTES PROGRAM [ARG...]
 *
 * The least that a supervisor does, and so the floor to measure one by: it starts
 * COUNT children with a pipe and a log file each, copies the pipes to the files in
 * chunks of 64 KiB, rotates a file at MAXBYTES and keeps three old ones, starts again
 * what dies, and when anything can be read from its standard input sends SIGTERM to
 * all, waits for them and exits. It keeps no state, writes no log of its own and
 * answers nobody.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { chunk = 64 << 10, old_logs = 3, events = 128 };

struct child {
	pid_t pid;
	int out, log;
	long size;
	char path[256];
};

static struct child *children;
static int count, alive, stopping, epoll;
static long max_bytes;
static char **command;
static char buffer[chunk];
static sigset_t deaths;

static void check(int ok, const char *what) {
	if (!ok) {
		perror(what);
		exit(1);
	}
}

static void watch(int fd, int id) {
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = id};
	check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) == 0, "epoll_ctl");
}

static void open_log(struct child *c) {
	c->log = open(c->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	check(c->log >= 0, c->path);
	c->size = lseek(c->log, 0, SEEK_END);
}

static void start(struct child *c) {
	int fd[2];
	check(pipe2(fd, O_CLOEXEC) == 0, "pipe2");
	open_log(c);
	c->pid = fork();
	check(c->pid >= 0, "fork");
	if (c->pid == 0) {
		setpgid(0, 0);
		sigprocmask(SIG_UNBLOCK, &deaths, NULL);
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		execv(command[0], command);
		_exit(127);
	}
	alive++;
	close(fd[1]);
	c->out = fd[0];
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	watch(c->out, c - children);
}

static void rotate(struct child *c) {
	char from[300], to[300];
	for (int i = old_logs; i >= 1; i--) {
		snprintf(to, sizeof to, "%s.%d", c->path, i);
		if (i > 1)
			snprintf(from, sizeof from, "%s.%d", c->path, i - 1);
		else
			snprintf(from, sizeof from, "%s", c->path);
		rename(from, to);
	}
	close(c->log);
	open_log(c);
}

/* copy moves what there is in one read; 0: nothing now, or the end. */
static long copy(struct child *c) {
	long n = read(c->out, buffer, sizeof buffer);
	if (n <= 0)
		return 0;
	check(write(c->log, buffer, n) == n, c->path);
	c->size += n;
	if (c->size >= max_bytes)
		rotate(c);
	return n;
}

static void reap(void) {
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		struct child *c = children;
		while (c->pid != pid)
			c++;
		while (copy(c) > 0)
			;
		close(c->out);
		close(c->log);
		alive--;
		if (!stopping)
			start(c);
	}
}

int main(int argc, char **argv) {
	check(argc > 4, "usage: loop COUNT LOGDIR MAXBYTES PROGRAM [ARG...]");
	count = atoi(argv[1]);
	max_bytes = atol(argv[3]);
	command = argv + 4;
	children = calloc(count, sizeof *children);
	check(children != NULL, "calloc");
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);

	epoll = epoll_create1(EPOLL_CLOEXEC);
	check(epoll >= 0, "epoll_create1");
	sigemptyset(&deaths);
	sigaddset(&deaths, SIGCHLD);
	sigprocmask(SIG_BLOCK, &deaths, NULL);
	int signals = signalfd(-1, &deaths, SFD_CLOEXEC | SFD_NONBLOCK);
	check(signals >= 0, "signalfd");
	fcntl(0, F_SETFD, FD_CLOEXEC);
	watch(signals, count);
	watch(0, count + 1);
	for (int i = 0; i < count; i++) {
		snprintf(children[i].path, sizeof children[i].path, "%s/p%04d.log", argv[2], i);
		start(&children[i]);
	}
	while (!stopping || alive > 0) {
		struct epoll_event ready[events];
		int n = epoll_wait(epoll, ready, events, -1);
		for (int i = 0; i < n; i++) {
			int id = ready[i].data.u32;
			if (id < count) {
				copy(&children[id]);
			} else if (id == count) {
				struct signalfd_siginfo info;
				while (read(signals, &info, sizeof info) > 0)
					;
				reap();
			} else {
				stopping = 1;
				epoll_ctl(epoll, EPOLL_CTL_DEL, 0, NULL);
				for (int j = 0; j < count; j++)
					kill(children[j].pid, SIGTERM);
			}
		}
	}
	return 0;
}
