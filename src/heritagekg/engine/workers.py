"""Worker processes that answer queries over a read-only store and can be killed on a deadline.

A query inside a process cannot be stopped, so each runs in a process of its own kind
(`heritagekg.engine.worker`) that is killed when the time is up or nobody waits any more.

Short queries never wait for long ones. Each query starts in the one process that is kept for fresh
queries and has a *slice* of time there. One that is not done by then keeps its process if fewer
than *size* long queries run; otherwise it is stopped, queued, and started again when a long query
has ended. So there are at most *size* + 1 processes, *size* of them busy for long. Both queues take
turns between clients. A process that dies takes only its own query with it, and that is run again
once if nothing of its answer was handed out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from heritagekg.engine.capped import SILENT, Outcome
from heritagekg.engine.worker import DATA, END, ERROR, READY, REQUEST, read_frame, write_frame
from heritagekg.errors import (
    HeritageKGError,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
)

# An answer this long is handed out while it still grows, if its format can carry a note at its
# end; a shorter one is held until all of it, and whether it was cut, is known.
HOLD = 1 << 20
_BOOT_SECONDS = 60.0
_NICENESS = 10
_CHILD = "import sys; sys.path[:] = sys.argv[3:]; from heritagekg.engine.worker import main; main()"
# Signals by which a process ends itself: out of memory, or out of stack on a deeply nested query.
_OWN_FAULT = {
    -getattr(signal, name)
    for name in ("SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL")
    if hasattr(signal, name)
}


_FAULTS = {"syntax": QuerySyntaxError, "refused": QueryRefused}


class Busy(QueryError):
    """Every worker is taken and the queue is full; *retry_after* is in seconds."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Request:
    """A query for a worker.

    Attributes
    ----------
    query
        SPARQL text that was found harmless (`heritagekg.engine.bindings.guard`).
    form
        The format of the answer: json, xml, csv, tsv; ttl, nt, trig, nq, rdf, jsonld.
    timeout
        The seconds it may run; waiting in the queue does not count.
    max_rows, max_bytes
        Where the answer is cut; None for no limit.
    default_graphs, named_graphs
        The dataset of the query, as in the SPARQL protocol; None for the store's own.
    base_iri
        What relative IRIs in the query are resolved against; None to allow none.
    services
        The endpoints that SERVICE may call.
    """

    query: str
    form: str
    timeout: float
    max_rows: int | None = None
    max_bytes: int | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base_iri: str | None = None
    services: tuple[str, ...] = ()


class Job:
    """A request on its way: what has arrived of its answer, and how it ended.

    Attributes
    ----------
    error
        Why there is no (whole) answer, once it has ended; None when all is well.
    outcome
        The rows of the answer and where it was cut, once it has ended well.
    """

    def __init__(self, request: Request, client: str, notify: Callable[[], None] | None) -> None:
        self.request = request
        self.client = client
        self.error: HeritageKGError | None = None
        self.outcome: Outcome | None = None
        self.ended = threading.Event()
        self._notify = notify
        self._lock = threading.Lock()
        self._spool = tempfile.SpooledTemporaryFile(max_size=HOLD)  # noqa: SIM115
        weakref.finalize(self, self._spool.close)
        self._written = self._read = 0
        # The scheduler's own notes, guarded by its lock.
        self.is_long = False
        self.is_lost = self.is_cancelled = False
        self.verdict = ""
        self.queued = self.due = self.deadline = 0.0
        self.process: _Process | None = None

    @property
    def is_readable(self) -> bool:
        """Whether `read` would give something, or never will again."""
        if self.ended.is_set():
            return True
        growing = self.is_long and self.request.form not in SILENT
        return growing and self._written > (self._read or HOLD)

    def read(self, size: int = 1 << 18) -> bytes:
        """Return up to *size* further bytes of the answer; b"" while there are none to hand out."""
        if not self.is_readable:
            return b""
        with self._lock:
            if self._spool.closed:
                return b""
            self._spool.seek(self._read)
            chunk = self._spool.read(size)
            self._read += len(chunk)
            return chunk

    @property
    def size(self) -> int:
        """The bytes of the answer that have arrived."""
        return self._written

    @property
    def is_exposed(self) -> bool:
        """Whether a part of the answer was handed out, so that it cannot begin again."""
        return self._read > 0

    def append(self, chunk: bytes) -> None:
        """Keep *chunk* of the answer until it is read."""
        with self._lock:
            if not self._spool.closed:
                self._spool.seek(0, os.SEEK_END)
                self._spool.write(chunk)
                self._written += len(chunk)
        if self.is_readable:
            self._tell()

    def forget(self) -> None:
        """Drop what has arrived, so that the query can run again."""
        with self._lock:
            if not self._spool.closed:
                self._spool.seek(0)
                self._spool.truncate()
            self._written = 0

    def finish(self, outcome: Outcome | None, error: HeritageKGError | None) -> None:
        """Mark the job as ended."""
        self.outcome, self.error = outcome, error
        self.ended.set()
        self._tell()

    def release(self) -> None:
        """Give back the memory and disk that hold the answer."""
        with self._lock:
            self._spool.close()

    def _tell(self) -> None:
        if self._notify is not None:
            # The event loop may have ended before its job.
            with contextlib.suppress(RuntimeError):
                self._notify()


