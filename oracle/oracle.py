#!/usr/bin/env python3
"""The oracle of internal/process: Python's own Subprocess class, under a fake clock.

    oracle.py SEED COUNT

writes COUNT lines of JSON. Each holds the options of a program, a random script of
inputs, and the transcript of what Supervisor's Subprocess and ProcessGroup did with
them: events, signals, and what is known of the process after every input. The Go
test TestAgainstPython plays the same script and wants the same transcript.

Only the operating system is replaced, by the doubles of supervisor.tests. Where ours
differs on purpose, Differences below takes the difference out, and says why.
"""
import errno
import json
import random
import signal
import sys

import supervisor.process as process
from supervisor import events
from supervisor.datatypes import RestartUnconditionally, RestartWhenExitUnexpected
from supervisor.options import NotExecutable, NotFound
from supervisor.states import RUNNING_STATES, ProcessStates, SupervisorStates, getProcessStateDescription
from supervisor.tests.base import DummyOptions, DummyPConfig, DummyPGroupConfig

BEGINNING = 1e4  # the first second of the fake clock; small, so that a float holds its nanoseconds
SOON = 1e-10  # Python acts after a deadline, not on it

RESTART = {"never": False, "unexpected": RestartWhenExitUnexpected, "always": RestartUnconditionally}
SIGNALS = ["TERM", "INT", "QUIT", "HUP", "USR2", "KILL"]
KILL_ERRORS = {"ok": None, "ESRCH": errno.ESRCH, "EPERM": errno.EPERM}


class Differences:
    """Every place where the oracle is made to do what ours does. All are documented.

    Two more need no code here. Policy.RespawnFloor is 0 in the Go test, since Python
    starts a program again at once however often it dies. And no two inputs of a
    script meet each other or a deadline (see script), because Python asks "is it more
    than?" where ours asks "is it at least?", so that a child which dies at the very
    instant of its deadline is judged differently.
    """

    @staticmethod
    def after_stop(proc, before):
        # Python keeps the count of failures when a process is stopped in BACKOFF, so
        # that the next start by hand has fewer tries. Ours forgets it (ADR-0004).
        if before == ProcessStates.BACKOFF:
            proc.backoff = 0

    @staticmethod
    def quiet_after_sigkill():
        # With stopwaitsecs=0 Python sends SIGKILL in every turn of its loop. Ours
        # leaves a second between one and the next, so here the loop rests.
        return 1

    @staticmethod
    def after_failed_kill(proc, error):
        # Ours says in spawnerr why a process is in UNKNOWN. Python says it in its log.
        if proc.state == ProcessStates.UNKNOWN:
            proc.spawnerr = error

    @staticmethod
    def may_die(proc):
        # When a child that could not be signalled dies in UNKNOWN, Python fails with
        # an AssertionError. Ours calls the process STOPPED. So here it does not die.
        return proc.pid and proc.state != ProcessStates.UNKNOWN


class Clock:
    """Stands in for the module time, in supervisor.process."""

    now = BEGINNING

    def time(self):
        return self.now


clock = process.time = Clock()


class Proc(process.Subprocess):
    """The real Subprocess, but for the search of its command in the file system."""

    def get_execv_args(self):
        if self.config.options.command_error is not None:
            raise self.config.options.command_error
        if self.config.options.command is not None:
            self.config.command = self.config.options.command
            return super().get_execv_args()
        return "/bin/x", ["x"]


class OS(DummyOptions):
    """The double of supervisor's operating system, with failures on demand."""

    def __init__(self, transcript):
        super().__init__()
        self.transcript = transcript
        self.pids = 0
        self.killing = "ok"
        self.killing_error = ""
        self.command = self.command_error = None

    def fork(self):
        if self.fork_exception is not None:
            raise self.fork_exception
        self.pids += 1
        return self.pids

    def kill(self, pid, sig):
        self.last_signal = sig
        self.transcript.append("%d: kill %d %d %s" % (microseconds(), pid, sig, self.killing))
        number = KILL_ERRORS[self.killing]
        if number is not None:
            self.killing_error = self.killing
            raise OSError(number, self.killing)

    def make_dispatchers(self, proc):
        if self.make_pipes_exception is not None:
            raise self.make_pipes_exception
        return {}, {}

    def spawning(self, how):
        """Make the spawns that follow fail, or succeed again."""
        self.command = self.command_error = self.fork_exception = self.make_pipes_exception = None
        if how == "empty command":
            self.command = ""
        elif how == "bad quotes":
            self.command = '/bin/x "'
        elif how == "no file":
            self.command_error = NotFound("can't find command '/no/such'")
        elif how == "not executable":
            self.command_error = NotExecutable("command at '/etc/passwd' is not executable")
        elif how == "fork EAGAIN":
            self.fork_exception = OSError(errno.EAGAIN, "")
        elif how == "fork ENOMEM":
            self.fork_exception = OSError(errno.ENOMEM, "")
        elif how == "pipes EMFILE":
            self.make_pipes_exception = OSError(errno.EMFILE, "")
        elif how == "pipes EIO":
            self.make_pipes_exception = OSError(errno.EIO, "")


SPAWNING = ["empty command", "bad quotes", "no file", "not executable", "fork EAGAIN", "fork ENOMEM", "pipes EMFILE", "pipes EIO"]


def microseconds(at=None):
    """The time on the script's clock; 0 is never."""
    at = clock.now if at is None else at
    return round((at - BEGINNING) * 1e6) if at else 0


