"""An HTTP server on a free loopback port that hands each request to one function."""

import http.server
import threading


class Server:
    """answer(path, body) returns the bytes of a 200 answer, or None for a 500."""

    def __init__(self, media_type, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = answer(self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))))
                if body is None:
                    self.send_error(500)
                    return
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