class _Process:
    """One worker process and the two pipes to it."""

    def __init__(self, path: Path, memory: int) -> None:
        arguments = [sys.executable, "-c", _CHILD, str(path), str(memory), *sys.path]
        # A group of its own: Ctrl-C in a terminal goes to this process, which then ends the others.
        grouped: dict[str, int] = {"process_group": 0}
        if sys.platform == "win32":
            grouped = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self.popen = subprocess.Popen(  # type: ignore[call-overload]
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **grouped
        )
        self.is_nice = False
        watchdog = threading.Timer(_BOOT_SECONDS, self.popen.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            frame = read_frame(self.popen.stdout)
        finally:
            watchdog.cancel()
        if frame is None or frame[0] != READY:
            self.end()
            told = json.loads(frame[1])["message"] if frame else f"exit {self.popen.returncode}"
            raise QueryError(f"no worker process can be started: {told}")

    def send(self, request: Request) -> None:
        """Hand over *request*; a process that is dead already says so at the first `frames`."""
        with contextlib.suppress(OSError):
            write_frame(self.popen.stdin, REQUEST, json.dumps(asdict(request)).encode())

    def receive(self, job: Job) -> tuple[Outcome | None, HeritageKGError | None] | None:
        """Pass the answer on to *job* and return how it ended; None if the process died."""
        while (frame := read_frame(self.popen.stdout)) is not None:
            kind, payload = frame
            if kind == DATA:
                job.append(payload)
            elif kind == END:
                return Outcome(*json.loads(payload)), None
            elif kind == ERROR:
                told = json.loads(payload)
                return None, _FAULTS.get(told["kind"], QueryError)(told["message"])
        return None

    def yield_to_others(self) -> None:
        """Lower this process's priority, so that short queries get the processors first."""
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.popen.pid, _NICENESS)
                self.is_nice = True

    def recover_priority(self) -> bool:
        """Undo `yield_to_others`; return whether that was allowed (on most systems, to root)."""
        if self.is_nice:
            try:
                os.setpriority(os.PRIO_PROCESS, self.popen.pid, os.getpriority(os.PRIO_PROCESS, 0))
            except OSError:
                return False
            self.is_nice = False
        return True

    def end(self) -> int:
        """Kill the process, reap it and return its exit status (negative: the signal)."""
        self.popen.kill()
        status = self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        return int(status)