class Run:
    """One program with one process, and the inputs it gets."""

    def __init__(self, options):
        clock.now = BEGINNING
        self.quiet_until = 0
        self.transcript = []
        self.os = OS(self.transcript)
        config = DummyPConfig(
            self.os, "x", "/bin/x", autostart=False, autorestart=RESTART[options["restart"]],
            startsecs=options["startsecs"], startretries=options["retries"], exitcodes=options["exitcodes"],
            stopsignal=options["stopsignal"], stopwaitsecs=options["stopwait"],
            stopasgroup=options["stopasgroup"], killasgroup=options["killasgroup"])
        config.make_dispatchers = self.os.make_dispatchers
        self.proc = Proc(config)
        self.group = process.ProcessGroup(DummyPGroupConfig(self.os, "g", pconfigs=[]))
        self.group.processes = {"x": self.proc}
        self.proc.group = self.group
        events.callbacks[:] = [(events.ProcessStateEvent, self.heard)]

    def heard(self, event):
        kind = events.getEventNameByType(event.__class__)
        self.transcript.append("%d: %s %s" % (microseconds(), kind, event.payload()))

    def settle(self):
        """Let the group do what is due now."""
        if self.proc.state != ProcessStates.STOPPING:
            self.quiet_until = 0
        before = None
        while before != (before := (self.proc.state, self.proc.delay, self.proc.pid)) and clock.now >= self.quiet_until:
            self.os.last_signal = None
            self.proc.transition()
            if self.os.last_signal == signal.SIGKILL:
                self.quiet_until = clock.now + Differences.quiet_after_sigkill()

    def deadline(self):
        """When the next transition is due, or None."""
        proc = self.proc
        if proc.state == ProcessStates.STARTING:
            return proc.laststart + proc.config.startsecs
        if proc.state == ProcessStates.STOPPING:
            return max(proc.delay, self.quiet_until)
        if proc.state == ProcessStates.BACKOFF and self.os.mood == SupervisorStates.RUNNING:
            return proc.delay
        return None

    def wait(self, until):
        """Let time pass, and what is due meanwhile happen a moment after it is due."""
        while (due := self.deadline()) is not None and due < until:
            clock.now = max(due, clock.now) + SOON
            self.settle()
        clock.now = max(until, clock.now)
        self.settle()

    def do(self, at, op, arg):
        """Carry out one input, and return it as it was carried out."""
        self.wait(BEGINNING + at / 1e6)
        proc = self.proc
        if op in ("exit", "signalled") and not Differences.may_die(proc):
            op, arg = "wait", ""
        self.carry_out(op, arg)
        self.settle()
        self.wait(clock.now + 10 * SOON)
        Differences.after_failed_kill(proc, self.os.killing_error)
        self.transcript.append("%d: %s %s: %s pid %d tries %d exit %d start %d stop %d %s" % (
            at, op, arg, getProcessStateDescription(proc.state), proc.pid, proc.backoff, proc.exitstatus or 0,
            microseconds(proc.laststart), microseconds(proc.laststop), proc.spawnerr or ""))
        return at, op, arg

    def carry_out(self, op, arg):
        """What the daemon and its RPC interface do with a request, or with a death."""
        proc = self.proc
        before = proc.state
        if op == "start" and self.os.mood == SupervisorStates.RUNNING:
            if before not in RUNNING_STATES and before != ProcessStates.UNKNOWN:
                proc.spawn()
        elif op == "stop" and before in RUNNING_STATES:
            proc.stop()
            Differences.after_stop(proc, before)
        elif op == "hold":
            self.os.mood = SupervisorStates.SHUTDOWN
        elif op == "drain":
            self.os.mood = SupervisorStates.SHUTDOWN
            self.group.stop_all()
        elif op == "exit":
            proc.finish(proc.pid, arg << 8)
        elif op == "signalled":
            proc.finish(proc.pid, arg)
        elif op == "spawning":
            self.os.spawning(arg)
        elif op == "killing":
            self.os.killing = arg


def script(rnd):
    """A random list of (microsecond, op, arg)."""
    ops, at = [], 0
    for i in range(rnd.randint(3, 16)):
        # Whole milliseconds, and a number of microseconds that is this input's alone:
        # deadlines come whole seconds after an input, so none meets another input.
        pause = rnd.choice([1, rnd.randint(10, 999), rnd.randint(1000, 2900), rnd.randint(3000, 40000)])
        at += pause
        op = rnd.choice(["start"] * 6 + ["stop"] * 4 + ["exit"] * 6 + ["signalled", "spawning", "killing", "wait"])
        if op == "wait" and rnd.random() < 0.3:
            op = rnd.choice(["hold", "drain"])
        arg = {
            "exit": lambda: rnd.choice([0, 0, 1, 3, 255]),
            "signalled": lambda: rnd.choice([signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGSEGV | 0x80]),
            "spawning": lambda: rnd.choice(["ok"] * 6 + SPAWNING),
            "killing": lambda: rnd.choice(["ok"] + list(KILL_ERRORS)),
        }.get(op, lambda: "")()
        ops.append((at * 1000 + 20 * i, op, arg))
    return ops


def options(rnd):
    stopasgroup, killasgroup = rnd.choice([(False, False), (False, True), (True, True)])
    return {
        "restart": rnd.choice(list(RESTART)),
        "startsecs": rnd.choice([0, 1, 1, 2, 5]),
        "retries": rnd.choice([0, 1, 2, 3]),
        "exitcodes": rnd.choice([[0], [0, 3], [3], []]),
        "stopsignal": int(getattr(signal, "SIG" + rnd.choice(SIGNALS))),
        "stopwait": rnd.choice([0, 1, 2, 10]),
        "stopasgroup": stopasgroup,
        "killasgroup": killasgroup,
    }


def main():
    rnd = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        opts, ops = options(rnd), script(rnd)
        run = Run(opts)
        ops = [run.do(*op) for op in ops]
        print(json.dumps({"options": opts, "script": ops, "transcript": run.transcript}))


if __name__ == "__main__":
    main()
