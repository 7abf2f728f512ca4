/* A program of systemd's kind. It does what its arguments say, one after the other:
 *   @FILE   waits until somebody has written to the fifo FILE, with signs of life meanwhile
 *   >FILE   makes FILE
 *   ~N      sends N signs of life, ten times as often as $WATCHDOG_USEC asks
 *   &       goes on in a grandchild, whose parent has gone; it stays itself
 *   !       stays for ever
 *   else    sends the argument, in which | is an end of line, to $NOTIFY_SOCKET
 */
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int sock;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t length;

static void fail(const char *what) {
	perror(what);
	exit(9);
}

static void say(const char *message, size_t n) {
	if (sendto(sock, message, n, MSG_NOSIGNAL, (struct sockaddr *)&address, length) != (ssize_t)n)
		fail("sendto");
}

/* live sends a sign of life and returns how long until the next, in ms. */
static int live(void) {
	const char *usec = getenv("WATCHDOG_USEC");
	if (usec == NULL)
		fail("WATCHDOG_USEC");
	say("WATCHDOG=1", strlen("WATCHDOG=1"));
	return atoi(usec) / 1000 / 10;
}

static void await(const char *fifo) {
	char buf[16];
	struct pollfd gate = {.fd = open(fifo, O_RDONLY | O_NONBLOCK), .events = POLLIN};
	if (gate.fd < 0)
		fail(fifo);
	while (poll(&gate, 1, live()) == 0)
		;
	if (read(gate.fd, buf, sizeof buf) < 0 || close(gate.fd) < 0)
		fail(fifo);
}

static void stay(void) {
	for (;;)
		pause();
}

static void go_on_in_a_grandchild(void) {
	pid_t pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0)
		stay();
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0)
		_exit(0);
}

int main(int argc, char **argv) {
	const char *name = getenv("NOTIFY_SOCKET");
	if (name == NULL || strlen(name) >= sizeof address.sun_path)
		fail("NOTIFY_SOCKET");
	strcpy(address.sun_path, name);
	length = offsetof(struct sockaddr_un, sun_path) + strlen(name);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		length++;
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		fail("socket");
	for (int i = 1; i < argc; i++) {
		char *arg = argv[i];
		int fd;
		switch (arg[0]) {
		case '@':
			await(arg + 1);
			break;
		case '>':
			if ((fd = open(arg + 1, O_WRONLY | O_CREAT, 0644)) < 0 || close(fd) < 0)
				fail(arg);
			break;
		case '~':
			for (int n = atoi(arg + 1); n > 0; n--)
				usleep(1000 * live());
			break;
		case '&':
			go_on_in_a_grandchild();
			break;
		case '!':
			stay();
			break;
		default:
			for (char *p = arg; *p; p++)
				if (*p == '|')
					*p = '\n';
			say(arg, strlen(arg));
		}
	}
	return 0;
}