class _Line:
    """Jobs in waiting; each client in turn gives one."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, job: Job, *, first: bool = False) -> None:
        """Add *job* behind, or before, the other jobs of its client."""
        own = self._waiting.setdefault(job.client, deque())
        (own.appendleft if first else own.append)(job)
        self._length += 1

    def take(self) -> Job:
        """Remove and return the next job; its client comes last from now on."""
        client, own = self._waiting.popitem(last=False)
        job = own.popleft()
        self._length -= 1
        if own:
            self._waiting[client] = own
        return job

    def remove(self, job: Job) -> bool:
        """Remove *job*; return whether it was here."""
        own = self._waiting.get(job.client, deque())
        if job not in own:
            return False
        own.remove(job)
        self._length -= 1
        if not own:
            del self._waiting[job.client]
        return True

    def count(self, client: str) -> int:
        """Return how many jobs *client* has here."""
        return len(self._waiting.get(client, ()))

    def longest(self) -> str:
        """Return the client with the most jobs."""
        return max(self._waiting, key=lambda client: len(self._waiting[client]))

    def newest(self, client: str) -> Job:
        """Return the job that *client* added last."""
        return self._waiting[client][-1]

    def __iter__(self) -> Iterator[Job]:
        return (job for own in self._waiting.values() for job in own)


class _Scheduler:
    """Decides which job runs where, and when it has run long enough.

    One *attendant* thread goes with each process and carries answers from it to jobs; one watcher
    thread looks at the clock. Everything they share is guarded by `lock`.
    """

    def __init__(
        self, path: Path, size: int, slice_: float, memory: int, queue: int, patience: float
    ) -> None:
        self.path, self.size, self.slice = path, size, slice_
        self.memory, self.capacity, self.patience = memory, queue, patience
        self.lock = threading.Lock()
        self.work = threading.Condition(self.lock)
        self.alarm = threading.Condition(self.lock)
        self.fresh, self.long = _Line(), _Line()
        self.running: set[Job] = set()
        self.processes: set[_Process] = set()
        self.long_running = self.idle = self.attendants = 0
        self.wakes_at = 0.0
        self.is_closed = False
        self.threads: list[threading.Thread] = []
        self.start_fault = ""

    # Called by whoever asks.

    def submit(self, job: Job) -> None:
        """Queue *job*, or raise `Busy`."""
        with self.lock:
            if self.is_closed:
                raise QueryError("the workers were closed")
            pushed_out = self._make_room(job)
            job.queued = time.monotonic()
            self.fresh.put(job)
            if self.idle < len(self.fresh) and self.attendants <= self.size:
                self._hire()
            self.work.notify()
            self._wake(job.queued + self.patience)
        if pushed_out is not None:
            pushed_out.finish(None, self._busy())

    def _make_room(self, job: Job) -> Job | None:
        """Return the job that must go for *job*: the newest of the client who has most waiting."""
        if len(self.fresh) + len(self.long) < self.capacity:
            return None
        line = max(self.fresh, self.long, key=len)
        client = line.longest()
        own = self.fresh.count(job.client) + self.long.count(job.client)
        if own + 1 >= line.count(client):
            raise self._busy()
        newest = line.newest(client)
        line.remove(newest)
        return newest

    def _busy(self) -> Busy:
        waiting = len(self.fresh) + len(self.long)
        return Busy(f"all workers are busy and {waiting} queries wait; try again in a moment", 2)

    def cancel(self, job: Job) -> None:
        """Stop *job* wherever it is."""
        with self.lock:
            if job.ended.is_set():
                return
            waited = self.fresh.remove(job) or self.long.remove(job)
            job.is_cancelled = True
            if not waited and job.process is not None:
                job.process.popen.kill()
        if waited:
            job.finish(None, QueryError("the query was cancelled"))

    def start(self) -> None:
        """Start every process now rather than at the first queries."""
        with self.lock:
            while self.attendants <= self.size:
                self._hire()

    def close(self) -> None:
        """End all processes; jobs that run or wait fail."""
        with self.lock:
            self.is_closed = True
            left = [*self.fresh, *self.long]
            self.fresh, self.long = _Line(), _Line()
            for process in self.processes:
                process.popen.kill()
            self.work.notify_all()
            self.alarm.notify_all()
        for job in left:
            job.finish(None, QueryError("the workers were closed"))
        for thread in self.threads:
            if thread is not threading.current_thread():
                thread.join(5)

    # The watcher.

    def _wake(self, when: float) -> None:
        if when < self.wakes_at:
            self.alarm.notify()

    def watch(self) -> None:
        """Stop jobs whose time is up, until the scheduler is closed."""
        while True:
            with self.lock:
                if self.is_closed:
                    return
                now = time.monotonic()
                for job in self.running:
                    if job.due <= now and not job.verdict:
                        self._judge(job, now)
                tired = [j for line in (self.fresh, self.long) for j in line if self._tired(j, now)]
                for job in tired:
                    _ = self.fresh.remove(job) or self.long.remove(job)
                if not tired:
                    self.wakes_at = self._next_alarm()
                    self.alarm.wait(max(self.wakes_at - now, 0.001))
                    self.wakes_at = 0.0
            for job in tired:
                job.finish(None, self._busy())

    def _tired(self, job: Job, now: float) -> bool:
        return job.queued + self.patience <= now

    def _next_alarm(self) -> float:
        waiting = [job.queued + self.patience for line in (self.fresh, self.long) for job in line]
        running = [job.due for job in self.running if not job.verdict]
        return min([*waiting, *running], default=time.monotonic() + 3600)

    def _judge(self, job: Job, now: float) -> None:
        """Decide about a job that is still running when it was due."""
        assert job.process is not None
        if job.deadline <= now:
            job.verdict = "timeout"
        elif self.long_running < self.size:
            job.is_long = True
            self.long_running += 1
            job.due = job.deadline
            job.process.yield_to_others()
            return
        else:
            job.verdict = "postponed"
        job.process.popen.kill()

    # The attendants.

    def _hire(self) -> None:
        targets = [self.attend] if self.attendants else [self.watch, self.attend]
        self.attendants += 1
        for target in targets:
            thread = threading.Thread(target=target, name="heritagekg-workers", daemon=True)
            self.threads.append(thread)
            thread.start()

    def attend(self) -> None:
        """Run job after job in a process of this thread's own, until the scheduler is closed."""
        process: _Process | None = None
        try:
            process = self._replace(None)
            while (job := self._take()) is not None:
                if process is None or not (job.is_long or process.recover_priority()):
                    process = self._replace(process)
                process = self._run(job, process)
        finally:
            if process is not None:
                self._discard(process)

    def _replace(self, process: _Process | None) -> _Process | None:
        """Return a new process instead of *process*; None if none can be started."""
        if process is not None:
            self._discard(process)
        try:
            process = _Process(self.path, self.memory)
        except (OSError, QueryError) as error:
            self.start_fault = str(error)
            return None
        with self.lock:
            self.processes.add(process)
            if self.is_closed:
                process.popen.kill()
        return process

    def _discard(self, process: _Process) -> int:
        with self.lock:
            self.processes.discard(process)
        return process.end()

    def _take(self) -> Job | None:
        with self.lock:
            while not self.is_closed:
                if len(self.long) and self.long_running < self.size:
                    self.long_running += 1
                    job = self.long.take()
                    job.is_long = True
                    return job
                if len(self.fresh):
                    return self.fresh.take()
                self.idle += 1
                self.work.wait()
                self.idle -= 1
            return None

    def _run(self, job: Job, process: _Process | None) -> _Process | None:
        """Run *job* and return the process, or a new one where that has died."""
        ending = None
        has_begun = process is not None and self._begin(job, process)
        if process is not None and has_begun:
            process.send(job.request)
            ending = process.receive(job)
        with self.lock:
            verdict = job.verdict
            job.process = None
            self.running.discard(job)
            if job.is_long:
                self.long_running -= 1
                self.work.notify()
        if ending is not None:
            job.finish(*ending)
            # A verdict that came too late has killed the process behind its answer.
            return self._replace(process) if verdict or job.is_cancelled else process
        if process is None:
            job.finish(None, QueryError(self.start_fault))
            return None
        if not has_begun:
            self._settle(job, verdict, 0)
            return process
        self._settle(job, verdict, self._discard(process))
        return None if self.is_closed else self._replace(None)

    def _begin(self, job: Job, process: _Process) -> bool:
        with self.lock:
            if job.is_cancelled:
                return False
            now = time.monotonic()
            job.process = process
            job.deadline = now + job.request.timeout
            job.due = job.deadline if job.is_long else min(job.deadline, now + self.slice)
            if job.is_long:
                process.yield_to_others()
            self.running.add(job)
            self._wake(job.due)
            return True

    def _settle(self, job: Job, verdict: str, status: int) -> None:
        """Say what becomes of a job whose process is gone without having ended it."""
        if verdict == "timeout":
            told = f"the query ran past its limit of {job.request.timeout:g} s and was stopped"
            job.finish(None, QueryTimeout(told))
        elif job.is_cancelled or self.is_closed:
            job.finish(None, QueryError("the query was cancelled"))
        elif verdict == "postponed":
            self._again(job, self.long, first=False)
        elif status in _OWN_FAULT:
            limit = f"{self.memory >> 20} MiB" if self.memory else "all"
            job.finish(
                None,
                QueryError(f"the query needs more than {limit} of memory, or is nested too deeply"),
            )
        elif job.is_lost or job.is_exposed:
            job.finish(None, Busy("the worker process was lost; try again"))
        else:
            job.is_lost = True
            self._again(job, self.fresh, first=True)

    def _again(self, job: Job, line: _Line, *, first: bool) -> None:
        job.forget()
        with self.lock:
            job.is_long = False
            job.verdict = ""
            job.queued = time.monotonic()
            if not job.is_cancelled:
                line.put(job, first=first)
                self.work.notify()
                self._wake(job.queued + self.patience)


