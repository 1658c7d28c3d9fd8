"""A receiver of webhooks that costs little: `receivers.py PORT`; paths with "hang" in them are never answered.

GET answers with how many messages were answered, and how many seconds lie between the first and the last of them.
"""

from __future__ import annotations

import asyncio
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
came: list[float] = []


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    request = head.split(b"\r\n", 1)[0]
    if b"hang" in request:
        await reader.read()  # until the other side has enough of it
    elif request.startswith(b"GET"):
        said = f"{len(came)} {came[-1] - came[0] if came else 0:.3f}".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))
    else:
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        await reader.readexactly(length)
        came.append(time.monotonic())
        writer.write(ANSWER)
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]), backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
