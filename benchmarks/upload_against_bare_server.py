"""Upload of 200 MB: the HTTP engine against a bare socket sender, to the same bare streaming server, in one run.

    python benchmarks/upload_against_bare_server.py

The server reads and throws away. The bare sender writes the same bytes from the same file with `sendall`. Each
sender runs in a process of its own, so that its memory is its own. Prints MB/s, the ratio and the memory that
the upload added (peak resident memory with a 200 MB reel minus that with a 1 MB reel).
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ANSWER = b'{"detail": "benchmark"}'

BARE = """
import json, resource, socket, sys, time
path, port = sys.argv[1], int(sys.argv[2])
started = time.perf_counter()
size = __import__("os").stat(path).st_size
with socket.create_connection(("127.0.0.1", port)) as sock, open(path, "rb") as file:
    sock.sendall(f"POST / HTTP/1.1\\r\\nContent-Length: {size}\\r\\n\\r\\n".encode())
    while piece := file.read(262144):
        sock.sendall(piece)
    while sock.recv(65536):
        pass
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""

ENGINE = """
import json, resource, sys, tempfile, time
from pathlib import Path
from cutscore.submit.exchange import Call, Timeouts, exchange
from cutscore_composer.engine import Progress
path, port = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    call = Call(f"http://127.0.0.1:{port}/", [], {}, [("model_id", "music_v1")], [("videos", Path(path))],
                Path(folder) / "answer", Timeouts(), False)
    exchange_started = time.perf_counter()
    answer = exchange(call, Progress())
    seconds = time.perf_counter() - exchange_started
assert answer.status == 418, answer
print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def serve(listener: socket.socket) -> None:
    """Read each request to its end, throw it away, answer."""
    buffer = bytearray(1 << 20)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            lower, _, rest = head.partition(b"\r\n\r\n")
            length = int(lower.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            left = length - len(rest)
            while left > 0 and (count := connection.recv_into(buffer)):
                left -= count
            connection.sendall(
                b"HTTP/1.1 418 X\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER
            )


def run(code: str, path: Path, port: int) -> dict[str, float]:
    """One upload in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code, str(path), str(port)], capture_output=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        large, small = Path(folder) / "large.mp4", Path(folder) / "small.mp4"
        large.write_bytes(bytes(arguments.megabytes * 1_000_000))
        small.write_bytes(bytes(1_000_000))
        # By turns, so that whatever else the machine does meets both.
        bare, engine = [], []
        for _ in range(arguments.rounds):
            bare.append(run(BARE, large, port))
            engine.append(run(ENGINE, large, port))
        little = run(ENGINE, small, port)
    speeds = {
        name: arguments.megabytes / statistics.median(row["seconds"] for row in rows)
        for name, rows in (("bare", bare), ("engine", engine))
    }
    added = max(row["peak"] for row in engine) - little["peak"]
    print(f"bare sender   {speeds['bare']:8.0f} MB/s")
    print(f"HTTP engine   {speeds['engine']:8.0f} MB/s   ratio {speeds['engine'] / speeds['bare']:.2f}")
    print(f"memory added by {arguments.megabytes} MB over 1 MB: {added / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