class WorkerPool:
    r"""Processes that answer queries over the read-only store in *path*.

    Nothing is started before the first query. `close`, the end of the program, or the pool going
    out of use ends the processes.

    Parameters
    ----------
    path
        The folder of a store that nobody writes to.
    size
        How many queries may run for long at once; one more process takes the short ones.
    slice_
        Seconds after which a query counts as long.
    memory
        Bytes a process may use (Linux, in part other Unix systems); 0 for no limit.
    queue
        How many queries may wait before `Busy` is raised.
    patience
        Seconds a query may wait before it fails with `Busy`.

    Examples
    --------
    >>> from heritagekg.engine.cache import stored
    >>> from heritagekg.workspace import Workspace
    >>> pool = WorkerPool(stored(Workspace.shipped()) / "store", size=1)
    >>> pool.run("SELECT (1 + 1 AS ?sum) { }", "csv", 10)
    b'sum\r\n2\r\n'
    >>> pool.close()
    """

    def __init__(
        self,
        path: Path,
        size: int = 2,
        *,
        slice_: float = 0.1,
        memory: int = 1 << 30,
        queue: int = 64,
        patience: float = 30.0,
    ) -> None:
        self._scheduler = _Scheduler(path, max(size, 1), slice_, memory, queue, patience)
        self._finalizer = weakref.finalize(self, self._scheduler.close)

    def start(self) -> None:
        """Start the processes now rather than at the first queries."""
        self._scheduler.start()

    def close(self) -> None:
        """End the processes; jobs that run or wait fail."""
        self._finalizer()

    def submit(
        self, request: Request, *, client: str = "", notify: Callable[[], None] | None = None
    ) -> Job:
        """Queue *request* and return its job.

        Parameters
        ----------
        request
            What to ask.
        client
            Who asks; clients take turns.
        notify
            Called from another thread whenever there is more to read, and at the end.

        Raises
        ------
        Busy
            If too many queries wait already.
        """
        job = Job(request, client, notify)
        self._scheduler.submit(job)
        return job

    def cancel(self, job: Job) -> None:
        """Stop *job* (its process is killed if it runs) and forget its answer."""
        self._scheduler.cancel(job)
        job.release()

    def run(self, query: str, form: str, timeout: float) -> bytes:
        """Return the whole answer of *query* as *form*, waiting for it.

        Raises
        ------
        QueryTimeout
            If it takes longer than *timeout* seconds.
        QuerySyntaxError, QueryError
            If it is no SPARQL 1.1, or cannot be evaluated.
        """
        job = self.submit(Request(query, form, timeout))
        try:
            job.ended.wait()
            if job.error is not None:
                raise job.error
            return b"".join(iter(job.read, b""))
        finally:
            self.cancel(job)

    def stream(self, request: Request, *, client: str = "") -> AsyncAnswer:
        """Queue *request* and return its answer for an asyncio program.

        Raises
        ------
        Busy
            If too many queries wait already.
        """
        return AsyncAnswer(self, request, client)


