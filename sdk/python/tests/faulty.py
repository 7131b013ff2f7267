# SPDX-License-Identifier: Apache-2.0
"""What stands between a client and a server in bad weather: a proxy that breaks connections, and a server that says what it is told."""

import contextlib
import http.server
import socket
import threading


class Proxy:
    """Passes bytes on to the server at `url`. Each number in `cuts` breaks one connection: the one on which so many bytes of answers
    have come since the last break; 0 lets no byte through. Whole requests reach the server before."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cuts, self.broken = [], 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source, sink, is_answer):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.cuts and passed + len(data) >= self.cuts[0]:
                    sink.sendall(data[:max(0, self.cuts.pop(0) - passed)])
                    self.broken += 1
                    break
                passed += len(data)
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()


class Scripted:
    """A server whose answers are functions of a request handler, one after the other; the last one stays. `requests` are
    (method, path, headers, body)."""

    def __init__(self, *answers):
        self.requests, script = [], list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(handler):  # noqa: N805 (`self` is the server's)
                self.requests.append((handler.command, handler.path, dict(handler.headers), handler.rest()))
                (script.pop(0) if len(script) > 1 else script[0])(handler)

            do_GET = do_POST = do_PUT = do_DELETE = _any

            def rest(handler):  # noqa: N805
                if handler.headers.get("Transfer-Encoding") != "chunked":
                    return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                body = b""
                while size := int(handler.rfile.readline(), 16):
                    body += handler.rfile.read(size)
                    handler.rfile.readline()
                handler.rfile.readline()
                return body

            def log_message(handler, *_):  # noqa: N805
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def says(status, body=b"{}", kind="application/json", cut=None, **headers):
    """An answer; `cut` closes the connection after so many bytes of the body."""
    def answer(handler):
        handler.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            handler.close_connection = True
    return answer


def breaks_off(handler):
    """No answer, and the connection is gone."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True
