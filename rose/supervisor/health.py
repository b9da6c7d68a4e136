import asyncio

from rose.supervisor.ports import HOST

_PATIENCE = 5


async def is_healthy(port: int, path: str | None = "/healthz") -> bool:
    """Answers that path with 200; without a path, listens."""
    try:
        async with asyncio.timeout(_PATIENCE):
            status = await _status(port, path) if path else await _listens(port)
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


async def _status(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()


async def _listens(port: int) -> bytes:
    _, writer = await asyncio.open_connection(HOST, port)
    writer.close()
    return b" 200 "