class AsyncAnswer:
    """The answer to a request, awaited in an asyncio event loop."""

    def __init__(self, pool: WorkerPool, request: Request, client: str) -> None:
        loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._pool = pool

        def notify() -> None:
            loop.call_soon_threadsafe(self._changed.set)

        self.job = pool.submit(request, client=client, notify=notify)

    async def ready(self) -> Outcome | None:
        """Wait until the answer ended, or is so long that it is handed out while it grows.

        Returns
        -------
        The outcome of a whole answer; None for one that grows.

        Raises
        ------
        HeritageKGError
            If there is no answer.
        """
        await self._readable()
        if self.job.error is not None and not self.job.is_exposed:
            raise self.job.error
        return self.job.outcome

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the answer piece by piece.

        Raises
        ------
        HeritageKGError
            If the query was stopped after a part of the answer was handed out.
        """
        try:
            while True:
                await self._readable()
                ended = self.job.ended.is_set()
                if ended and self.job.error is not None:
                    raise self.job.error
                if chunk := self.job.read():
                    yield chunk
                elif ended:
                    return
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Stop the query if it still runs; nothing more can be read."""
        self._pool.cancel(self.job)

    async def _readable(self) -> None:
        while not self.job.is_readable:
            await self._changed.wait()
            self._changed.clear()
