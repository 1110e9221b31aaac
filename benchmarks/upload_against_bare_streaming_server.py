"""Upload of 200 MB: the server against a bare server that streams to disk, from the same sender, in one run.

    python benchmarks/upload_against_bare_streaming_server.py

The sender writes the same multipart form from the same file with plain sockets, so that it costs as little as a
sender can. The bare server reads from the socket into one buffer and writes that to a file, and knows nothing of
forms. Ours reads the form, counts, checks limits, and then refuses it for its last field (a seed that is no
number), so that nothing else is timed. A second sender is httpx, which the official SDK uses. By turns;
prints MB/s of the best and of the median round, their ratios, and the memory that the upload added to the server
(peak after it minus peak before).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import socket, sys
folder = sys.argv[1]
listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
buffer = memoryview(bytearray(1 << 18))
while True:
    connection, _ = listener.accept()
    with connection, open(folder + "/bare", "wb", buffering=0) as file:
        head = b""
        while b"\\r\\n\\r\\n" not in head:
            head += connection.recv(65536)
        head, _, rest = head.partition(b"\\r\\n\\r\\n")
        left = int(head.lower().split(b"content-length:")[1].split(b"\\r\\n")[0]) - len(rest)
        file.write(rest)
        while left > 0 and (count := connection.recv_into(buffer)):
            file.write(buffer[:count])
            left -= count
        connection.sendall(b"HTTP/1.1 422 X\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\n{}")
"""

PLAIN_SENDER = """
import json, os, socket, sys, time
from urllib.parse import urlsplit
path, url = sys.argv[1], urlsplit(sys.argv[2])
mark = "d0f1a2b3c4d5e6f708192a3b4c5d6e7f"
head = f'--{mark}\\r\\nContent-Disposition: form-data; name="videos"; filename="a.mp4"\\r\\n\\r\\n'.encode()
tail = f'\\r\\n--{mark}\\r\\nContent-Disposition: form-data; name="seed"\\r\\n\\r\\nx\\r\\n--{mark}--\\r\\n'.encode()
size = os.stat(path).st_size + len(head) + len(tail)
started = time.perf_counter()
with socket.create_connection((url.hostname, url.port)) as sock, open(path, "rb") as file:
    sock.sendall(
        f"POST /v1/music/video-to-music HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {size}\\r\\n"
        f"Content-Type: multipart/form-data; boundary={mark}\\r\\n\\r\\n".encode() + head
    )
    while piece := file.read(262144):
        sock.sendall(piece)
    sock.sendall(tail)
    answer = sock.recv(65536)
print(json.dumps([time.perf_counter() - started, answer.decode("latin-1").split()[1]]))
"""

HTTPX_SENDER = """
import json, sys, time
import httpx
path, url = sys.argv[1], sys.argv[2]
with httpx.Client(trust_env=False, timeout=60) as client, open(path, "rb") as file:
    started = time.perf_counter()
    files = [("videos", ("a.mp4", file, "video/mp4")), ("seed", (None, b"x"))]
    answer = client.post(url + "/v1/music/video-to-music", files=files)
    print(json.dumps([time.perf_counter() - started, str(answer.status_code)]))
"""


def sent(sender: str, file: Path, url: str) -> float:
    """Seconds that an upload took, by a sender in a process of its own."""
    done = subprocess.run([sys.executable, "-c", sender, str(file), url], capture_output=True, check=True)
    seconds, status = json.loads(done.stdout)
    assert status == "422", status
    return float(seconds)


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had (Linux)."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("VmHWM"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    megabytes = 199
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.mp4"
        with file.open("wb") as out:
            for _ in range(megabytes):
                out.write(os.urandom(1_000_000))  # as a video's bytes are
        little = Path(folder) / "little.mp4"
        little.write_bytes(bytes(1_000_000))
        bare = subprocess.Popen([sys.executable, "-c", BARE, folder], stdout=subprocess.PIPE, text=True)
        ours = subprocess.Popen(
            [sys.executable, "-m", "cutscore.cli.main", "serve", "--port", "0", "--json", "--folder", folder],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert bare.stdout
            assert ours.stdout
            addresses = {"bare": bare.stdout.readline().strip(), "ours": json.loads(ours.stdout.readline())["url"]}
            for url in addresses.values():
                sent(PLAIN_SENDER, little, url)
            time.sleep(5)  # the server's children are warm then
            before = peak_bytes(ours.pid)
            took: dict[tuple[str, str], list[float]] = {}
            for _ in range(rounds):
                for who, url in addresses.items():
                    for how, sender in (("plain", PLAIN_SENDER), ("httpx", HTTPX_SENDER)):
                        took.setdefault((who, how), []).append(sent(sender, file, url))
            added = peak_bytes(ours.pid) - before
        finally:
            for process in (bare, ours):
                process.terminate()
                process.wait()
    for how in ("plain", "httpx"):
        for what, of in (("best", min), ("median", statistics.median)):
            bare_speed, our_speed = (megabytes / of(took[who, how]) for who in ("bare", "ours"))
            ratio = our_speed / bare_speed
            print(f"{how} sender, {what}: bare {bare_speed:6.0f} MB/s, ours {our_speed:6.0f} MB/s, ratio {ratio:.2f}")
    print(f"memory added to the server: {added / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
