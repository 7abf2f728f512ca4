//go:build ignore

/* What the contenders supervise: a static program that says when it began, in one
 * write of "pid nanoseconds" to a fifo, and so costs them nothing to be observed.
 *
 *   program FIFO                    then sleeps for ever
 *   program FIFO crash MS           lives MS milliseconds and exits with 1
 *   program FIFO flood BYTES        writes BYTES as fast as it can, says so again, sleeps
 *   program FIFO lines RATE SECONDS writes RATE lines a second, every 10 ms a few,
 *                                   says so again, sleeps
 *   program FIFO messages COUNT     waits three seconds, sends COUNT messages of 100 bytes
 *                                   between Supervisor's tokens, sleeps
 *   program FIFO listener COUNT     is an event listener that accepts all events, and says
 *                                   so again at the first and at the COUNT-th, sleeps
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { line = 100, block = 64 << 10 };

static void report(const char *fifo, struct timespec now) {
	char text[64];
	int fd = open(fifo, O_WRONLY);
	int n = snprintf(text, sizeof text, "%d %lld\n", (int)getpid(), now.tv_sec * 1000000000LL + now.tv_nsec);
	if (fd < 0 || write(fd, text, n) != n)
		_exit(3);
	close(fd);
}

static struct timespec now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

static void write_all(const char *data, long n) {
	while (n > 0) {
		long w = write(1, data, n);
		if (w <= 0)
			_exit(4);
		data += w;
		n -= w;
	}
}

static void messages(long count) {
	static const char message[] = "<!--XSUPERVISOR:BEGIN-->"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"<!--XSUPERVISOR:END-->";
	sleep(3);
	for (long i = 0; i < count; i++)
		write_all(message, sizeof message - 1);
}

static void listener(const char *fifo, long count) {
	static char in[block];
	long have = 0;
	write_all("READY\n", 6);
	for (long i = 1; i <= count; i++) {
		char *end = NULL;
		long need = 1;
		while (have < need) {
			long n = read(0, in + have, sizeof in - have);
			if (n <= 0)
				_exit(5);
			have += n;
			if (!end && (end = memchr(in, '\n', have))) {
				*end = 0;
				char *len = strstr(in, " len:");
				if (!len)
					_exit(6);
				need = end - in + 1 + atol(len + 5);
			} else if (!end)
				need = have + 1;
		}
		have = 0; /* the next one comes after the answer */
		if (i == 1 || i == count)
			report(fifo, now());
		write_all("RESULT 2\nOKREADY\n", 17);
	}
}

int main(int argc, char **argv) {
	struct timespec begun = now();
	static char data[block];
	if (argc < 2)
		return 2;
	report(argv[1], begun);
	memset(data, 'x', sizeof data);
	for (int i = line - 1; i < block; i += line)
		data[i] = '\n';
	if (argc == 4 && strcmp(argv[2], "crash") == 0) {
		usleep(atol(argv[3]) * 1000);
		return 1;
	}
	if (argc == 4 && strcmp(argv[2], "flood") == 0) {
		for (long left = atol(argv[3]); left > 0; left -= block)
			write_all(data, left < block ? left : block);
		report(argv[1], now());
	}
	if (argc == 5 && strcmp(argv[2], "lines") == 0) {
		struct timespec next = now();
		for (long i = 0; i < atol(argv[4]) * 100; i++) {
			write_all(data, atol(argv[3]) / 100 * line);
			next.tv_nsec += 10000000;
			if (next.tv_nsec >= 1000000000) {
				next.tv_nsec -= 1000000000;
				next.tv_sec++;
			}
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		}
		report(argv[1], now());
	}
	if (argc == 4 && strcmp(argv[2], "messages") == 0)
		messages(atol(argv[3]));
	if (argc == 4 && strcmp(argv[2], "listener") == 0)
		listener(argv[1], atol(argv[3]));
	for (;;)
		pause();
}
